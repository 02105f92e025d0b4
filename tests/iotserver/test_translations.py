"""Nothing is said to the household in English alone, and translations keep their placeholders."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest

from iotserver import catalogues
from tests.messages import (
    LANGUAGES,
    LOCALE,
    ROOT,
    Message,
    catalogue,
    household_templates,
    in_python,
    in_template,
    message_of,
    said,
)

each_language = pytest.mark.parametrize("language", LANGUAGES)

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w*\}|</?\w+>")
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_BLOCK = re.compile(
    r"\{% (blocktranslate|comment|block body_attributes).*?%\}.*?\{% end\w+ %\}", re.DOTALL
)
_BARE_DATE = re.compile(r"""date:["'](?![A-Z_]{5})[^"']*j[^"']*["']|date:["']F Y["']""")
# Names, and what is typed or read as it stands in every language.
_FOR_ALL = {"iotserver", "API", "°C", "°F", "KEY", "MAC", "C", "F"}
_SPOKEN = {"aria-label", "alt", "title", "placeholder"}


class _Words(HTMLParser):
    """Collects the text of a page that people read or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in _SPOKEN and value]
        if tag in ("code", "script", "pre", "var"):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.found += data.split("\n")


def untranslated_words(source: str) -> list[str]:
    """Return words of a template that stand outside of any translation."""
    parser = _Words()
    parser.feed(_TAG.sub("", _BLOCK.sub("", source)))
    words = " ".join(parser.found).split()
    return [word for word in words if re.search(r"[^\W\d_]{2}", word) and word not in _FOR_ALL]


@each_language
def test_everything_is_translated(language: str) -> None:
    entries = {message_of(entry): entry for entry in catalogue(language)}
    missing = [
        f"{place}: {message.text}"
        for message, place in said().items()
        if (entry := entries.get(message)) is None or not entry.translated()
    ]
    assert not missing, "Run make messages, then translate:\n" + "\n".join(missing)


@each_language
def test_nothing_is_kept_that_nobody_says(language: str) -> None:
    unsaid = set(map(message_of, catalogue(language))) - said().keys()
    assert not unsaid, "make messages drops them"


@each_language
def test_translations_have_the_placeholders_of_what_they_translate(language: str) -> None:
    wrong = []
    for entry in catalogue(language):
        expected = sorted(_PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for text in entry.msgstr_plural.values() or [entry.msgstr]:
            found = sorted(_PLACEHOLDER.findall(text))
            # "a day" may well do without its number.
            allowed = [expected, sorted(_PLACEHOLDER.findall(entry.msgid))]
            if found not in allowed:
                wrong.append(f"{entry.msgid!r}: {text!r}")
    assert wrong == []


@each_language
def test_every_plural_has_all_its_forms(language: str) -> None:
    forms = re.search(r"nplurals=(\d)", catalogue(language).metadata["Plural-Forms"])
    assert forms
    short = [
        e.msgid
        for e in catalogue(language)
        if e.msgid_plural and len(e.msgstr_plural) != int(forms[1])
    ]
    assert short == []


@pytest.mark.parametrize(
    "path", household_templates(), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_no_word_of_a_page_stands_outside_of_a_translation(path: Path) -> None:
    if path.suffix in (".html", ".svg"):
        assert untranslated_words(path.read_text()) == []


@pytest.mark.parametrize(
    "path", household_templates(), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_every_date_is_written_as_in_the_language(path: Path) -> None:
    """A format is translated, `date:_("j F")`, or one of Django's own, `DATE_FORMAT`."""
    assert _BARE_DATE.findall(path.read_text()) == []


# --- the tools themselves ------------------------------------------------------------------


def test_a_bare_word_would_be_found() -> None:
    source = '<p title="Aha">{{ x }} Oh, <b>no</b>{% if y %} dear{% endif %}</p>'
    assert untranslated_words(source) == ["Aha", "Oh,", "no", "dear"]


def test_code_and_translations_are_no_bare_words() -> None:
    source = '<p>{% translate "Oh" %}<code>ls</code>{% blocktranslate %}no{% endblocktranslate %}'
    assert untranslated_words(source) == []


def test_templates_are_read_as_django_reads_them() -> None:
    source = (
        '{% load i18n %}{% translate "50 %" %}{% if x %}{{ y|default:_("none") }}{% endif %}'
        "{% blocktranslate count n=n trimmed %}\n one {{ n }}\n"
        "{% plural %}many{% endblocktranslate %}"
        '{% translate "to" context "a date" %}'
    )
    assert set(in_template(source)) == {
        Message("50 %%"), Message("none"), Message("one %(n)s", "many"),
        Message("to", context="a date"),
    }  # fmt: skip


def test_python_is_read_as_python_reads_it() -> None:
    source = 'a = _("one" " two")\nb = ngettext_lazy("a", "b", "n")\nc = gettext(name)\nd = f("x")'
    source += '\ne = pgettext("a date", "to")'
    expected = {Message("one two"), Message("a", "b"), Message("to", context="a date")}
    assert set(in_python(source)) == expected


def test_compiled_again_a_catalogue_replaces_what_a_power_cut_left(tmp_path: Path) -> None:
    catalogues.compile_all(LOCALE, tmp_path)
    compiled = tmp_path / "de" / "LC_MESSAGES" / "django.mo"
    compiled.write_bytes(b"")
    catalogues.compile_all(LOCALE, tmp_path)
    assert polib.mofile(str(compiled)).find("Home").msgstr == "Zuhause"
    assert [path.name for path in compiled.parent.iterdir()] == ["django.mo"]
