"""`manage.py seed_demo`, as a person at the terminal meets it."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from readings.models import Reading
from readings.times import DAY_MS, now_ms
from stations.models import Station
from tests.factories import make_readings, make_station

pytestmark = pytest.mark.django_db

_THERE_ALREADY = "The demo is there already. Remove it with seed_demo --remove.\n"


def _run(*arguments: str) -> str:
    output = StringIO()
    call_command("seed_demo", *arguments, stdout=output)
    return output.getvalue()


def test_it_says_what_it_did_and_who_goes_on() -> None:
    assert _run("--days", "1") == (
        "1 of 1 days\n"
        f"Stored {Reading.objects.count()} readings of two demo stations.\n"
        "The watcher (manage.py serve) adds one each minute from now on.\n"
    )


def test_it_shows_progress() -> None:
    assert [line for line in _run("--days", "3").splitlines() if " of 3 days" in line] == [
        "1 of 3 days",
        "2 of 3 days",
        "3 of 3 days",
    ]


def test_it_reaches_from_the_days_asked_for_to_now() -> None:
    _run("--days", "2")
    times = Reading.objects.order_by("measured_at").values_list("measured_at", flat=True)
    oldest, newest = times[0], times.reverse()[0]
    assert 2 * DAY_MS - 120_000 < newest - oldest < 2 * DAY_MS
    assert newest <= now_ms()


def test_a_second_run_says_that_it_is_there() -> None:
    _run("--days", "1")
    before = Reading.objects.count()
    assert _run("--days", "2") == _THERE_ALREADY
    assert Reading.objects.count() == before


def test_it_removes_the_demo() -> None:
    _run("--days", "1")
    assert _run("--remove") == "Removed the demo and all its readings.\n"
    assert not Station.objects.exists()


def test_it_says_when_there_is_nothing_to_remove() -> None:
    assert _run("--remove") == "There is no demo to remove.\n"


def test_removing_keeps_what_real_stations_measured() -> None:
    sensor = make_readings(make_station(name="Attic"), [1.0, 2.0])
    _run("--days", "1")
    _run("--remove")
    assert list(sensor.readings.order_by("value").values_list("value", flat=True)) == [1.0, 2.0]


@pytest.mark.parametrize("days", ["0", "-1", "3651"])
def test_days_out_of_range_are_refused(days: str) -> None:
    with pytest.raises(CommandError, match="between 1 and 3650"):
        _run(f"--days={days}")


def test_a_station_of_the_same_name_is_in_the_way() -> None:
    make_station(name="Garden (demo)")
    with pytest.raises(CommandError, match=r"Cannot add the demo: .*Name already exists"):
        _run("--days", "1")


def test_what_is_in_the_way_stays_alone() -> None:
    make_station(name="Garden (demo)")
    with pytest.raises(CommandError):
        _run("--days", "1")
    assert [station.is_demo for station in Station.objects.all()] == [False]
