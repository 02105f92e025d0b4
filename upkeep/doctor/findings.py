"""What a check found, and how it reads in a terminal. Pure; needs no Django."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

# error: readings are or will be lost, or the server is broken or open. warning: worth a look.
Level = Literal["ok", "warning", "error"]

_WIDTH = 80
_INDENT = " " * 10


class Finding(NamedTuple):
    """One sentence of the doctor's; `mend` says what to do about it."""

    level: Level
    text: str
    mend: str = ""


Check = Callable[[], Iterable[Finding]]


def ok(text: str) -> Finding:
    return Finding("ok", text)


def warning(text: str, mend: str) -> Finding:
    return Finding("warning", text, mend)


def error(text: str, mend: str) -> Finding:
    return Finding("error", text, mend)


def examine(checks: Sequence[Check]) -> Iterator[Finding]:
    """Make every check, whatever becomes of the others."""
    for check in checks:
        try:
            yield from list(check())
        except Exception as failure:
            name = check.__name__.replace("_", " ")
            yield error(
                f"Looking at the {name} failed: {type(failure).__name__}: {failure}",
                "Mend what stands above first; if nothing does, please report this.",
            )


def report(findings: Sequence[Finding], paint: Callable[[Level, str], str]) -> str:
    """Lay findings out for 80 columns, the worst last, where the prompt will be."""
    order: tuple[Level, ...] = ("ok", "warning", "error")
    ranked = sorted(findings, key=lambda finding: order.index(finding.level))
    return "\n".join([*(_entry(finding, paint) for finding in ranked), "", _sum(findings)])


def as_json(findings: Sequence[Finding]) -> str:
    listed = [finding._asdict() for finding in findings]
    return json.dumps({"ok": is_well(findings), "findings": listed}, indent=2) + "\n"


def is_well(findings: Sequence[Finding]) -> bool:
    """True when nothing is wrong; what is only worth a look does not count."""
    return all(finding.level != "error" for finding in findings)


def _entry(finding: Finding, paint: Callable[[Level, str], str]) -> str:
    label = finding.level.upper() if finding.level == "error" else finding.level
    text = _wrapped(finding.text)
    lines = [paint(finding.level, f"{label:<8}") + "  " + text[len(_INDENT) :]]
    if finding.mend:
        lines.append(_wrapped(finding.mend, "-> "))
    return "\n".join(lines)


def _wrapped(text: str, bullet: str = "") -> str:
    return textwrap.fill(
        text,
        _WIDTH - 1,
        initial_indent=_INDENT + bullet,
        subsequent_indent=_INDENT + " " * len(bullet),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _sum(findings: Sequence[Finding]) -> str:
    counts = Counter(finding.level for finding in findings)
    if not counts["warning"] and not counts["error"]:
        return f"All well: {counts['ok']} checks."
    return f"{counts['error']} wrong, {counts['warning']} worth a look, {counts['ok']} fine."
