"""Text for files that spreadsheets open. Pure.

A cell that begins like a formula is one to Excel and LibreOffice, wherever it came
from: an apostrophe before it makes it text. `plain` takes it off again, so that an
import gets the names that were exported.
"""

from __future__ import annotations

_FORMULA = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"  # the last four are their full-width forms
_NEEDS_QUOTES = frozenset(",;\"\r\n\t'")


def safe(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if _is_formula(text) else text


def plain(text: str) -> str:
    """Return what `safe` was given."""
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text


def cell(text: str) -> str:
    """Return text as one cell of a line of CSV."""
    text = safe(text)
    if _NEEDS_QUOTES.isdisjoint(text) and text == text.strip():
        return text
    return '"' + text.replace('"', '""') + '"'


def _is_formula(text: str) -> bool:
    # Blanks before it are skipped by some programs; an apostrophe of its own stays countable.
    return text.lstrip("' ")[:1] in tuple(_FORMULA)
