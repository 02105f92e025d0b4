"""Exports: what the files hold, for pages, programs and the command line."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from django.core.management import CommandError, call_command
from django.http import StreamingHttpResponse
from django.test import Client
from pytest_django import Settings

from history.exports import pages
from history.exports.scope import Scope
from readings.times import MINUTE_MS, to_ms
from tests.factories import make_sensor, make_station, record_history

pytestmark = pytest.mark.django_db

CSV, JSON, PAGE = "/api/v1/readings/export.csv", "/api/v1/readings/export.json", "/export/"


@pytest.fixture(autouse=True)
def _everyone_may_look(settings: Settings) -> None:
    settings.PUBLIC_DASHBOARD = True


def _at(*moment: int) -> int:
    return to_ms(datetime(*moment, tzinfo=UTC))  # type: ignore[arg-type, misc]


def _body(client: Client, path: str, **query: Any) -> str:
    response = client.get(path, query)
    assert response.status_code == 200, response.content
    return b"".join(cast(StreamingHttpResponse, response)).decode()


def _rows(client: Client, path: str = CSV, **query: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_body(client, path, **query), newline="")))


def _column(client: Client, name: str, **query: Any) -> list[str]:
    return [row[name] for row in _rows(client, **query)]


# --- what a line holds ------------------------------------------------------------------


def test_a_line_of_csv_tells_all_about_a_reading(client: Client) -> None:
    station = make_station(name="Attic", mac="5c:cf:7f:0a:1b:2c")
    record_history(station, [21.5], until=_at(2026, 1, 31, 7))
    assert _rows(client) == [
        {
            "time": "2026-01-31T07:00:00Z",
            "station": "Attic",
            "mac": "5c:cf:7f:0a:1b:2c",
            "field": "1",
            "quantity": "temperature",
            "label": "",
            "unit": "C",
            "value": "21.5",
            "raw": "21.5",
            "delay_s": "0",
            "is_outlier": "false",
        }
    ]


def test_json_says_the_same_as_csv(client: Client) -> None:
    record_history(make_station(name="Attic"), [21.5, -3], until=_at(2026, 1, 31, 7))
    found = json.loads(_body(client, JSON))
    assert [[str(value) for value in row.values()] for row in found] == [
        [value.replace("false", "False") for value in row.values()] for row in _rows(client)
    ]


def test_an_export_of_nothing_is_a_file_all_the_same(client: Client) -> None:
    assert _rows(client) == []
    assert json.loads(_body(client, JSON)) == []


def test_times_keep_their_milliseconds(client: Client) -> None:
    record_history(None, [1], until=_at(2026, 1, 31, 7) + 7)
    assert _column(client, "time") == ["2026-01-31T07:00:00.007Z"]


def test_house_time_tells_the_hour_that_comes_twice_apart(client: Client) -> None:
    record_history(None, [1, 2], until=_at(2026, 10, 25, 1, 30), every_s=3_600)
    assert _column(client, "time", time="house") == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:30:00+01:00",
    ]


def test_fahrenheit_is_for_temperatures_alone(client: Client) -> None:
    station = make_station()
    record_history(station, [21.5], field=1)
    record_history(station, [55], field=2)
    assert [(r["value"], r["unit"]) for r in _rows(client, unit="F")] == [
        ("70.7", "F"),
        ("55.0", "%"),
    ]


def test_an_outlier_is_in_and_says_so(client: Client) -> None:
    record_history(None, [21.5, 500])
    assert _column(client, "is_outlier") == ["false", "true"]


def test_names_and_labels_do_not_become_formulas_and_numbers_stay_numbers(client: Client) -> None:
    station = make_station(name='=HYPERLINK("http://evil")')
    make_sensor(station, label="+1")
    record_history(station, [-3.5])
    (row,) = _rows(client)
    assert row["station"] == '\'=HYPERLINK("http://evil")'
    assert row["label"] == "'+1"
    assert row["value"] == "-3.5"


# --- hours and days -----------------------------------------------------------------------


def test_hours_have_their_mean_and_extremes(client: Client) -> None:
    record_history(None, [20, 21, 25], until=_at(2026, 1, 31, 7, 40), every_s=1_200)
    (row,) = _rows(client, every="hour")
    assert (row["time"], row["count"], row["mean"], row["min"], row["max"]) == (
        "2026-01-31T07:00:00Z",
        "3",
        "22.0",
        "20.0",
        "25.0",
    )
    assert row["max_at"] == "2026-01-31T07:40:00Z"


def test_a_day_begins_at_the_house_s_midnight(client: Client) -> None:
    record_history(None, [1, 2], until=_at(2026, 3, 29, 22, 30), every_s=3_600)
    assert _column(client, "time", every="day", time="house") == [
        "2026-03-29T00:00:00+01:00",  # of 23 hours: the second reading is the next day's
        "2026-03-30T00:00:00+02:00",
    ]


# --- which readings -------------------------------------------------------------------------


def test_only_the_stations_asked_for(client: Client) -> None:
    wanted, other = make_station(name="Attic"), make_station(name="Garden")
    record_history(wanted)
    record_history(other)
    assert _column(client, "station", station=wanted.pk) == ["Attic"]


def test_two_days_are_both_in_from_midnight_to_midnight(client: Client) -> None:
    record_history(None, range(100), until=_at(2026, 1, 3, 12), every_s=3_600)
    found = _column(client, "time", since="2026-01-01", until="2026-01-02", time="house")
    assert (found[0], found[-1], len(found)) == (
        "2026-01-01T00:00:00+01:00",
        "2026-01-02T23:00:00+01:00",
        48,
    )


def test_the_end_is_left_out_when_it_is_a_time(client: Client) -> None:
    record_history(None, [1, 2, 3], until=_at(2026, 1, 31, 7, 2))
    query = {"since": "2026-01-31T07:01:00Z", "until": "2026-01-31T08:02:00+01:00"}
    assert _column(client, "value", **query) == ["2.0"]


def test_days_count_when_they_begin_within(client: Client) -> None:
    record_history(None, range(72), until=_at(2026, 1, 3, 12), every_s=3_600)
    found = _column(client, "time", every="day", since="2026-01-02", until="2026-01-02")
    assert found == ["2026-01-01T23:00:00Z"]


@pytest.mark.parametrize("every", ["raw", "hour", "day"])
def test_no_row_is_lost_or_doubled_between_pages(
    client: Client, monkeypatch: pytest.MonkeyPatch, every: str
) -> None:
    record_history(None, range(-20, 28), until=_at(2026, 1, 31, 7), every_s=7_200)
    whole = _rows(client, every=every)
    monkeypatch.setattr(pages, "SIZE", 2)
    assert len(whole) >= 4
    assert _rows(client, every=every) == whole


def test_each_page_is_a_query_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What arrives behind the last key between two pages is in: no transaction stays open."""
    monkeypatch.setattr(pages, "SIZE", 1)
    station, until = make_station(), _at(2026, 1, 31, 7)
    record_history(station, [1], until=until)
    found = pages.pages(station.sensors.get().pk, Scope())
    assert [row[1] for row in next(found)] == [1]
    record_history(station, [2], until=until + MINUTE_MS)
    assert [row[1] for row in next(found)] == [2]


