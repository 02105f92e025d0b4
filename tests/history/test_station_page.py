"""A station's page over HTTP: who sees it, what it says, what may be changed on it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from history.pair import pair_of
from readings.models import HourSummary, Reading
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, now_ms, to_ms
from stations.models import Sensor, Station
from tests.factories import make_readings, make_sensor, make_station, record_history

pytestmark = pytest.mark.django_db

NOW = now_ms() // MINUTE_MS * MINUTE_MS


def _page(client: Client, station: Station | int, status: int = 200, /, **query: Any) -> str:
    pk = station if isinstance(station, int) else station.pk
    response = client.get(f"/stations/{pk}/", query)
    assert response.status_code == status, response
    return response.content.decode()


def _texts(page: str, tag: str) -> list[str]:
    found = re.findall(rf"<{tag}(?:\s[^>]*)?>(.*?)</{tag}>", page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in found]


def _attic(until: int = NOW) -> Station:
    station = make_station(name="Attic")
    record_history(station, [20.0, 21.0, 22.5], until=until)
    return station


def test_a_stranger_is_sent_to_the_sign_in_page(client: Client) -> None:
    station = _attic()
    response = client.get(f"/stations/{station.pk}/")
    assert response.headers["Location"] == f"/sign-in/?next=/stations/{station.pk}/"


def test_a_public_dashboard_shows_its_stations(client: Client, settings: Settings) -> None:
    settings.PUBLIC_DASHBOARD = True
    assert "Attic" in _page(client, _attic())


def test_a_card_leads_to_its_page(bob: Client) -> None:
    station = _attic()
    assert f'<a href="/stations/{station.pk}/">Attic</a>' in bob.get("/").content.decode()


def test_an_unknown_station_is_not_found(bob: Client) -> None:
    _page(bob, 4711, 404)


def test_a_station_that_measured_nothing_says_so(bob: Client) -> None:
    assert "Nothing has been measured yet" in _page(bob, make_station())


def test_a_sensor_without_readings_has_a_page(bob: Client) -> None:
    assert "Nothing was measured in this time" in _page(bob, make_sensor().station)


def test_the_table_has_the_readings(bob: Client) -> None:
    assert [one for one in _texts(_page(bob, _attic()), "td") if one][:3] == [
        "20.0",
        "21.0",
        "22.5",
    ]


def test_the_table_has_the_gaps(bob: Client) -> None:
    station = make_station()
    record_history(station, [20.0], until=NOW - 30 * MINUTE_MS)
    record_history(station, [21.0], until=NOW)
    assert _texts(_page(bob, station), "td")[:3] == ["20.0", "no readings", "21.0"]


def test_back_filled_readings_are_marked_in_the_table(bob: Client) -> None:
    station = make_station()
    make_readings(station, [20.0], until=NOW - HOUR_MS)
    assert _texts(_page(bob, station), "td")[0] == "20.0 back-filled"


def test_the_drawing_needs_no_script(bob: Client) -> None:
    assert '<path class="curve look-0" d="M' in _page(bob, _attic())


def test_the_viewers_unit_is_used_everywhere(bob: Client) -> None:
    bob.cookies["temperature_unit"] = "F"
    attic = _attic(until=to_ms(datetime(2026, 7, 1, 12, tzinfo=UTC)))
    page = _page(bob, attic, **{"from": "2026-07-01", "to": "2026-07-01"})
    assert _texts(page, "td")[:3] == ["68.0", "69.8", "72.5"]
    assert "4.5 °F" in _texts(page, "dd"), "a swing has no offset"


@pytest.mark.parametrize("name", ["24h", "7d", "30d", "1y", "all"])
def test_every_range_is_a_link_away(bob: Client, name: str) -> None:
    page = _page(bob, _attic(), range=name)
    current = re.search(r'<a href="\?([^"]*)" aria-current="page">', page)
    assert current is not None and f"range={name}" in current[1]


def test_any_days_can_be_chosen(bob: Client) -> None:
    station = make_station()
    record_history(station, [20.0], until=to_ms(datetime(2026, 3, 29, 12, tzinfo=UTC)))
    page = _page(bob, station, **{"from": "2026-03-29", "to": "2026-03-29"})
    assert "Sun 29 Mar, 14:00:00" in _texts(page, "th")
    assert 'name="to" value="2026-03-29"' in page
    until, since = (re.search(rf'data-{x}="([0-9.]+)"', page) for x in ("until", "since"))
    assert until and since and float(until[1]) - float(since[1]) == 23 * 3600


@pytest.mark.parametrize("query", [{"range": "2w"}, {"from": "soon"}, {"from": "2100-01-01"}])
def test_a_wrong_range_is_told_and_a_day_shown(bob: Client, query: dict[str, object]) -> None:
    page = _page(bob, _attic(), 400, **query)
    assert "That is no range of time." in page
    assert "22.5" in _texts(page, "td")


def test_a_field_is_a_tab(bob: Client) -> None:
    station = _attic()
    make_sensor(station, field=2, quantity="humidity")
    record_history(station, [55.0], until=NOW, field=2)
    assert "22.5" in _texts(_page(bob, station), "td")
    page = _page(bob, station, field=2)
    assert "55" in _texts(page, "td")
    assert 'data-label="%"' in page


def test_stations_are_overlaid_when_asked_for(bob: Client) -> None:
    station, garden = _attic(), make_station(name="Garden", placement="outdoor")
    record_history(garden, [12.5], until=NOW)
    other = garden.sensors.get()
    assert "12.5" not in _page(bob, station)
    page = _page(bob, station, **{"with": other.pk})
    assert "12.5" in _texts(page, "td")
    assert '<path class="curve look-1" d="M' in page
    assert f"with={other.pk}" in page, "links keep it"


def test_only_what_measures_the_same_can_be_overlaid(bob: Client) -> None:
    station, garden = _attic(), make_station(name="Garden")
    make_sensor(garden, field=2, quantity="humidity")
    assert "Garden" not in _page(bob, station)


def test_when_it_was_cooler_outside_is_listed(bob: Client) -> None:
    station = make_station(name="Attic")
    record_history(station, [22.0] * 60, until=NOW)
    garden = make_station(placement="outdoor")
    record_history(garden, [25.0] * 30 + [20.0] * 30, until=NOW)
    page = _page(bob, station)
    assert "When it was cooler outside" in page
    assert '<rect class="cool" x="' in page


def test_the_pair_is_the_same_from_both_sides() -> None:
    inside = make_readings(make_station(name="Attic"), until=NOW)
    outside = make_readings(make_station(name="Garden", placement="outdoor"), until=NOW)
    make_readings(make_station(name="Zoo", placement="outdoor"), until=NOW)
    assert pair_of(inside, NOW) == (inside, outside)
    assert pair_of(outside, NOW) == (inside, outside)


def test_there_is_no_pair_without_an_active_station_outside() -> None:
    inside = make_readings(until=NOW)
    make_readings(make_station(placement="outdoor", is_active=False), until=NOW)
    assert pair_of(inside, NOW) is None
    assert pair_of(make_sensor(inside.station, field=2, quantity="humidity"), NOW) is None


def test_records_name_value_and_day(bob: Client) -> None:
    station = make_station()
    record_history(station, [20.0, 24.0], until=to_ms(datetime(2025, 7, 1, 12, tzinfo=UTC)))
    record_history(station, [-3.5], until=to_ms(datetime(2026, 1, 5, 12, tzinfo=UTC)))
    page = _page(bob, station)
    assert _texts(page, "dd")[::2] == ["24.0 °C", "\N{MINUS SIGN}3.5 °C", "4.0 °C"]
    assert "Since 1 July 2025." in page


def test_this_year_stands_against_last(bob: Client) -> None:
    station = make_station()
    this_year = datetime.now(ZoneInfo("Europe/Berlin")).year
    for year, value in ((this_year - 1, 10.0), (this_year, 12.5)):
        record_history(station, [value], until=to_ms(datetime(year, 1, 1, 12, tzinfo=UTC)))
    table = _page(bob, station).partition("This year against last")[2]
    assert _texts(table, "td")[:3] == [
        "12.5",
        "10.0",
        "+2.5",
    ]


# --- outliers ----------------------------------------------------------------


@pytest.fixture
def spiky() -> Sensor:
    station = make_station(name="Attic")
    record_history(station, [20.0, 250.0, 21.0], until=NOW)
    return Sensor.objects.get(station=station)


def _mark(client: Client, sensor: Sensor, at: int, hide: str) -> tuple[int, str]:
    path = f"/stations/{sensor.station_id}/outliers/?range=7d"
    response = client.post(path, {"sensor": sensor.pk, "at": at, "hide": hide})
    return response.status_code, response.headers.get("Location", "")


def test_outliers_are_listed_but_not_among_the_values(bob: Client, spiky: Sensor) -> None:
    page = _page(bob, spiky.station)
    assert "250.0 °C" in _texts(page, "b")
    assert "250.0" not in _texts(page, "td")


def test_who_only_looks_is_offered_no_change(bob: Client, spiky: Sensor) -> None:
    page = _page(bob, spiky.station)
    assert "Restore" not in page and "Hide" not in page


def test_an_outlier_is_restored_with_a_button(alice: Client, spiky: Sensor) -> None:
    assert "Restore" in _page(alice, spiky.station)
    status, location = _mark(alice, spiky, NOW - MINUTE_MS, "no")
    assert (status, location) == (302, f"/stations/{spiky.station_id}/?range=7d#outliers")
    assert max(hour.max for hour in HourSummary.objects.all()) == 250.0


def test_a_reading_is_hidden_with_a_button(alice: Client, spiky: Sensor) -> None:
    assert "Hide" in _page(alice, spiky.station)
    assert _mark(alice, spiky, NOW, "yes")[0] == 302
    assert Reading.objects.get(measured_at=NOW).is_outlier


def test_who_only_looks_cannot_change(bob: Client, spiky: Sensor) -> None:
    assert _mark(bob, spiky, NOW, "yes")[0] == 403
    assert not Reading.objects.get(measured_at=NOW).is_outlier


def test_a_stranger_cannot_change_even_on_a_public_dashboard(
    client: Client, settings: Settings, spiky: Sensor
) -> None:
    settings.PUBLIC_DASHBOARD = True
    status, location = _mark(client, spiky, NOW, "yes")
    assert (status, location.startswith("/sign-in/")) == (302, True)
    assert not Reading.objects.get(measured_at=NOW).is_outlier


def test_staff_need_the_permission(
    client: Client, django_user_model: type[User], spiky: Sensor
) -> None:
    client.force_login(django_user_model.objects.create_user("carol", is_staff=True))
    assert _mark(client, spiky, NOW, "yes")[0] == 403


@pytest.mark.parametrize(("at", "hide"), [("x", "yes"), ("1", "perhaps"), ("", "")])
def test_a_form_of_somebodys_own_is_refused(
    alice: Client, spiky: Sensor, at: str, hide: str
) -> None:
    response = alice.post(
        f"/stations/{spiky.station_id}/outliers/", {"sensor": spiky.pk, "at": at, "hide": hide}
    )
    assert response.status_code == 400


def test_another_stations_sensor_is_not_found(alice: Client, spiky: Sensor) -> None:
    other = make_readings(until=NOW)
    path = f"/stations/{other.station_id}/outliers/"
    response = alice.post(path, {"sensor": spiky.pk, "at": NOW, "hide": "yes"})
    assert response.status_code == 404


def test_looking_changes_nothing(alice: Client, spiky: Sensor) -> None:
    assert alice.get(f"/stations/{spiky.station_id}/outliers/").status_code == 405


def test_a_page_takes_few_queries_however_long_the_range(
    bob: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    station = make_station()
    record_history(station, [20.0] * 300, until=NOW, every_s=7_200)
    make_readings(make_station(placement="outdoor"), until=NOW - DAY_MS)
    for name in ("24h", "all"):
        with django_assert_max_num_queries(19):
            _page(bob, station, range=name)


def test_a_name_cannot_smuggle_markup_in(bob: Client) -> None:
    station = make_station(name="<b>Attic</b>")
    record_history(station, [20.0], until=NOW)
    assert "<b>Attic" not in _page(bob, station)
