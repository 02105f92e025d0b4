"""How log lines look: for people, for the journal, for machines. Standard library only,
since gunicorn reads this before Django starts.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import Any

from iotserver.logs import redact

_OWN_ATTRIBUTES = {*vars(logging.makeLogRecord({})), "message", "asctime"}
# What journald reads off the start of a line: syslog's numbers of severity.
_SEVERITIES = (
    (logging.CRITICAL, 2),
    (logging.ERROR, 3),
    (logging.WARNING, 4),
    (logging.INFO, 6),
    (logging.NOTSET, 7),
)


class JournalFormatter(logging.Formatter):
    """Leaves time and level to journald, which knows both: `journalctl -p warning` works."""

    def format(self, record: logging.LogRecord) -> str:
        severity = next(number for level, number in _SEVERITIES if record.levelno >= level)
        return "\n".join(f"<{severity}>{line}" for line in super().format(record).splitlines())


class JsonFormatter(logging.Formatter):
    """One JSON object a line; what a call passes as `extra` becomes fields of its own."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "time": _iso(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields |= {name: _plain(value) for name, value in _extras(record).items()}
        if record.exc_info and not record.exc_text:
            record.exc_text = redact(self.formatException(record.exc_info))
        if record.exc_text:
            fields["exception"] = record.exc_text
        if record.stack_info:
            fields["stack"] = record.stack_info
        return json.dumps(fields)


def logging_config(level: str, style: str) -> dict[str, Any]:
    """Return the logging of every process of this server; `style` is `line` or `json`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"redact": {"()": "iotserver.logs.RedactKeys"}},
        "formatters": {"chosen": _formatter(style)},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "chosen",
                "filters": ["redact"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Their own console handlers would print a line a second time, unredacted.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "axes": {"level": "WARNING"},
            "gunicorn.error": {"handlers": [], "propagate": True},
            "gunicorn.access": {"handlers": [], "propagate": True},
        },
    }


def is_journal() -> bool:
    """True when stderr goes to journald, as systemd says in JOURNAL_STREAM."""
    try:
        stderr = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError, AttributeError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stderr.st_dev}:{stderr.st_ino}"


def _formatter(style: str) -> dict[str, str]:
    if style == "json":
        return {"()": "iotserver.log_formats.JsonFormatter"}
    if is_journal():
        return {
            "()": "iotserver.log_formats.JournalFormatter",
            "format": "{name}: {message}",
            "style": "{",
        }
    return {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _OWN_ATTRIBUTES}


def _plain(value: object) -> object:
    """Return a value JSON can hold; foreign objects (Django passes requests) as their text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact(str(value))


def _iso(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
