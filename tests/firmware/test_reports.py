"""A board's hourly report, from its bytes to the table and the admin."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from firmware import releases, verbs
from firmware.models import Board
from readings.times import now_ms
from stations import verbs as station_verbs
from stations.models import Station
from tests.factories import TUTORIAL_KEY, make_station

pytestmark = pytest.mark.django_db

SAID = {
    "version": "0123456789ab",
    "set": "a",
    "failed": "-",
    "python": "1.28.0",
    "reset": "SOFT",
    "why": "stuck",
    "free": 14_336,
    "signal": -61,
    "uptime": 3_600,
    "waiting": 2,
    "lost": 0,
}


def send(
    client: Client, station: Station, key: str = TUTORIAL_KEY, **said: Any
) -> tuple[int, str, Any]:
    reply = client.post(
        "/firmware/report",
        json.dumps({"mac": station.mac, **SAID, **said}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    return reply.status_code, reply.content.decode(), reply


def test_report_is_answered_with_the_time_in_milliseconds(client: Client) -> None:
    before = now_ms()
    status, text, _ = send(client, make_station())
    found = re.fullmatch(r"OK (\d+) -", text)
    assert (status, found is not None) == (200, True)
    assert found is not None and before <= int(found[1]) <= now_ms()


def test_reply_is_what_old_http_clients_can_read(client: Client) -> None:
    _, text, reply = send(client, make_station())
    assert reply["Content-Length"] == str(len(text))
    assert reply["Content-Type"].startswith("text/plain")
    assert not reply.cookies and "Location" not in reply


def test_last_report_is_kept(client: Client) -> None:
    station = make_station()
    send(client, station, free=20_000)
    send(client, station, free=15_000, signal=None)
    board = Board.objects.get()
    assert (board.station, board.version, board.folder) == (station, "0123456789ab", "a")
    assert (board.free_bytes, board.signal_dbm, board.uptime_s) == (15_000, None, 3_600)
    assert (board.reset_cause, board.restarted_for, board.failed_version) == ("SOFT", "stuck", "")
    assert board.reported_at is not None


def test_mac_may_be_written_otherwise(client: Client) -> None:
    station = make_station(mac="5c:cf:7f:0a:1b:2c")
    assert send(client, station, mac="5C-CF-7F-0A-1B-2C")[0] == 200


def test_version_is_offered_only_where_updates_are_allowed(client: Client) -> None:
    on, off = make_station(), make_station()
    verbs.allow_updates([on.pk], True)
    assert send(client, on)[1].split()[2] == releases.current().version
    assert send(client, off)[1].split()[2] == "-"


def test_updates_are_off_until_somebody_switches_them_on() -> None:
    assert Board(station=make_station()).updates_allowed is False


def test_switch_outlives_the_next_report(client: Client) -> None:
    station = make_station()
    send(client, station)
    verbs.allow_updates([station.pk], True)
    send(client, station)
    assert Board.objects.get().updates_allowed
    verbs.allow_updates([station.pk], False)
    assert (Board.objects.get().updates_allowed, Board.objects.get().version) == (
        False,
        "0123456789ab",
    )


@pytest.mark.parametrize("case", ["wrong key", "no key", "unknown", "inactive"])
def test_stranger_is_refused_like_a_stranger_with_readings(client: Client, case: str) -> None:
    station = make_station(is_active=case != "inactive")
    key = {"wrong key": "wrong", "no key": ""}.get(case, TUTORIAL_KEY)
    mac = "5c:cf:7f:ff:ff:ff" if case == "unknown" else station.mac
    status, text, _ = send(client, station, key, mac=mac)
    assert (status, text) == (403, "wrong key or MAC")
    assert not Board.objects.exists()


def test_old_key_is_good_while_a_rotation_lasts(client: Client) -> None:
    station = make_station()
    station_verbs.rotate_key(station)
    assert send(client, station)[0] == 200


def test_address_that_tries_keys_out_is_not_listened_to(client: Client, settings: Any) -> None:
    settings.REFUSAL_RATE_BURST = 3
    station = make_station()
    statuses = [send(client, station, "wrong")[0] for _ in range(5)]
    assert statuses[-1] == 429
    status, _, reply = send(client, station)
    assert (status, int(reply["Retry-After"]) > 0) == (429, True)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"version": "x" * 13}, "bad version"),
        ({"version": 7}, "bad version"),
        ({"free": -1}, "bad free"),
        ({"free": 1e3}, "bad free"),
        ({"uptime": 2**40}, "bad uptime"),
        ({"lost": True}, "bad lost"),
        ({"signal": "strong"}, "bad signal"),
        ({"signal": -2000}, "bad signal"),
        ({"why": "a\nb"}, "bad why"),
        ({"mac": None}, "bad mac"),
    ],
)
def test_nonsense_is_refused_with_its_name(
    client: Client, said: dict[str, Any], reason: str
) -> None:
    assert send(client, make_station(), **said)[:2] == (400, reason)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 5_000 + b"]" * 5_000])
def test_what_is_no_report_is_refused(client: Client, body: bytes) -> None:
    reply = client.post("/firmware/report", body, content_type="application/json")
    assert reply.status_code in (400, 413)


def test_unknown_names_of_later_firmware_are_passed_over(client: Client) -> None:
    assert send(client, make_station(), altitude=120)[0] == 200


def test_other_methods_are_refused(client: Client) -> None:
    reply = client.get("/firmware/report")
    assert (reply.status_code, reply["Allow"], reply.content) == (405, "POST", b"POST only")


# --- what the operator sees ----------------------------------------------------------


def page(client: Client, path: str) -> str:
    text = re.sub(r"<[^>]+>", " ", client.get(path).content.decode())
    return re.sub(r"\s+", " ", text)


def test_station_page_shows_the_board(admin_client: Client) -> None:
    station = make_station()
    send(admin_client, station, lost=7)
    text = page(admin_client, f"/admin/stations/station/{station.pk}/change/")
    assert f"0123456789ab (this server has {releases.current().version})" in text
    assert "restarted by the firmware, nothing had moved for five minutes" in text
    assert "14,336 bytes free, -61 dBm" in text
    assert "2 waiting, 7 lost" in text


def test_station_page_without_a_report_says_so(admin_client: Client) -> None:
    station = make_station()
    text = page(admin_client, f"/admin/stations/station/{station.pk}/change/")
    assert "not reported yet" in text


@pytest.mark.parametrize(
    ("said", "is_allowed", "note"),
    [
        ({"version": "CURRENT"}, True, "as on this server"),
        ({}, True, "CURRENT offered"),
        ({}, False, "this server has CURRENT"),
        ({"failed": "CURRENT"}, True, "CURRENT did not work on it"),
    ],
)
def test_list_tells_what_runs_and_what_is_offered(
    admin_client: Client, said: dict[str, Any], is_allowed: bool, note: str
) -> None:
    current = releases.current().version
    station = make_station()
    verbs.allow_updates([station.pk], is_allowed)
    send(admin_client, station, **{n: v.replace("CURRENT", current) for n, v in said.items()})
    for path in ("/admin/stations/station/", "/admin/firmware/board/"):
        assert f"({note.replace('CURRENT', current)})" in page(admin_client, path)


def test_list_of_stations_asks_once_for_all_boards(
    admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        send(admin_client, make_station())
    admin_client.get("/admin/stations/station/")
    with django_assert_max_num_queries(12):
        admin_client.get("/admin/stations/station/")


@pytest.mark.parametrize("action", ["offer_updates", "stop_updates"])
def test_updates_are_switched_in_the_list(admin_client: Client, action: str) -> None:
    stations = [make_station(), make_station()]
    verbs.allow_updates([stations[0].pk], action == "stop_updates")
    form = {"action": action, "_selected_action": [station.pk for station in stations]}
    admin_client.post("/admin/stations/station/", form)
    allowed = set(Board.objects.values_list("updates_allowed", flat=True))
    assert allowed == {action == "offer_updates"}


def test_updates_are_switched_on_the_boards_own_page(admin_client: Client) -> None:
    station = make_station()
    send(admin_client, station)
    admin_client.post(f"/admin/firmware/board/{station.pk}/change/", {"updates_allowed": "on"})
    assert Board.objects.get().updates_allowed


def test_station_goes_with_its_board(admin_client: Client) -> None:
    station = make_station()
    send(admin_client, station)
    admin_client.post(f"/admin/stations/station/{station.pk}/delete/", {"post": "yes"})
    assert not Board.objects.exists()
