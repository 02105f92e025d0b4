"""Calibrations: everything that shows a value follows, and what was sent stays."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from pytest_django import Settings

from history.background import Background
from history.calibration import admin, verbs
from history.models import Recalculation
from readings import summaries
from readings.calibration import offset_at
from readings.ingest import settle
from readings.measurements import Measurement, Submission
from readings.models import DaySummary, HourSummary, Latest, Reading
from readings.queries import trends
from readings.summaries import check
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, from_ms, now_ms, to_ms
from stations.auth import StationCache
from stations.models import Calibration, Sensor
from stations.wire import Credentials
from tests.factories import TUTORIAL_KEY, make_readings, make_station, record_history
from tests.stations.pages import submit, visit

pytestmark = pytest.mark.django_db

_ADD = "/admin/stations/calibration/add/"
_LIST = "/admin/stations/calibration/"
_NOON = to_ms(datetime(2026, 7, 1, 10, tzinfo=UTC))  # in Berlin


def _sensor(values: list[float], *, name: str = "Attic", until: int = 0) -> Sensor:
    station = make_station(name=name)
    record_history(station, values, until=until or now_ms())
    return station.sensors.get()


def _latest(sensor: Sensor) -> float | None:
    return Latest.objects.get(sensor=sensor).value


def _summed(sensor: Sensor) -> list[float]:
    """Return what its hours and its days add up to."""
    hours = HourSummary.objects.filter(sensor=sensor).values_list("sum", flat=True)
    days = DaySummary.objects.filter(sensor=sensor).values_list("sum", flat=True)
    return [sum(hours), sum(days)]


def _raw(sensor: Sensor) -> list[float]:
    times = Reading.objects.filter(sensor=sensor).order_by("measured_at")
    return list(times.values_list("value", flat=True))


def _is_right(sensor: Sensor) -> bool:
    return sum(check(sensor.pk)) == 0


# --- what follows ---------------------------------------------------------------------------


def test_an_offset_counts_from_its_time_on_until_the_next() -> None:
    offsets = ((2_000, -1.0), (1_000, 0.5))
    assert [offset_at(offsets, at) for at in (999, 1_000, 1_999, 2_000)] == [0, 0.5, 0.5, -1]


def test_latest_and_summaries_follow_and_readings_stay() -> None:
    sensor = _sensor([20.0, 21.0, 22.0])
    verbs.calibrate(sensor, now_ms() - DAY_MS, 0.5)
    assert _latest(sensor) == 22.5
    verbs.recalculate()
    assert _summed(sensor) == pytest.approx([64.5, 64.5])
    assert _raw(sensor) == [20, 21, 22]
    assert _is_right(sensor)


def test_what_was_before_it_stays_as_it_was() -> None:
    now = now_ms()
    sensor = _sensor([20.0] * 60, until=now)
    verbs.calibrate(sensor, now - 30 * MINUTE_MS, 1.0)
    verbs.recalculate()
    assert _summed(sensor)[1] == pytest.approx(60 * 20 + 31)


def test_undone_all_is_as_it_was() -> None:
    sensor = _sensor([20.0, 21.0, 22.0])
    latest, summed = _latest(sensor), _summed(sensor)
    calibration = verbs.calibrate(sensor, now_ms() - DAY_MS, 0.5)
    verbs.recalculate()
    verbs.undo(calibration)
    verbs.recalculate()
    assert _latest(sensor) == latest
    assert _summed(sensor) == pytest.approx(summed)


def test_a_board_s_next_reading_is_calibrated_as_it_comes_in() -> None:
    station = make_station()
    sensor, cache = make_readings(station, [20.0]), StationCache()
    cache.refresh()
    verbs.calibrate(sensor, now_ms() - DAY_MS, 0.5)
    credentials = Credentials(TUTORIAL_KEY, station.mac)
    settle(cache, [Submission(credentials, (Measurement(1, 30.0, now_ms() + 1),))])
    verbs.recalculate()
    assert (_latest(sensor), _raw(sensor)) == (30.5, [20, 30])
    assert _is_right(sensor)


def test_a_late_reading_gets_the_offset_of_its_own_time() -> None:
    now, station = now_ms(), make_station()
    sensor = make_readings(station, [20.0], until=now)
    verbs.calibrate(sensor, now - HOUR_MS, 0.5)
    verbs.recalculate()
    record_history(station, [10.0], until=now - 2 * HOUR_MS)
    record_history(station, [10.0], until=now - HOUR_MS // 2)
    assert _summed(sensor)[0] == pytest.approx(20.5 + 10 + 10.5)
    assert _is_right(sensor)


def test_an_offset_that_begins_within_the_hour_is_no_trend() -> None:
    now = now_ms()
    sensor = _sensor([20.0] * 70, until=now)
    verbs.calibrate(sensor, now - 30 * MINUTE_MS, 1.0)
    assert trends([sensor.pk], now)[sensor.pk] == pytest.approx(0.0)


def test_a_chart_of_single_readings_shows_calibrated_values(
    client: Client, settings: Settings
) -> None:
    settings.PUBLIC_DASHBOARD = True
    sensor = _sensor([20.0, 21.0])
    verbs.calibrate(sensor, now_ms() - DAY_MS, 0.5)
    since = from_ms(now_ms() - HOUR_MS).isoformat()
    until = from_ms(now_ms() + MINUTE_MS).isoformat()
    for points in (100, 2):  # single readings, and buckets of them
        query: dict[str, str | int] = {"from": since, "to": until, "points": points}
        answer = client.get("/api/v1/series/", query | {"sensor": sensor.pk})
        assert answer.status_code == 200, answer.content
        (series,) = answer.json()["series"]
        assert {v for v in series["max"] if v is not None} & {20.5, 21.5}


def test_an_export_has_both_and_an_import_stores_what_was_sent(
    client: Client, settings: Settings
) -> None:
    settings.PUBLIC_DASHBOARD = True
    verbs.calibrate(_sensor([20.0]), now_ms() - DAY_MS, 0.5)
    response = cast(StreamingHttpResponse, client.get("/api/v1/readings/export.csv"))
    (row,) = csv.DictReader(io.StringIO(b"".join(response).decode()))
    assert (row["value"], row["raw"]) == ("20.5", "20.0")


# --- doing it safely ----------------------------------------------------------------------------


def test_a_recalculation_that_was_cut_short_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sensor = _sensor([20.0])
    verbs.calibrate(sensor, now_ms() - DAY_MS, 0.5)

    def cut(*_: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("readings.summaries._replace", cut)
        with pytest.raises(RuntimeError):
            verbs.recalculate()
    assert Recalculation.objects.exists()
    Background().look()
    assert _is_right(sensor) and not Recalculation.objects.exists()


def test_a_change_that_comes_meanwhile_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    sensor = _sensor([20.0])
    verbs.calibrate(sensor, now_ms() - DAY_MS, 0.5)
    rebuild = summaries.rebuild

    def and_change(sensor_id: int, since: int) -> None:
        rebuild(sensor_id, since)
        verbs.calibrate(sensor, now_ms() - DAY_MS + 1, 0.7)

    with monkeypatch.context() as patch:
        patch.setattr(summaries, "rebuild", and_change)
        verbs.recalculate()
    assert Recalculation.objects.exists()


def test_a_time_whose_readings_were_deleted_is_refused() -> None:
    sensor = _sensor([20.0])
    sensor.raw_since = now_ms() - HOUR_MS
    sensor.save()
    with pytest.raises(verbs.CannotCalibrate, match="Begin later"):
        verbs.calibrate(sensor, now_ms() - DAY_MS, 0.5)
    assert not Calibration.objects.exists()


# --- the wizard ---------------------------------------------------------------------------------


def _side_by_side(tested: float = 21.7) -> tuple[Sensor, Sensor, dict[str, Any]]:
    """Two stations for an hour, and what a person fills in about it."""
    reference = _sensor([21.0] * 60, name="Reference", until=_NOON)
    sensor = _sensor([tested] * 60, until=_NOON)
    return reference, sensor, _fields(reference, sensor, begin="2026-07-01T11:00")


def _fields(reference: Sensor, sensor: Sensor, *, begin: str, hours: int = 1) -> dict[str, Any]:
    return {"reference": reference.pk, "sensor": sensor.pk, "begin": begin, "hours": hours}


def test_the_wizard_shows_a_proposal_before_anything_changes(admin_client: Client) -> None:
    _, _, fields = _side_by_side()
    text = submit(admin_client, _ADD, **fields, do="look")
    assert "Add -0.70 °C" in text
    assert not Calibration.objects.exists()


def test_applied_it_is_in_the_list_and_can_be_taken_back(admin_client: Client) -> None:
    _, sensor, fields = _side_by_side()
    text = submit(admin_client, _ADD, **fields, do="apply", shown="-0.70")
    assert "-0.70 °C" in text and "by Reference Temperature" in text
    assert _latest(sensor) == pytest.approx(21.0)
    made = Calibration.objects.get()
    submit(admin_client, f"{_LIST}{made.pk}/delete/", post="yes")
    assert _latest(sensor) == pytest.approx(21.7)
    assert not Calibration.objects.exists()


def test_the_page_sends_along_what_it_showed(admin_client: Client) -> None:
    _, _, fields = _side_by_side()
    page = admin_client.post(_ADD, fields | {"do": "look"}).content.decode()
    assert '<input type="hidden" name="shown" value="-0.70">' in page


@pytest.mark.parametrize("shown", [{"shown": "-0.50"}, {}])
def test_an_offset_that_was_not_shown_is_shown_before_it_is_applied(
    admin_client: Client, shown: dict[str, str]
) -> None:
    """A form changed since, or readings that came in: the comparison gives another one."""
    _, _, fields = _side_by_side()
    text = submit(admin_client, _ADD, **fields, **shown, do="apply")
    assert "look at the offset below" in text and "Add -0.70 °C" in text
    assert not Calibration.objects.exists()


def test_what_is_stored_is_the_offset_that_was_shown(admin_client: Client) -> None:
    _, _, fields = _side_by_side(21.6963)
    submit(admin_client, _ADD, **fields, do="apply", shown="-0.70")
    assert Calibration.objects.get().offset == -0.7


def test_the_wizard_says_from_when_on_it_counts(admin_client: Client) -> None:
    _, _, fields = _side_by_side()
    text = submit(admin_client, _ADD, **fields, do="apply", shown="-0.70")
    assert f"-0.70 °C from {fields['begin'].replace('T', ' ')} on" in text


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"tested": 45.0}, "more than any working sensor"),
        ({"hours": "0"}, "correct the errors"),
        ({"begin": "2026-01-01T00:00"}, "0 minutes only"),
    ],
)
def test_the_wizard_says_why_it_proposes_nothing(
    admin_client: Client, changed: dict[str, Any], text: str
) -> None:
    tested = changed.pop("tested", 21.7)
    _, _, fields = _side_by_side(tested)
    assert text in submit(admin_client, _ADD, **fields | changed, do="apply")
    assert not Calibration.objects.exists()


def test_a_sensor_is_not_compared_with_itself(admin_client: Client) -> None:
    _, sensor, fields = _side_by_side()
    text = submit(admin_client, _ADD, **fields | {"reference": sensor.pk}, do="apply")
    assert "Choose two sensors" in text


def test_a_second_calibration_is_measured_from_what_the_sensor_sends(admin_client: Client) -> None:
    """Else the first one would be undone by it."""
    _, sensor, fields = _side_by_side()
    verbs.calibrate(sensor, _NOON - DAY_MS, -0.7)
    assert "Add -0.70 °C" in submit(admin_client, _ADD, **fields, do="look")


@pytest.mark.parametrize(
    ("now", "begin"),
    [
        ("2027-03-28T03:30+02:00", "2027-03-28T01:30"),  # there was no hour of two
        ("2026-10-25T02:30+02:00", "2026-10-25T01:30"),
        ("2026-10-25T02:30+01:00", "2026-10-25T01:30"),  # half past two, which came twice
        ("2026-10-25T03:30+01:00", "2026-10-25T01:30"),
        ("2026-10-25T04:00+01:00", "2026-10-25T03:00"),
    ],
)
def test_the_wizard_begins_an_hour_ago_or_with_the_last_that_can_be_typed(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch, now: str, begin: str
) -> None:
    monkeypatch.setattr(admin, "now_ms", lambda: to_ms(datetime.fromisoformat(now)))
    assert f'value="{begin}"' in admin_client.get(_ADD).content.decode()


@pytest.mark.parametrize("begin", ["2027-03-28T01:00", "2026-10-25T01:00"])
def test_hours_are_compared_in_full_on_nights_when_clocks_change(begin: str) -> None:
    reference, sensor = _sensor([21.0], name="Reference"), _sensor([21.7])
    form = admin.WizardForm(_fields(reference, sensor, begin=begin, hours=3))
    assert form.is_valid(), form.errors
    since, until = form.bounds()
    assert until - since == 3 * HOUR_MS


def test_the_wizard_is_for_those_who_may_add(client: Client) -> None:
    assert client.get(_ADD).headers["Location"].startswith("/admin/login/")


def test_an_empty_list_leads_to_the_wizard(admin_client: Client) -> None:
    assert "Add calibration" in visit(admin_client, _LIST)
