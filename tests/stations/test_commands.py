"""`manage.py add_station`, `list_stations` and `rotate_key`."""

from __future__ import annotations

import json
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from stations import keys, verbs
from stations.models import Station
from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC, make_sensor, make_station
from tests.readings.calls import make_call, refuse

pytestmark = pytest.mark.django_db

MAC = "5c:cf:7f:0a:1b:2c"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def run_json(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))


def warnings_of(*arguments: str) -> str:
    err = StringIO()
    call_command(*arguments, stdout=StringIO(), stderr=err)
    return err.getvalue()


# --- add_station ---------------------------------------------------------------


def test_add_station_prints_one_json_object() -> None:
    printed = run_json("add_station", "Attic", "--mac", "5C-CF-7F-0A-1B-2C")
    station = Station.objects.get()
    assert list(printed) == ["id", "name", "mac", "api_key"]
    assert (printed["id"], printed["name"], printed["mac"]) == (station.pk, "Attic", MAC)


def test_the_key_that_add_station_prints_is_the_stations() -> None:
    printed = run_json("add_station", "Attic", "--mac", MAC)
    assert keys.digest(printed["api_key"]) == Station.objects.get().key_digest


def test_json_stays_parsable_when_there_are_warnings() -> None:
    printed = run_json("add_station", "Attic", "--mac", TUTORIAL_MAC, "--key", TUTORIAL_KEY)
    assert printed["api_key"] == TUTORIAL_KEY


def test_add_station_tells_a_person_the_key_once() -> None:
    printed = run("add_station", "Attic", "--mac", MAC, "--key", "a-key-of-20-letters-")
    assert printed.count("a-key-of-20-letters-") == 1
    assert "shown once" in printed


def test_add_station_takes_placement_and_interval() -> None:
    run("add_station", "Attic", "--mac", MAC, "--placement", "outdoor", "--interval", "300")
    station = Station.objects.get()
    assert (station.placement, station.expected_interval_s) == ("outdoor", 300)


def test_add_station_warns_of_an_address_that_no_hardware_has() -> None:
    assert "no real MAC address" in warnings_of("add_station", "Attic", "--mac", TUTORIAL_MAC)


def test_add_station_warns_of_a_weak_key() -> None:
    warning = warnings_of("add_station", "Attic", "--mac", MAC, "--key", TUTORIAL_KEY)
    assert "short enough to guess" in warning


def test_add_station_has_nothing_to_warn_of() -> None:
    assert warnings_of("add_station", "Attic", "--mac", MAC) == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["Attic", "--mac", "5c:cf:7f:0a:1b:2d"], "Station with this Name already exists"),
        (["Cellar", "--mac", MAC], "Station with this MAC address already exists"),
        (["Cellar", "--mac", "cellar"], "A MAC address has 12 digits"),
        (["Cellar", "--mac", "5c:cf:7f:0a:1b:2d", "--key", "a b"], "A key has 4 to 64 letters"),
        (["", "--mac", "5c:cf:7f:0a:1b:2d"], "name: This field cannot be blank"),
        (["Cellar", "--mac", "5c:cf:7f:0a:1b:2d", "--interval", "0"], "interval: Ensure this"),
    ],
)
def test_add_station_says_what_is_wrong(arguments: list[str], sentence: str) -> None:
    make_station(name="Attic", mac=MAC)
    with pytest.raises(CommandError, match=sentence):
        run("add_station", *arguments)


# --- list_stations ----------------------------------------------------------------


def test_list_stations_describes_each_and_no_key() -> None:
    station = make_station(name="Attic", mac=MAC, placement="outdoor")
    make_sensor(station, field=2)
    assert run_json("list_stations") == [
        {
            "id": station.pk,
            "name": "Attic",
            "mac": MAC,
            "placement": "outdoor",
            "is_active": True,
            "key_hint": "T…",
            "fields": [2],
            "is_rotating": False,
            "old_key_hint": "",
            "old_key_used_at": None,
        }
    ]


def test_list_stations_has_a_line_for_each() -> None:
    make_station(name="Cellar")
    make_station(name="Attic")
    lines = run("list_stations").splitlines()
    assert [line.split("  ")[1] for line in lines] == ["Attic", "Cellar"]


def test_list_stations_says_who_rotates_and_when_the_old_key_was_last_used() -> None:
    station = make_station(name="Attic", mac=MAC, api_key="key-of-the-attic")
    verbs.rotate_key(station)
    assert (
        run("list_stations").strip().endswith("rotating; old key ke…ic not used since the rotation")
    )
    refuse(make_call(MAC, "key-of-the-attic"))
    assert run("list_stations").strip().endswith("rotating; old key ke…ic last used just now")
    (row,) = run_json("list_stations")
    used_at = datetime.fromisoformat(row["old_key_used_at"])
    assert abs((timezone.now() - used_at).total_seconds()) < 60
    assert (row["is_rotating"], row["old_key_hint"]) == (True, "ke…ic")


def test_list_stations_without_any_says_how_to_add_one() -> None:
    assert "manage.py add_station NAME --mac MAC" in run("list_stations")


def test_list_stations_without_any_is_an_empty_array() -> None:
    assert run_json("list_stations") == []


# --- rotate_key -----------------------------------------------------------------------


@pytest.mark.parametrize("identifier", ["Attic", MAC])
def test_rotate_key_prints_the_new_key(identifier: str) -> None:
    station = make_station(name="Attic", mac=MAC)
    printed = run_json("rotate_key", identifier)
    station.refresh_from_db()
    assert (printed["id"], printed["name"]) == (station.pk, "Attic")
    assert keys.digest(printed["api_key"]) == station.key_digest


def test_rotate_key_takes_a_key_of_ones_own() -> None:
    make_station(name="Attic")
    assert "my-own-key-of-20-let" in run("rotate_key", "Attic", "--key", "my-own-key-of-20-let")


def test_rotate_key_says_that_the_old_key_still_works() -> None:
    make_station(name="Attic")
    assert "The old key works until" in run("rotate_key", "Attic")


def test_rotate_key_can_end_the_old_key() -> None:
    station = make_station(name="Attic")
    new = verbs.rotate_key(station)
    assert "no longer accepted" in run("rotate_key", "Attic", "--end-old")
    station.refresh_from_db()
    assert (station.key_digest, station.is_rotating) == (keys.digest(new.api_key), False)


def test_ending_an_old_key_that_is_in_use_says_what_follows() -> None:
    verbs.rotate_key(make_station(name="Attic", mac=MAC, api_key="key-of-the-attic"))
    refuse(make_call(MAC, "key-of-the-attic"))
    printed = run("rotate_key", "Attic", "--end-old")
    assert "The old key ke…ic of Attic is no longer accepted (last used just now)." in printed
    assert "Its board still uses it: give the board the new one." in printed


def test_where_there_is_no_old_key_nothing_is_ended() -> None:
    station = make_station(name="Attic")
    assert "there is no old one to end" in run("rotate_key", "Attic", "--end-old")
    station.refresh_from_db()
    assert station.key_digest


def test_rotate_key_of_nobody_says_where_to_look() -> None:
    with pytest.raises(CommandError, match=r"No station 'Attic'\. See manage\.py list_stations\."):
        run("rotate_key", "Attic")


def test_rotate_key_refuses_an_impossible_key() -> None:
    make_station(name="Attic")
    with pytest.raises(CommandError, match="A key has 4 to 64 letters"):
        run("rotate_key", "Attic", "--key", "no/slash")
