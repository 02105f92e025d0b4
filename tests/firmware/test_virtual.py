"""The station without a board."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command

from firmware.virtual import VirtualStation, is_virtual, new_mac
from readings.times import MINUTE_MS
from stations.mac import is_hex
from stations.models import Station
from tests.conftest import StartServer
from tests.factories import make_station
from tests.serving import free_port

MAC = "02:5e:00:00:00:01"
NOON = 1_790_000_000_000 // MINUTE_MS * MINUTE_MS


class ScriptedGet:
    """Answers as it is told, then OK for ever."""

    def __init__(self, *answers: tuple[int, str]) -> None:
        self.answers = list(answers)
        self.urls: list[str] = []

    def __call__(self, url: str) -> tuple[int, str]:
        self.urls.append(url)
        return self.answers.pop(0) if self.answers else (200, "OK")


def make_virtual(get: ScriptedGet, key: str = "k3y") -> VirtualStation:
    return VirtualStation("http://server:8000/", key, MAC, is_outdoor=True, get=get)


def send(station: VirtualStation, now: int = NOON) -> list[str]:
    return list(station.send(lambda: now))


def test_it_asks_for_what_a_board_asks_for() -> None:
    get = ScriptedGet()
    station = make_virtual(get)
    station.measure(NOON)
    assert send(station) == ["sent, 0 waiting"]
    form = (
        r"http://server:8000/update/API_key=k3y/mac=02:5e:00:00:00:01"
        r"/field=[12]/data=-?\d+\.\d\d/age=0/seq=[0-9a-z]{8}-\d+"
    )
    assert [bool(re.fullmatch(form, url)) for url in get.urls] == [True, True]


def test_weather_changes_slowly() -> None:
    station = make_virtual(ScriptedGet())
    told = [station.measure(NOON + minute * MINUTE_MS) for minute in range(60)]
    values = [float(line.split()[1]) for line in told]
    assert len(set(values)) > 3
    assert max(abs(a - b) for a, b in pairwise(values)) < 2


def test_what_is_not_acknowledged_is_sent_later_with_its_age() -> None:
    get = ScriptedGet((0, "refused"))
    station = make_virtual(get)
    station.measure(NOON)
    assert send(station) == ["server does not answer: refused; 2 waiting"]
    station.measure(NOON + MINUTE_MS)
    assert send(station, NOON + MINUTE_MS) == ["sent, 0 waiting"]
    ages = [re.search(r"age=(\d+)", url) for url in get.urls[1:]]
    assert [found and found[1] for found in ages] == ["60", "60", "0", "0"]


def test_refused_reading_is_dropped_and_the_next_one_sent() -> None:
    station = make_virtual(ScriptedGet((400, "bad value")))
    station.measure(NOON)
    assert send(station) == ["server refuses this reading, dropped: bad value", "sent, 0 waiting"]


def test_complaint_never_shows_the_key() -> None:
    station = make_virtual(ScriptedGet((404, "no /API_key=k3y here")))
    station.measure(NOON)
    assert send(station) == ["server answered 404 no /API_key=*** here; 2 waiting"]


def test_memory_is_bounded() -> None:
    station = make_virtual(ScriptedGet())
    for minute in range(1_000):
        station.measure(NOON + minute * MINUTE_MS)
    assert len(station) == 960


@pytest.mark.django_db
def test_its_addresses_are_nobodys() -> None:
    assert is_hex(new_mac())
    assert is_virtual(make_station(mac=new_mac()))
    assert not is_virtual(make_station(mac="5c:cf:7f:0a:1b:2c", api_key="another-key"))


def test_readings_arrive_at_a_real_server(start_server: StartServer) -> None:
    server = start_server()
    words = ("--server", server.url, "--station", "Shed", "--interval", "0.05", "--count", "3")
    printed = server.manage("virtual_station", *words)
    assert printed.count("sent, 0 waiting") == 3
    assert server.count_readings() == 6
    assert server.query("SELECT name, placement FROM stations_station") == [("Shed", "outdoor")]


@pytest.mark.django_db
def test_second_run_is_the_same_station() -> None:
    with free_port() as port:
        for _ in range(2):
            with pytest.raises(CommandError, match="2 readings were not taken"):
                call_command("virtual_station", station="Shed", server=nobody(port), count=1)
    assert [station.name for station in Station.objects.all()] == ["Shed"]


@pytest.mark.django_db
def test_boards_own_station_keeps_the_key_its_board_has() -> None:
    station = make_station(name="Attic")
    with pytest.raises(CommandError, match="Attic is a board's station"):
        call_command("virtual_station", station="Attic", count=1)
    assert not Station.objects.get(pk=station.pk).is_rotating


@pytest.mark.django_db
def test_it_stands_in_for_a_registered_station(capsys: pytest.CaptureFixture[str]) -> None:
    words = {"key": "k3y", "mac": "5C-CF-7F-0A-1B-2C", "count": 1}
    with free_port() as port, pytest.raises(CommandError, match="not taken"):
        call_command("virtual_station", server=nobody(port), **words)
    assert "station 5c:cf:7f:0a:1b:2c posts to" in capsys.readouterr().out


def nobody(port: int) -> str:
    """Where nobody listens."""
    return f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((), "either --station NAME, or --key KEY and --mac MAC"),
        (("--station", "Shed", "--key", "k3y"), "either --station"),
        (("--key", "k3y", "--mac", "12"), "12 digits"),
        (("--station", "Shed", "--interval", "0"), "above 0"),
        (("--station", "Shed", "--server", "ftp://host"), "is no address"),
    ],
)
@pytest.mark.django_db
def test_what_makes_no_sense_is_said(words: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        call_command("virtual_station", *words)