# --- what cannot be asked ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"since": "yesterday"}, "Give a day such as"),
        ({"since": "2026-01-31T07:00:00"}, "offset"),
        ({"since": "9999-12-31", "until": "9999-12-31"}, "Give a day such as"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "has to come after"),
        ({"station": "999"}, "no station with the id 999"),
        ({"station": "x"}, "a number"),
        ({"every": "week"}, "week"),
        ({"unit": "K"}, "K"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(
    client: Client, query: dict[str, str], text: str
) -> None:
    response = client.get(CSV, query)
    assert response.status_code == 400
    assert text in response.content.decode()


def test_a_stranger_gets_nothing(client: Client, settings: Settings) -> None:
    settings.PUBLIC_DASHBOARD = False
    assert client.get(CSV).status_code == 403
    assert client.get(f"{PAGE}?as=csv").headers["Location"].startswith("/sign-in/")


# --- the page -------------------------------------------------------------------------------


def test_the_page_offers_every_station_and_needs_no_script(client: Client) -> None:
    make_station(name="Attic")
    html = client.get(PAGE).content.decode()
    assert "Attic" in html
    assert "<script" not in html


def test_the_page_s_csv_is_for_excel_and_in_the_viewer_s_unit(client: Client) -> None:
    record_history(make_station(name="Küche"), [21.5])
    client.cookies["temperature_unit"] = "F"
    text = _body(client, PAGE, **{"as": "csv"})
    assert text.startswith("\ufefftime,")
    assert ",F,70.7,70.7," in text


def test_the_file_is_called_for_what_is_in_it(client: Client) -> None:
    response = client.get(PAGE, {"as": "json", "since": "2026-01-01", "until": "2026-01-31"})
    name = 'attachment; filename="readings-2026-01-01-to-2026-01-31.json"'
    assert response.headers["Content-Disposition"] == name


def test_the_page_shows_what_is_wrong_beside_it(client: Client) -> None:
    response = client.get(PAGE, {"as": "csv", "since": "2026-02-01", "until": "2026-01-01"})
    assert response.status_code == 400
    assert "The end has to come after the beginning." in response.content.decode()


# --- the command ------------------------------------------------------------------------------


def test_the_command_writes_the_same_file(client: Client, tmp_path: Path) -> None:
    record_history(make_station(name="Attic"), [1, 2, 3])
    call_command("export_readings", to=tmp_path / "all.csv", station=["Attic"])
    assert (tmp_path / "all.csv").read_bytes().decode() == _body(client, CSV)


def test_the_command_names_the_option_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--since: Give a day"):
        call_command("export_readings", to=tmp_path / "x", since="never")
