"""The files that go on a board, looked at from outside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parents[2] / "firmware" / "micropython").glob("*.py"))
TEXTS = {path.name: path.read_text() for path in FILES}


@pytest.mark.parametrize("name", TEXTS)
def test_file_is_small_enough_to_be_compiled_on_the_board(name: str) -> None:
    assert len(TEXTS[name].encode()) < 6_144


def test_template_has_every_setting_the_firmware_asks_for() -> None:
    asked = set(re.findall(r"\bconfig\.([A-Z_]+)", "".join(TEXTS.values())))
    settings = set(re.findall(r"^([A-Z_]+) =", TEXTS["config.py"], re.MULTILINE))
    assert asked == settings


def test_template_holds_nobodys_secrets() -> None:
    secrets = re.findall(r'^(?:API_KEY|SSID|WIFI_PASSWORD) = "(.*)"', TEXTS["config.py"], re.M)
    assert secrets == ["paste the key here", "name of your network", "password of your network"]
