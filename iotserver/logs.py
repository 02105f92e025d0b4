"""API keys travel in URLs; they stay out of the logs."""

from __future__ import annotations

import logging
import re

_KEY = re.compile(r"(api_?key(?:=|%3d))[^/&\s?'\"]+", re.IGNORECASE)


def redact(text: str) -> str:
    """Return text with every API key replaced by `***`."""
    return _KEY.sub(r"\1***", text)


class RedactKeys(logging.Filter):
    """Rewrites each record, its traceback included, before a handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        return True
