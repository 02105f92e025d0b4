"""`manage.py rebuild_summaries`, as a person at the terminal meets it."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from readings.models import DaySummary, HourSummary
from tests.factories import make_readings, make_station

pytestmark = pytest.mark.django_db


def _run(*arguments: str) -> str:
    output = StringIO()
    call_command("rebuild_summaries", *arguments, stdout=output)
    return output.getvalue()


def _fail(*arguments: str) -> tuple[str, CommandError]:
    output = StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("rebuild_summaries", *arguments, stdout=output)
    return output.getvalue(), failure.value


def test_it_says_that_all_is_well() -> None:
    make_readings()
    make_readings()
    assert _run("--check") == "The summaries of 2 sensors agree with their readings.\n"


def test_a_check_says_which_differ_and_what_to_do() -> None:
    make_readings(make_station(name="Attic"))
    make_readings(make_station(name="Cellar"))
    HourSummary.objects.filter(sensor__station__name="Attic").update(count=7)
    said, failure = _fail("--check")
    assert said == "Attic Temperature: 1 hour and 0 days differ.\n"
    assert str(failure) == "Some summaries differ. Run rebuild_summaries to mend them."


def test_a_failed_check_exits_with_1() -> None:
    make_readings()
    DaySummary.objects.update(count=7)
    _, failure = _fail("--check")
    assert failure.returncode == 1


def test_a_check_mends_nothing() -> None:
    make_readings()
    HourSummary.objects.update(count=7)
    _fail("--check")
    assert HourSummary.objects.get().count == 7


def test_without_a_check_it_mends_and_says_what() -> None:
    make_readings(make_station(name="Attic"))
    HourSummary.objects.update(count=7)
    assert _run() == "Attic Temperature: 1 hour and 0 days rebuilt.\n"
    assert HourSummary.objects.get().count == 1


def test_it_can_go_by_one_station() -> None:
    make_readings(make_station(name="Attic"))
    make_readings(make_station(name="Cellar"))
    HourSummary.objects.update(count=7)
    assert _run("--station", "Attic") == "Attic Temperature: 1 hour and 0 days rebuilt.\n"
    assert HourSummary.objects.get(sensor__station__name="Cellar").count == 7


def test_a_station_it_does_not_know_is_told() -> None:
    _, failure = _fail("--station", "Moon")
    assert "Moon" in str(failure)
    assert "Run list_stations" in str(failure)
