"""A station's config.py, rendered from the shipped one."""

from __future__ import annotations

import ast
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware import files, render
from firmware.render import BoardSettings, InvalidSettings, Value, render_config, replace_values
from tests.board.virtual_board import micropython_path

AWKWARD = [
    'it\'s "quoted"',
    "back\\slash \\n",
    "Größe 家 🌡",
    "tab\tand\nnewline",
    "#no comment",
    "{braces} %s $HOME",
    '"""',
    "ends in \\",
    "\u2028\x00\x7f\x85",
]


def make_settings(**changes: Any) -> BoardSettings:
    usual: dict[str, Any] = {
        "api_key": "k3y",
        "mac": "5c:cf:7f:0a:1b:2c",
        "server": "http://192.168.1.10:8000",
        "ssid": "home",
        "wifi_password": "long enough",
    }
    return BoardSettings(**usual | changes)


def values_of(source: str) -> dict[str, Any]:
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def test_station_settings_are_in_it() -> None:
    values = values_of(render_config(make_settings(interval_s=300)))
    expected = {
        "API_KEY": "k3y",
        "MAC_ADDRESS": "5c:cf:7f:0a:1b:2c",
        "SERVER": "http://192.168.1.10:8000",
        "SSID": "home",
        "WIFI_PASSWORD": "long enough",
        "INTERVAL": 300,
    }
    assert {name: values[name] for name in expected} == expected


def test_everything_else_stays_as_shipped() -> None:
    shipped = files.CONFIG.read_text().splitlines()
    rendered = render_config(make_settings()).splitlines()
    assert len(shipped) == len(rendered)
    named = ("API_KEY", "MAC_ADDRESS", "SERVER", "SSID", "WIFI_PASSWORD")
    changed = [old for old, new in zip(shipped, rendered, strict=True) if old != new]
    assert all(line.startswith(named) for line in changed)


def test_what_is_not_known_stays_a_placeholder() -> None:
    values = values_of(render_config(make_settings(ssid=None, wifi_password=None)))
    assert values["WIFI_PASSWORD"] == "password of your network"


def test_any_other_setting_can_be_named() -> None:
    assert values_of(render_config(make_settings(more={"SDA": 21})))["SDA"] == 21


def test_setting_that_config_does_not_have_is_refused() -> None:
    with pytest.raises(InvalidSettings, match="no setting LAMP"):
        render_config(make_settings(more={"LAMP": True}))


def test_comment_behind_a_value_stays() -> None:
    assert replace_values("A = 1  # why\n", {"A": 2}) == "A = 2  # why\n"


def test_value_over_several_lines_is_replaced_whole() -> None:
    source = 'B = 0\nA = (\n    "ä",\n    (1, 2),\n)  # ä\nC = 3\n'
    assert replace_values(source, {"A": None, "B": 1}) == "B = 1\nA = None  # ä\nC = 3\n"


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(max_size=5))
def test_any_text_comes_back_as_it_was(text: str, other: str) -> None:
    values: dict[str, Value] = {"A": text, "B": (other.encode("ascii", "ignore").decode(), 1.5)}
    assert values_of(replace_values('A = ""  # a\nB = ()\n', values)) == values


def test_micropython_reads_the_awkward_ones_alike(tmp_path: Path) -> None:
    source = "".join(f'V{number} = ""\n' for number in range(len(AWKWARD)))
    values: dict[str, Value] = {f"V{number}": text for number, text in enumerate(AWKWARD)}
    (tmp_path / "config.py").write_text(replace_values(source, values), encoding="utf-8")
    names = [f"config.V{number}" for number in range(len(AWKWARD))]
    script = (
        f"import config, json; print(json.dumps([list(v.encode()) for v in [{','.join(names)}]]))"
    )
    done = subprocess.run(
        [micropython_path(), "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert [bytes(one).decode() for one in json.loads(done.stdout)] == AWKWARD


def test_micropython_imports_a_rendered_config(tmp_path: Path) -> None:
    text = render_config(make_settings(ssid='"Zoë\'s"', wifi_password="pass\\word\\"))
    (tmp_path / "config.py").write_text(text, encoding="utf-8")
    script = "import config; print(config.SSID, config.WIFI_PASSWORD)"
    done = subprocess.run(
        [micropython_path(), "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == '"Zoë\'s" pass\\word\\'


@pytest.mark.parametrize("ssid", ["", "x" * 33, "ü" * 17])
def test_network_name_no_radio_can_have_is_refused(ssid: str) -> None:
    with pytest.raises(InvalidSettings, match="1 to 32 bytes"):
        render_config(make_settings(ssid=ssid))


@pytest.mark.parametrize("password", ["short", "x" * 64])
def test_password_no_network_can_have_is_refused(password: str) -> None:
    with pytest.raises(InvalidSettings, match="8 to 63 characters"):
        render_config(make_settings(wifi_password=password))


def test_open_network_has_no_password() -> None:
    assert values_of(render_config(make_settings(wifi_password="")))["WIFI_PASSWORD"] == ""


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InvalidSettings, match="WIFI_PASSWORD has characters"):
        render_config(make_settings(wifi_password="password\udcff"))


def test_password_is_not_shown_where_settings_are_printed() -> None:
    assert "long enough" not in repr(make_settings())


def test_files_are_found_in_sub_folders_and_main_goes_last(tmp_path: Path) -> None:
    for name in ("main.py", "run.py", "zone.py", "lib/main.py", "lib/__pycache__/x.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    names = [files.name_on_board(path, tmp_path) for path in files.board_files(tmp_path)]
    assert names == ["lib/main.py", "run.py", "zone.py", "main.py"]


def test_shipped_files_are_all_of_them() -> None:
    names = {files.name_on_board(path) for path in files.board_files()}
    assert {"config.py", "run.py", "main.py"} <= names


@pytest.mark.parametrize(
    ("config", "values"),
    [
        (
            b'API_KEY = "k3y"  # mine\nSDA = 4\nADDRESS = None\n',
            {"API_KEY": "k3y", "SDA": 4, "ADDRESS": None},
        ),
        (b"import os\nSDA = os.name\n", {}),
        (b"API_KEY = 1 +\n", {}),
        (b"\xff\xfe", {}),
        (b"\0", {}),
        (b"", {}),
    ],
)
def test_settings_of_a_board_are_read(config: bytes, values: dict[str, Value]) -> None:
    assert render.values_in(config) == values


def test_wiring_of_a_board_is_kept_and_its_station_is_not() -> None:
    config = b'API_KEY = "old"\nSSID = "old"\nINTERVAL = 5\nSDA = 21\nGONE = 1\n'
    assert render.other_settings(config) == {"SDA": 21}
