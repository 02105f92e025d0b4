"""Who posts and who does not, and do the summaries say what the readings say?"""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth import get_user_model

from readings import summaries
from readings.models import Latest
from readings.queries import station_states
from readings.times import DAY_MS, now_ms
from stations.models import Sensor, Station
from upkeep.doctor.findings import Finding, error, ok, warning
from upkeep.doctor.folder import is_owner

_SENSORS_SAMPLED = 10
_DAYS_SAMPLED = 2


def admin() -> Iterator[Finding]:
    users = get_user_model()._default_manager
    if users.filter(is_superuser=True, is_active=True).exists():
        yield ok("Somebody can sign in to the admin.")
    else:
        yield error(
            "Nobody can sign in to the admin.", "Run: .venv/bin/python manage.py createsuperuser"
        )


def stations() -> Iterator[Finding]:
    states = station_states(now_ms())
    if not states:
        yield warning(
            "No station is registered.", "Add one in the admin, or with manage.py add_station."
        )
        return
    for name, state in sorted(states.items()):
        if state == "silent":
            yield warning(f"{name} is silent.", "Check its power and Wi-Fi, then its key.")
        elif state == "waiting":
            yield warning(
                f"{name} has never posted.", "Compare its key and MAC address with the admin."
            )
    posting = sum(state in ("live", "late") for state in states.values())
    yield ok(f"{posting} of {len(states)} stations post.")


def units() -> Iterator[Finding]:
    """A number without a unit is a riddle in ten years."""
    unclear = [str(sensor) for sensor in Sensor.objects.filter(unit="").select_related("station")]
    for name in unclear:
        yield warning(f"{name} has no unit.", "Choose its unit on the station's page in the admin.")
    if not unclear and Station.objects.exists():
        yield ok("Every sensor has a unit.")


def summary_sample() -> Iterator[Finding]:
    """Compute the last days of some sensors anew and compare."""
    if not is_owner():
        return
    since = now_ms() - _DAYS_SAMPLED * DAY_MS
    newest = Latest.objects.order_by("-received_at").values_list("sensor_id", flat=True)
    wrong = [summaries.check(sensor, since) for sensor in newest[:_SENSORS_SAMPLED]]
    if any(any(one) for one in wrong):
        yield error(
            "Summaries of hours or days differ from their readings.",
            "Run: .venv/bin/python manage.py rebuild_summaries",
        )
    elif wrong:
        yield ok(f"Summaries agree with the readings ({len(wrong)} sensors, {_DAYS_SAMPLED} days).")
