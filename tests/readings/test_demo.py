"""The demo stations: a year at once, live from then on, and gone without a trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from statistics import mean
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from readings import demo, summaries
from readings.models import DaySummary, HourSummary, Latest, Reading
from readings.queries import station_states
from readings.times import DAY_MS, MINUTE_MS, SECOND_MS
from stations.models import Placement, Sensor, Station
from tests.factories import make_readings, make_station

pytestmark = pytest.mark.django_db

_NOW = 1_784_000_000_000 // MINUTE_MS * MINUTE_MS + 17 * SECOND_MS  # in July
_LAST_MINUTE = _NOW - 17 * SECOND_MS


def _values(mac: str, *, field: int = 1, since: int = 0) -> dict[int, float]:
    readings = Reading.objects.filter(sensor__station__mac=mac, sensor__field=field)
    kept = readings.filter(measured_at__gte=since).order_by("measured_at")
    return dict(kept.values_list("measured_at", "value"))


def _all_rows() -> int:
    tables = (Station, Sensor, Reading, Latest, HourSummary, DaySummary)
    return sum(table._default_manager.count() for table in tables)


def test_there_is_one_station_inside_and_one_outside() -> None:
    demo.seed(_NOW, days=1)
    stations = Station.objects.order_by("name").values_list("name", "placement")
    assert list(stations) == [
        ("Garden (demo)", Placement.OUTDOOR),
        ("Living room (demo)", Placement.INDOOR),
    ]


def test_the_stations_are_known_as_a_demo() -> None:
    demo.seed(_NOW, days=1)
    assert all(Station.objects.values_list("is_demo", flat=True))


@pytest.mark.parametrize("mac", [demo.GARDEN_MAC, demo.LIVING_ROOM_MAC])
def test_no_real_board_can_have_their_address(mac: str) -> None:
    locally_administered = 2
    assert int(mac[:2], 16) & locally_administered


def test_both_measure_temperature_and_humidity() -> None:
    demo.seed(_NOW, days=1)
    sensors = Sensor.objects.order_by("station", "field")
    assert list(sensors.values_list("field", "quantity", "unit")) == 2 * [
        (1, "temperature", "C"),
        (2, "humidity", "%"),
    ]


def test_there_is_a_reading_for_every_minute() -> None:
    demo.seed(_NOW, days=1)
    expected = list(range(_LAST_MINUTE - DAY_MS + MINUTE_MS, _LAST_MINUTE + 1, MINUTE_MS))
    assert list(_values(demo.GARDEN_MAC)) == expected
    assert list(_values(demo.LIVING_ROOM_MAC, field=2)) == expected


def test_it_says_how_many_readings_it_stored() -> None:
    assert demo.seed(_NOW, days=1) == Reading.objects.count()


def test_it_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    demo.seed(_NOW, days=2, tell=lambda done, total: told.append((done, total)))
    assert sorted(set(told)) == [(0, 2), (1, 2), (2, 2)]
    assert told[-1] == (2, 2)


def test_there_is_an_outage_in_it() -> None:
    demo.seed(_NOW, days=3)
    holes = [b - a for a, b in pairwise(_values(demo.GARDEN_MAC)) if b - a > MINUTE_MS]
    assert holes == [31 * MINUTE_MS]


def test_history_is_not_late() -> None:
    demo.seed(_NOW, days=1)
    assert not Reading.objects.exclude(delay_s=0).exists()


def test_no_demo_reading_is_an_outlier() -> None:
    demo.seed(_NOW, days=1)
    assert not Reading.objects.filter(is_outlier=True).exists()


def test_latest_is_the_last_minute() -> None:
    demo.seed(_NOW, days=1)
    latest = Latest.objects.values_list("measured_at", "received_at")
    assert list(latest) == 4 * [(_LAST_MINUTE, _LAST_MINUTE)]


def test_the_stations_are_live_at_once() -> None:
    demo.seed(_NOW, days=1)
    assert set(station_states(_NOW).values()) == {"live"}


def test_the_summaries_agree_with_the_readings() -> None:
    demo.seed(_NOW, days=3)
    assert {summaries.check(sensor.pk) for sensor in Sensor.objects.all()} == {(0, 0)}


def test_the_afternoon_is_warmest_where_the_house_is(settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    demo.seed(_NOW, days=3)
    hours: dict[int, list[float]] = {}
    for at, value in _values(demo.GARDEN_MAC).items():
        local = datetime.fromtimestamp(at / 1000, ZoneInfo("Asia/Tokyo"))
        hours.setdefault(local.hour, []).append(value)
    assert 12 <= max(hours, key=lambda hour: mean(hours[hour])) <= 18


def test_a_second_demo_is_refused() -> None:
    demo.seed(_NOW, days=1)
    before = _all_rows()
    with pytest.raises(demo.DemoExists):
        demo.seed(_NOW + DAY_MS, days=2)
    assert _all_rows() == before


def test_nobody_sees_the_stations_before_they_are_complete() -> None:
    seen: list[object] = []
    demo.seed(_NOW, days=1, tell=lambda *_: seen.append(station_states(_NOW)))
    assert seen == [{}, {}]


def test_an_interrupted_demo_leaves_nothing() -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.seed(_NOW, days=1, tell=interrupt)
    assert _all_rows() == 0


def test_what_a_killed_demo_left_is_replaced() -> None:
    station = make_station(name="Garden (demo)", mac=demo.GARDEN_MAC, is_demo=True)
    make_readings(station, [1.0] * 3, until=_NOW - 5 * DAY_MS)
    Station.objects.update(is_active=False)
    demo.seed(_NOW, days=1)
    assert len(_values(demo.GARDEN_MAC)) == 1_440


def test_extending_adds_the_minutes_that_are_due() -> None:
    demo.seed(_NOW, days=1)
    demo.extend(_NOW + 3 * MINUTE_MS)
    due = [_LAST_MINUTE + minutes * MINUTE_MS for minutes in (1, 2, 3)]
    for mac in (demo.GARDEN_MAC, demo.LIVING_ROOM_MAC):
        assert list(_values(mac, since=_NOW)) == due
        assert list(_values(mac, field=2, since=_NOW)) == due


def test_a_minute_is_due_once_it_has_begun() -> None:
    demo.seed(_NOW, days=1)
    before = Reading.objects.count()
    demo.extend(_LAST_MINUTE + MINUTE_MS - 1)
    assert Reading.objects.count() == before
    demo.extend(_LAST_MINUTE + MINUTE_MS)
    assert Reading.objects.count() == before + 4


def test_live_readings_join_the_history_without_a_seam() -> None:
    demo.seed(_NOW, days=1)
    demo.extend(_NOW + 30 * MINUTE_MS)
    live = _values(demo.LIVING_ROOM_MAC, since=_NOW)
    demo.remove()
    demo.seed(_NOW + 30 * MINUTE_MS, days=1)
    assert _values(demo.LIVING_ROOM_MAC, since=_NOW) == live


def test_an_extended_demo_stays_live() -> None:
    demo.seed(_NOW, days=1)
    later = _NOW + 3 * DAY_MS
    demo.extend(later)
    assert set(station_states(later + 30 * SECOND_MS).values()) == {"live"}


def test_live_demo_readings_are_not_late() -> None:
    demo.seed(_NOW, days=1)
    demo.extend(_NOW + DAY_MS // 2)
    assert not Reading.objects.exclude(delay_s=0).exists()


def test_after_a_long_stop_the_last_day_is_made_up_for() -> None:
    demo.seed(_NOW, days=1)
    later = _NOW + 30 * DAY_MS
    demo.extend(later)
    added = list(_values(demo.GARDEN_MAC, since=_NOW))
    assert len(added) == 1_440
    assert later - DAY_MS < added[0] < added[-1] <= later


def test_without_a_demo_extending_asks_one_question(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_readings()
    with django_assert_num_queries(1):
        demo.extend(_NOW)


def test_a_real_station_is_not_extended() -> None:
    make_readings(until=_NOW)
    demo.extend(_NOW + DAY_MS)
    assert Reading.objects.count() == 1


def test_a_demo_station_that_was_switched_off_is_not_extended() -> None:
    demo.seed(_NOW, days=1)
    Station.objects.filter(mac=demo.GARDEN_MAC).update(is_active=False)
    demo.extend(_NOW + MINUTE_MS)
    assert list(_values(demo.GARDEN_MAC, since=_NOW)) == []
    assert len(_values(demo.LIVING_ROOM_MAC, since=_NOW)) == 1


def _fail_after(what: Callable[[], object]) -> Callable[..., int]:
    def record(*args: object, **options: object) -> int:
        what()
        raise IntegrityError("FOREIGN KEY constraint failed")

    return record


def test_a_demo_removed_while_it_is_extended_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    demo.seed(_NOW, days=1)
    monkeypatch.setattr(demo, "record_readings", _fail_after(demo.remove))
    demo.extend(_NOW + MINUTE_MS)
    assert not Station.objects.exists()


def test_a_fault_while_extending_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    demo.seed(_NOW, days=1)
    monkeypatch.setattr(demo, "record_readings", _fail_after(lambda: None))
    with pytest.raises(IntegrityError):
        demo.extend(_NOW + MINUTE_MS)


def test_removing_leaves_nothing() -> None:
    demo.seed(_NOW, days=1)
    assert demo.remove() == 2
    assert _all_rows() == 0


def test_removing_leaves_real_stations_as_they_were() -> None:
    make_readings(make_station(name="Attic"), [1.0, 2.0, 3.0])
    before = _all_rows()
    demo.seed(_NOW, days=1)
    demo.remove()
    assert _all_rows() == before


def test_removing_nothing_is_no_fault() -> None:
    assert demo.remove() == 0


def test_removing_loads_no_reading() -> None:
    demo.seed(_NOW, days=1)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        demo.remove()
    statements = [query["sql"] for query in captured.captured_queries]
    assert not [sql for sql in statements if sql.startswith("SELECT") and '"value"' in sql]
