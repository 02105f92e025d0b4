"""What settings must not say, as Django's system checks: `manage.py check [--deploy]`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_OTHERS = 0o077
_PROMISES = ("journal_mode=WAL", "synchronous=FULL")


def _check(deploy: bool = False) -> Callable[[Callable[[], Iterator[CheckMessage]]], Any]:
    """Register a check; with `deploy` for servers in earnest alone, which say --deploy."""

    def decorate(find: Callable[[], Iterator[CheckMessage]]) -> Any:
        def run(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
            return list(find())

        return checks.register(run, checks.Tags.security, deploy=deploy)

    return decorate


@_check()
def atomic_requests() -> Iterator[CheckMessage]:
    if settings.DATABASES["default"].get("ATOMIC_REQUESTS"):
        yield checks.Error(
            "ATOMIC_REQUESTS holds the only write lock while pages render.",
            hint="Leave it off: it made 32 to 57 % of writes fail.",
            id="iotserver.E001",
        )


@_check()
def durable_sqlite() -> Iterator[CheckMessage]:
    database = settings.DATABASES["default"]
    if database["ENGINE"] != "django.db.backends.sqlite3":
        return
    options = database.get("OPTIONS", {})
    start = options.get("init_command", "").replace(" ", "")
    missing = [promise for promise in _PROMISES if promise not in start]
    if options.get("transaction_mode") != "IMMEDIATE":
        missing.append("transaction_mode=IMMEDIATE")
    if missing:
        yield checks.Error(
            f"SQLite is opened without {', '.join(missing)}.",
            hint="A board's OK would not mean that its reading survives a power cut.",
            id="iotserver.E002",
        )


@_check()
def debug_in_public() -> Iterator[CheckMessage]:
    if settings.DEBUG and settings.HOST not in _LOOPBACK:
        yield checks.Warning(
            f"DEBUG shows settings and code to everyone who reaches {settings.HOST}.",
            hint="Take DEBUG out of .env, or set HOST=127.0.0.1.",
            id="iotserver.W001",
        )


@_check(deploy=True)
def trusted_proxies() -> Iterator[CheckMessage]:
    if any(network.prefixlen == 0 for network in settings.TRUSTED_PROXIES):
        yield checks.Warning(
            "FORWARDED_ALLOW_IPS believes everybody: limits and lock-outs can be evaded.",
            hint="Set it to your proxy's address.",
            id="iotserver.W002",
        )


@_check(deploy=True)
def foreign_names() -> Iterator[CheckMessage]:
    if "*" in settings.EXTRA_HOSTS:
        yield checks.Warning(
            "ALLOWED_HOSTS=* lets any web site read this server through its visitors.",
            hint="Name the host that your certificate is for.",
            id="iotserver.W003",
        )


@_check(deploy=True)
def limits_off() -> Iterator[CheckMessage]:
    for name in ("STATION_RATE_LIMIT", "REFUSAL_RATE_LIMIT"):
        if getattr(settings, name) <= 0:
            yield checks.Warning(
                f"{name} is off.",
                hint="Take it out of .env: the default troubles no honest board.",
                id="iotserver.W004",
            )


@_check(deploy=True)
def private_files() -> Iterator[CheckMessage]:
    if os.name != "posix":
        return
    secrets = (settings.DATA_DIR / "secret_key", settings.ADMIN_PASSWORD_FILE)
    for path in (settings.DATA_DIR, *secrets):
        if path.exists() and path.stat().st_mode & _OTHERS:
            yield checks.Warning(
                f"Other users of this machine can reach {path}.",
                hint=f"Run: chmod go= {path}",
                id="iotserver.W005",
            )
