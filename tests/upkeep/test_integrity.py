"""The check of the whole database; `tests/reliability` damages a real server's."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from readings import damage
from readings.ingest import settle
from readings.outcomes import CannotStore
from stations.auth import StationCache
from tests.factories import make_readings, make_station
from tests.readings.submissions import make_submission
from upkeep import integrity

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL checks itself"),
]


def test_a_whole_database_is_said_to_be_whole() -> None:
    make_readings()
    assert integrity.run().startswith("The database is whole")


def test_a_good_check_lets_readings_be_stored_again() -> None:
    damage.mark("a page is noise")
    assert integrity.look() == []
    assert not damage.is_marked()


def test_damage_met_while_a_quick_check_ran_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker may meet what only the full check looks for."""
    make_readings()
    find = integrity._findings

    def and_meet(*asked: Any) -> list[str] | None:
        found = find(*asked)
        damage.mark("an index lacks a row")
        return found

    monkeypatch.setattr(integrity, "_findings", and_meet)
    assert integrity.look() == []
    assert damage.is_marked()


def test_a_check_that_ran_out_of_time_says_nothing_either_way() -> None:
    make_readings(values=[float(n) for n in range(5_000)])
    damage.mark("a page is noise")
    assert integrity.look(within_s=0) is None
    assert damage.is_marked()


def test_it_reads_while_others_write() -> None:
    """A check that held the write lock would make every board wait."""
    make_readings(values=[float(n) for n in range(5_000)])
    with connection.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        assert integrity.look() == []
        cursor.execute("ROLLBACK")


def test_nothing_is_stored_in_a_damaged_database() -> None:
    station = make_station()
    damage.mark("a page is noise")
    with pytest.raises(CannotStore):
        settle(StationCache(), [make_submission(station)])


def test_damage_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    damage.mark("a page is noise")
    damage.mark("a page is noise")
    told = [line for line in caplog.messages if "manage.py restore" in line]
    assert len(told) == 1
