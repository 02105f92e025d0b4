"""Does what .env says make sense, and does it agree with itself?"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import checks

from readings.clock import objection
from upkeep.doctor.findings import Finding, error, ok, warning

_NAME = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=", re.MULTILINE)
_EXAMPLE = re.compile(r"^#?([A-Z][A-Z0-9_]*)=", re.MULTILINE)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def env_file() -> Iterator[Finding]:
    file = settings.BASE_DIR / ".env"
    if not file.exists():
        yield ok("No .env: the defaults hold.")
        return
    unknown = unknown_names(file.read_text(), (settings.BASE_DIR / ".env.example").read_text())
    for name, meant in unknown.items():
        yield warning(
            f"Nothing reads {name} in .env.",
            f"Do you mean {meant}?" if meant else "See .env.example for what there is.",
        )
    if not unknown:
        yield ok("Every name in .env is known.")


def unknown_names(env: str, example: str) -> dict[str, str]:
    """Return the names in an .env that the example does not have, each with the nearest that is."""
    known = set(_EXAMPLE.findall(example))
    return {
        name: next(iter(get_close_matches(name.upper(), known, 1)), "")
        for name in _NAME.findall(env)
        if name not in known
    }


def choices() -> Iterator[Finding]:
    """Settings that fall back to their default without a word when misspelt."""
    unit = settings.DEFAULT_TEMPERATURE_UNIT
    if unit not in ("C", "F"):
        yield warning(f"TEMPERATURE_UNIT={unit} counts as C.", "Set it to C or F.")
    style = os.environ.get("LOG_FORMAT", "line")
    if style not in ("line", "json"):
        yield warning(f"LOG_FORMAT={style} counts as line.", "Set it to line or json.")


def time_zone() -> Iterator[Finding]:
    now = datetime.now(ZoneInfo(settings.TIME_ZONE))
    yield ok(f"Days begin at midnight in {settings.TIME_ZONE}, where it is {now:%H:%M}.")


def reachability() -> Iterator[Finding]:
    """HOST, HTTPS and the trusted proxies have to fit each other."""
    trusted = os.environ.get("FORWARDED_ALLOW_IPS", "")
    found = []
    if "*" in trusted:
        found.append(
            error(
                "FORWARDED_ALLOW_IPS=* lets everyone claim any address.",
                "Set it to your proxy's address.",
            )
        )
    if settings.HTTPS and settings.HOST not in _LOOPBACK:
        found.append(
            warning(
                f"HTTPS is on, yet {settings.HOST}:{settings.PORT} answers without the proxy.",
                "Set HOST=127.0.0.1, unless the proxy runs on another machine.",
            )
        )
    if settings.HTTPS and not settings.EXTRA_HOSTS:
        found.append(
            warning(
                "HTTPS is on, yet no public name is known.",
                "Set ALLOWED_HOSTS to the name that the certificate is for.",
            )
        )
    if not settings.HTTPS and settings.HOST in _LOOPBACK:
        found.append(
            warning(
                f"Only this machine can reach {settings.HOST}:{settings.PORT}; boards cannot.",
                "Set HOST=0.0.0.0, or HTTPS=true with a proxy in front.",
            )
        )
    yield from found or [ok(f"It listens on {settings.HOST}:{settings.PORT}.")]


def system_checks() -> Iterator[Finding]:
    """Django's own checks; those for deployment count once pages are on HTTPS."""
    if settings.DEBUG:
        yield error(
            "DEBUG is on: error pages show the settings to everyone.", "Take DEBUG out of .env."
        )
    messages = checks.run_checks(include_deployment_checks=settings.HTTPS and not settings.DEBUG)
    for message in messages:
        if message.is_silenced() or message.level < checks.WARNING:
            continue
        make = error if message.level >= checks.ERROR else warning
        yield make(f"{message.msg} ({message.id})", message.hint or "See this check in the docs.")
    if not messages:
        yield ok("Django's checks find nothing.")


def clock() -> Iterator[Finding]:
    wrong = objection()
    if wrong:
        yield error(wrong, "Until then nothing is stored, and boards keep their readings.")
    else:
        yield ok("The clock can be believed.")
