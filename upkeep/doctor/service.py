"""Does the server run: does it answer, does the watcher go its rounds, do the tasks succeed?"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing

from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min

from readings.display import ago
from readings.models import Heartbeat
from readings.times import DAY_MS, MINUTE_MS, SECOND_MS, now_ms, to_ms
from upkeep import results
from upkeep.doctor.findings import Finding, error, ok, warning

_ANSWER_WITHIN_S = 10
_ROUND_AT_LEAST_MS = 3 * MINUTE_MS
_BACKUP_AT_LEAST_MS = 2 * DAY_MS
_START = "Start it: make serve, or systemctl start iotserver."


def answering() -> Iterator[Finding]:
    where = f"http://{_address()}:{settings.PORT}/healthz"
    try:
        status, text = _healthz()
    except (OSError, http.client.HTTPException) as failure:
        yield error(f"The server does not answer at {where}: {failure}.", _START)
        return
    if status == 200:
        yield ok(f"The server answers at {where}.")
    elif status == 503:
        yield error(f"The server cannot store readings: {text}.", "Its log tells more.")
    else:
        yield error(
            f"Something else answers at {where}: {status}.",
            f"Give port {settings.PORT} free, or set another PORT.",
        )


def watcher() -> Iterator[Finding]:
    beat = Heartbeat.objects.filter(name="watcher").first()
    if beat is None:
        yield warning("The watcher has made no round yet.", "Start the server, then look again.")
        return
    quiet = now_ms() - beat.beat_at
    if quiet > _ROUND_AT_LEAST_MS:
        yield error(
            f"The watcher made its last round {ago(quiet / SECOND_MS)}.",
            "Restart the server; if it happens again, its log tells why.",
        )
    else:
        yield ok("The watcher goes its rounds.")


def tasks() -> Iterator[Finding]:
    """How the housekeeping's tasks ended, and whether there is a backup at all."""
    last = results.last_results()
    for name, result in last.items():
        when = ago((now_ms() - result.ended_at) / SECOND_MS)
        if result.is_ok:
            yield ok(f"{name.capitalize()}, {when}: {result.text}")
        else:
            yield error(f"{name.capitalize()} failed {when}: {result.text}", "Its log tells more.")
    yield from _backup_age(last["backup"].ended_at if "backup" in last else None)


def _backup_age(ended_at: int | None) -> Iterator[Finding]:
    since = _installed_at() if ended_at is None else ended_at
    if now_ms() - since <= _BACKUP_AT_LEAST_MS:
        if ended_at is None:
            yield ok("No backup yet; the first is made in the night to come.")
        return
    yield error(
        f"The last backup was made {ago((now_ms() - since) / SECOND_MS)}."
        if ended_at
        else "There is no backup.",
        "The server makes one every night while it runs. By hand: manage.py backup",
    )


def _installed_at() -> int:
    first = MigrationRecorder.Migration.objects.aggregate(first=Min("applied"))["first"]
    return to_ms(first) if first else now_ms()


def _healthz() -> tuple[int, str]:
    connection = http.client.HTTPConnection(_address(), settings.PORT, timeout=_ANSWER_WITHIN_S)
    with closing(connection):
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        return response.status, response.read(1_000).decode(errors="replace").strip()


def _address() -> str:
    host: str = settings.HOST.strip("[]")
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
