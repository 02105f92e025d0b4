"""How the server is: figures, the page and the API for those who run it."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from dataclasses import replace
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from readings import clock, counters, damage
from readings.heartbeat import beat
from readings.models import Heartbeat
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, now_ms
from tests.conftest import StartServer
from tests.factories import (
    make_readings,
    make_station,
    record_history,
    update_path,
)
from upkeep import disk, results
from upkeep.status import status
from upkeep.status_page import page

pytestmark = pytest.mark.django_db
URLS = ["/status/", "/api/v1/status/"]


@pytest.fixture(autouse=True)
def _own_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count from nothing, whatever other tests of this process have posted."""
    fresh = counters.Counters()
    for module in ("readings.device_requests", "upkeep.status"):
        monkeypatch.setattr(f"{module}.counters", fresh)


# --- figures -------------------------------------------------------------------------------


def test_readings_are_counted_by_when_they_were_measured() -> None:
    station = make_station()
    now = now_ms()
    make_readings(station, [1.0] * 3, until=now - 1_000, every_s=10)
    record_history(station, [1.0] * 4, until=now - 10 * MINUTE_MS)
    record_history(station, [1.0] * 5, until=now - 5 * HOUR_MS)
    record_history(station, [1.0] * 6, until=now - 2 * DAY_MS)
    rates = status().rates
    assert (rates.minute, rates.hour, rates.day) == (3, 7, 12)


def test_what_boards_did_since_the_start_is_counted_by_cause(client: Client) -> None:
    station = make_station()
    client.get(update_path(station))
    client.get(update_path(station, api_key="wrong-key"))
    client.get(update_path(station, data="nan"))
    client.get(update_path(station, data="inf"))
    ingest = status().ingest
    assert ingest.stored == 1
    assert ingest.refused == {"wrong key": 1, "bad value": 2}


def test_stations_are_counted_by_state() -> None:
    make_readings()
    make_station()
    record_history(until=now_ms() - DAY_MS)
    assert status().stations == {"live": 1, "waiting": 1, "silent": 1}


def test_the_disk_is_looked_at() -> None:
    room = status().room
    assert 0 < room.free < room.total


@pytest.mark.parametrize(("a_day", "years"), [(1440, 68), (144_000, 0.68), (0, None)])
def test_how_long_the_disk_lasts(a_day: int, years: float | None) -> None:
    room = disk.Room(total=2 * 10**9, free=10**9, database=0, wal=0)
    assert room.years_left(a_day) == (years if years is None else pytest.approx(years, rel=0.01))


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_500, "1.5 kB"),
        (27_300_000, "27 MB"),
        (4e12, "4.0 TB"),
    ],
)
def test_sizes_in_words(size: float, words: str) -> None:
    assert disk.in_words(size) == words


def test_versions_tell_what_runs() -> None:
    assert {"iotserver", "Python", "Django", "gunicorn"} < set(status().versions)


def test_a_look_takes_few_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(5):
        make_readings()
    with django_assert_max_num_queries(10):
        status()


# --- what needs somebody ---------------------------------------------------------------------


def test_a_server_that_is_well_needs_nobody() -> None:
    beat("watcher")
    assert status().troubles == []


def test_a_watcher_that_stands_still_needs_somebody() -> None:
    assert "watcher" in status().troubles[0]
    beat("watcher")
    Heartbeat.objects.update(beat_at=now_ms() - 10 * MINUTE_MS)
    assert "watcher" in status().troubles[0]


def test_a_task_that_failed_needs_somebody() -> None:
    beat("watcher")
    results.record("backup", is_ok=False, text="no room")
    assert status().troubles == ["Backup: no room"]


def test_a_wrong_clock_needs_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "objection", lambda: "The clock of this computer shows 1970.")
    beat("watcher")
    assert status().troubles == ["The clock of this computer shows 1970."]


def test_a_disk_that_fills_needs_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    beat("watcher")
    monkeypatch.setattr(disk, "room", lambda *_: disk.Room(10**10, 10**6, 0, 0))
    assert status().troubles == ["Only 1.0 MB are free on the data's disk."]
    results.record("disk", is_ok=False, text="It is nearly full.")
    assert status().troubles == ["Disk: It is nearly full."]  # once is enough


