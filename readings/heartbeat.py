"""Parts of the server leave a sign of life in the database."""

from __future__ import annotations

from readings.locks import write_transaction
from readings.models import Heartbeat
from readings.times import now_ms


def beat(name: str) -> None:
    """Write and commit that `name` is alive; raises what the database raises."""
    with write_transaction():
        Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": now_ms()})


def last_beat(name: str) -> int | None:
    """Return when `name` last gave a sign of life, in milliseconds; None for never."""
    return Heartbeat.objects.filter(name=name).values_list("beat_at", flat=True).first()
