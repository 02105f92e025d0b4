"""The steps of provisioning, each as a command of its own. Their way over a real serial line
is in tests/board.
"""

from __future__ import annotations

import argparse
import ast
import io
import os
import signal
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import OutputWrapper

from firmware import loading, terminal
from firmware.provisioning import Plan
from firmware.render import BoardSettings
from firmware.typed import command_line
from stations import keys
from stations.models import Station
from tests.board.images import write_micropython
from tests.factories import make_station

PASSWORD = "pass'word\"\\"


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIFI_PASSWORD", PASSWORD)


def settings_in(path: Path) -> dict[str, object]:
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


@pytest.mark.django_db
def test_render_config_writes_a_stations_settings(tmp_path: Path) -> None:
    make_station(name="Attic", mac="5c:cf:7f:0a:1b:2c", interval_s=120)
    target = tmp_path / "config.py"
    call_command(
        "render_config", "Attic", "--ssid", "home", "--server", "http://10.0.0.2:8000/",
        "--to", str(target), "--set", "SENSOR=BMP280", "--set", "SDA=21",
    )  # fmt: skip
    found = settings_in(target)
    expected = {
        "MAC_ADDRESS": "5c:cf:7f:0a:1b:2c",
        "SSID": "home",
        "WIFI_PASSWORD": PASSWORD,
        "SERVER": "http://10.0.0.2:8000",
        "INTERVAL": 120,
        "SENSOR": "BMP280",
        "SDA": 21,
    }
    assert {name: found[name] for name in expected} == expected
    assert keys.digest(str(found["API_KEY"])) == Station.objects.get().key_digest


@pytest.mark.django_db
def test_rendered_file_is_for_its_owner_only(tmp_path: Path) -> None:
    make_station(name="Attic")
    target = tmp_path / "config.py"
    call_command("render_config", "Attic", "--ssid", "home", "--to", str(target))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.django_db
def test_refused_settings_cost_no_key(tmp_path: Path) -> None:
    make_station(name="Attic")
    target = tmp_path / "config.py"
    with pytest.raises(CommandError, match="1 to 32 bytes"):
        call_command("render_config", "Attic", "--ssid", "x" * 33, "--to", str(target))
    assert not Station.objects.get().is_rotating
    assert not target.exists()


@pytest.mark.django_db
def test_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    make_station(name="Attic")
    target = tmp_path / "config.py"
    target.write_text("mine")
    with pytest.raises(CommandError, match="exists"):
        call_command("render_config", "Attic", "--ssid", "home", "--to", str(target))
    assert target.read_text() == "mine"


@pytest.mark.django_db
def test_station_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match="No station 'Attic'"):
        call_command("render_config", "Attic", "--ssid", "home")


def test_password_is_taken_out_of_the_environment() -> None:
    assert terminal.wifi_password() == PASSWORD
    assert "WIFI_PASSWORD" not in os.environ


def test_without_a_terminal_the_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WIFI_PASSWORD")
    with pytest.raises(CommandError, match="Set WIFI_PASSWORD"):
        terminal.wifi_password()


def test_in_a_terminal_the_password_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WIFI_PASSWORD")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda prompt: f"typed behind {prompt!r}")
    assert terminal.wifi_password().startswith("typed behind 'Wi-Fi password")


def test_being_ended_cleans_up_as_ctrl_c_does() -> None:
    with pytest.raises(KeyboardInterrupt), terminal.orderly_end():
        signal.raise_signal(signal.SIGTERM)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(out: io.StringIO) -> str:
    show = terminal.TerminalShow(OutputWrapper(out))
    show.step("MicroPython")
    for tenth in range(11):
        show.progress(tenth / 10)
    show.say("done")
    return out.getvalue()


def test_progress_is_a_bar_on_a_terminal() -> None:
    text = shown(Terminal())
    assert "\r  [####....................................]  10%" in text
    assert text.endswith("] 100%\n  done\n")


def test_progress_is_four_lines_in_a_file() -> None:
    lines = ["MicroPython ...", "  30% written", "  50% written", "  80% written"]
    assert shown(io.StringIO()).splitlines() == [*lines, "  100% written", "  done"]


def test_settings_are_gone_when_something_fails() -> None:
    settings = BoardSettings("k3y", "5c:cf:7f:0a:1b:2c", "http://10.0.0.2:8000")
    with pytest.raises(KeyboardInterrupt), loading.station_files(settings) as files:
        raise KeyboardInterrupt
    assert not files["config.py"].parent.exists()


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("SENSOR=BMP280", ("SENSOR", "BMP280")),
        ("ADDRESS=0x76", ("ADDRESS", 0x76)),
        ("ADDRESS=None", ("ADDRESS", None)),
        ("NAME=a=b c", ("NAME", "a=b c")),
        ("SENSORS=('MCP9808', 'DHT22')", ("SENSORS", ("MCP9808", "DHT22"))),
    ],
)
def test_other_settings_are_read_from_the_command_line(
    text: str, setting: tuple[str, object]
) -> None:
    assert terminal._setting(text) == setting


@pytest.mark.parametrize("text", ["SENSOR", "A={1: 2}"])
def test_what_no_setting_can_be_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        terminal._setting(text)


def test_flash_takes_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "page.bin"
    path.write_text("<html>")
    with pytest.raises(CommandError, match="a web page"):
        call_command("flash", str(path), "--port", "/dev/ttyNOWHERE")


def test_flash_names_a_port_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no port /dev/ttyNOWHERE"):
        call_command("flash", str(write_micropython(tmp_path)), "--port", "/dev/ttyNOWHERE")


def test_upload_names_settings_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no file"):
        call_command("upload", str(tmp_path / "config.py"), "--port", "/dev/ttyNOWHERE")


def test_plan_never_shows_the_password() -> None:
    typed = ("--port", "COM4", "--name", "It's", "--firmware", "a b.bin")
    plan = Plan("It's", "outdoor", "home", "http://s", PASSWORD, typed=typed)
    assert PASSWORD not in repr(plan)
    whole = "manage.py provision --port COM4 --name 'It'\"'\"'s'"
    assert plan.command().endswith(f" {whole} --firmware 'a b.bin'")
    assert plan.command(flashes=False).endswith(f" {whole}")


def test_command_is_told_as_it_is_typed_in_the_servers_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.executable", str(tmp_path / ".venv" / "bin" / "python"))
    assert command_line("ports") == ".venv/bin/python manage.py ports"
    monkeypatch.setattr("sys.executable", "/usr/bin/python3")
    assert command_line("ports") == "/usr/bin/python3 manage.py ports"
