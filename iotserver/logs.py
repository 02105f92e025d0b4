"""API keys and household links travel in URLs; their secrets stay out of the logs."""

from __future__ import annotations

import logging
import re

# As in a path or query, encoded or not; in JSON; in a header. A link is /h/SECRET.
_KEY = re.compile(
    r"""(api(?:_|%(?:25)?5f)?key["']?(?:=|%3d|\s*:\s*)["']?|\bbearer\s+"""
    r"""|household_link["']?(?:=|\s*:\s*)["']?|(?:/|%2f)h(?:/|%2f))([^/&\s?'"]+)""",
    re.IGNORECASE,
)


def redact(text: str) -> str:
    """Return text with every API key and link's secret replaced by `***`."""
    return _KEY.sub(r"\1***", text)


def keys_in(text: str) -> set[str]:
    """Return the keys and secrets that stand in a text."""
    return {found[2] for found in _KEY.finditer(text)}


class RedactKeys(logging.Filter):
    """Rewrites each record, its traceback included, before a handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(_message(record)), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True


def _message(record: logging.LogRecord) -> str:
    """Return the message; a bad call of the logger must not end the request it reports."""
    try:
        return record.getMessage()
    except Exception:
        return f"{record.msg!r} does not fit {record.args!r}"
