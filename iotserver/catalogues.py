"""Translations: from the .po files of translators to the .mo files that gettext reads."""

from __future__ import annotations

from pathlib import Path

import polib


def compile_all(source: Path, target: Path) -> None:
    """Compile LANGUAGE/LC_MESSAGES/django.po of every language; each appears whole or not at all.

    The .mo files are in no commit, and few machines of a household have gettext's own tools.
    """
    for catalogue in sorted(source.glob("*/LC_MESSAGES/django.po")):
        compiled = (target / catalogue.relative_to(source)).with_suffix(".mo")
        compiled.parent.mkdir(parents=True, exist_ok=True)
        draft = compiled.with_suffix(".new")
        polib.pofile(str(catalogue), encoding="utf-8").save_as_mofile(str(draft))
        draft.replace(compiled)
