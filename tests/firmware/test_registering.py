"""A board among the stations: found, made, or taken back."""

from __future__ import annotations

import pytest

from firmware import registering
from firmware.registering import CannotRegister, registered
from stations import keys, verbs
from stations.models import Station
from tests.factories import make_station

pytestmark = pytest.mark.django_db

MAC = "5c:cf:7f:0a:1b:2c"


def test_new_board_becomes_a_station() -> None:
    with registered(MAC, "Balcony", "outdoor", 60) as registration:
        assert registration.is_new
    station = Station.objects.get()
    assert (station.name, station.mac, station.placement) == ("Balcony", MAC, "outdoor")
    assert station.key_digest == keys.digest(registration.api_key)


@pytest.mark.parametrize("trouble", [OSError, KeyboardInterrupt])
def test_new_station_is_taken_back_when_its_board_does_not_get_the_key(
    trouble: type[BaseException],
) -> None:
    with pytest.raises(trouble), registered(MAC, "Balcony", "outdoor", 60):
        raise trouble
    assert not Station.objects.exists()


def test_station_that_was_there_stays_when_something_fails() -> None:
    make_station(mac=MAC, api_key="the-old-key")
    with pytest.raises(OSError, match="x"), registered(MAC, "Balcony", "outdoor", 60):
        raise OSError("x")
    station = Station.objects.get()
    assert station.old_key_digest == keys.digest("the-old-key")  # its board goes on with that


@pytest.mark.parametrize("notation", [MAC, MAC.upper(), MAC.replace(":", "-")])
def test_board_is_known_by_its_address(notation: str) -> None:
    station = make_station(name="Garden", mac=MAC)
    with registered(notation, "Balcony", "outdoor", 60) as registration:
        assert not registration.is_new
    assert [one.pk for one in Station.objects.all()] == [station.pk]
    assert Station.objects.get().name == "Garden"


def test_key_that_the_board_has_is_kept() -> None:
    make_station(mac=MAC, api_key="the-old-key")
    with registered(MAC, "Balcony", "outdoor", 60, "the-old-key") as registration:
        assert registration.api_key == "the-old-key"
    assert not Station.objects.get().is_rotating


def test_key_before_a_rotation_is_kept_too() -> None:
    verbs.rotate_key(make_station(mac=MAC, api_key="the-old-key"))
    with registered(MAC, "Balcony", "outdoor", 60, "the-old-key") as registration:
        assert registration.api_key == "the-old-key"


@pytest.mark.parametrize("on_board", ["", "another-key", "paste the key here"])
def test_key_that_is_not_known_is_replaced(on_board: str) -> None:
    make_station(mac=MAC, api_key="the-old-key")
    with registered(MAC, "Balcony", "outdoor", 60, on_board) as registration:
        pass
    assert Station.objects.get().key_digest == keys.digest(registration.api_key)


def test_name_that_is_taken_is_refused_beforehand() -> None:
    make_station(name="Balcony", mac="5c:cf:7f:00:00:01")
    with pytest.raises(
        CannotRegister, match="Balcony is the name of the station 5c:cf:7f:00:00:01"
    ):
        registering.check(MAC, "Balcony", "outdoor", 60)


@pytest.mark.parametrize(
    ("name", "interval_s", "option"), [("x" * 61, 60, "--name"), ("Balcony", 0, "--interval")]
)
def test_what_no_station_can_be_is_refused_beforehand(
    name: str, interval_s: int, option: str
) -> None:
    with pytest.raises(CannotRegister, match=option):
        registering.check(MAC, name, "outdoor", interval_s)


def test_station_that_is_switched_off_is_named() -> None:
    make_station(name="Garden", mac=MAC, is_active=False)
    with pytest.raises(CannotRegister, match="Garden, which is switched off"):
        registering.check(MAC, "Balcony", "outdoor", 60)


def test_looking_changes_nothing() -> None:
    assert registering.check(MAC, "Balcony", "outdoor", 60) is None
    assert not Station.objects.exists()