def test_a_damaged_database_needs_somebody() -> None:
    beat("watcher")
    damage.mark("a page is wrong")
    assert ["manage.py restore" in trouble for trouble in status().troubles] == [True]


# --- the page ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("years", "words"),
    [
        (None, "nothing can be foretold"),
        (500.0, "more than a century"),
        (12.4, "for 12 years"),
        (0.5, "for 6 months"),
        (0.01, "for 1 months"),
    ],
)
def test_the_forecast_is_no_more_exact_than_it_can_be(years: float | None, words: str) -> None:
    shown = page(replace(status(), years_left=years), "UTC")
    assert words in shown["forecast"]


def test_the_page_tells_what_needs_somebody(admin_client: Client) -> None:
    results.record("backup", is_ok=False, text="no room <on> the disk")
    html = admin_client.get("/status/").content.decode()
    assert "2 things need you" in html
    assert "no room &lt;on&gt; the disk" in html


def test_the_page_is_never_kept(admin_client: Client) -> None:
    assert "no-store" in admin_client.get("/status/").headers["Cache-Control"]


def test_the_page_works_before_anything_was_posted(admin_client: Client) -> None:
    assert "nothing can be foretold" in admin_client.get("/status/").content.decode()


@pytest.mark.parametrize("path", ["/", "/admin/", "/admin/stations/station/"])
def test_staff_find_the_page(admin_client: Client, path: str) -> None:
    assert 'href="/status/"' in admin_client.get(path).content.decode()


# --- who may look -------------------------------------------------------------------------------


def test_a_stranger_is_asked_to_sign_in(client: Client, settings: Settings) -> None:
    settings.PUBLIC_DASHBOARD = True  # the dashboard, not the cellar
    assert client.get("/status/").headers["Location"] == "/sign-in/?next=/status/"
    assert client.get("/api/v1/status/").status_code == 403


@pytest.mark.parametrize("url", URLS)
def test_the_family_may_not_look(client: Client, url: str) -> None:
    client.force_login(User.objects.create_user("child"))
    assert client.get(url).status_code == 403
    assert 'href="/status/"' not in client.get("/").content.decode()


@pytest.mark.parametrize("url", URLS)
def test_nothing_can_be_posted(admin_client: Client, url: str) -> None:
    assert admin_client.post(url).status_code == 405


# --- the API ------------------------------------------------------------------------------------


def test_a_program_gets_the_same(admin_client: Client) -> None:
    beat("watcher")
    results.record("backup", is_ok=True, text="27 MB")
    make_readings()
    answer = admin_client.get("/api/v1/status/").json()
    assert answer["troubles"] == []
    assert answer["rates"]["minute"] == 1
    assert answer["tasks"][0]["text"] == "27 MB"
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT.*Z", answer["watcher_at"])
    assert json.dumps(answer)


# --- the whole of it ------------------------------------------------------------------------------


def test_both_workers_share_what_they_count(start_server: StartServer) -> None:
    """Whichever worker answers: all that were asked are counted."""
    server = start_server()
    printed = server.manage("add_station", "Attic", "--mac", "5c:cf:7f:00:00:01", "--json")
    path = f"/update/API_key={json.loads(printed)['api_key']}/mac=5c:cf:7f:00:00:01/field=1"
    for number in range(20):
        urlopen(f"{server.url}{path}/data={number}").close()
        with suppress(HTTPError):
            urlopen(f"{server.url}{path}/data=nan")
    answer = _ask_as_admin(server.url, server.data_dir)
    assert answer["ingest"]["stored"] == 20
    assert answer["ingest"]["refused"] == {"bad value": 20}
    assert answer["ingest"]["waiting"] == 0
    assert answer["ingest"]["peak"] >= 1


def _ask_as_admin(url: str, data_dir: Path) -> dict[str, Any]:
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    page = browser.open(f"{url}/sign-in/").read().decode()
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', page)
    assert token
    password = (data_dir / "admin_password").read_text().strip()
    form = {"username": "admin", "password": password, "csrfmiddlewaretoken": token[1]}
    browser.open(f"{url}/sign-in/", urlencode(form).encode()).close()
    answer: dict[str, Any] = json.load(browser.open(f"{url}/api/v1/status/"))
    return answer


def test_the_start_is_when_the_process_began() -> None:
    assert abs(status().started_at / 1_000 - time.time()) < 3_600
