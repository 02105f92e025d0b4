"""`manage.py serve`: the first run and those after it."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from iotserver.children import Work
from iotserver.management.commands import serve
from tests.conftest import StartServer
from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC, update_path


@pytest.fixture
def first_data() -> None:
    """A first start begins with nothing here: it is what these tests are about."""
    return None


class NoSupervisor:
    """Ends at once, as a web server that fell with this code."""

    def __init__(self, web: Work, watcher: Work) -> None:
        pass

    def run(self) -> int:
        return 7


def free(host: str, port: int) -> str:
    return ""


@pytest.fixture
def first_run(
    db: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    settings.DATA_DIR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_FINDERS = []  # they take time, and have tests of their own
    settings.ADMIN_PASSWORD_FILE = tmp_path / "admin_password"
    monkeypatch.setattr(serve, "Supervisor", NoSupervisor)
    monkeypatch.setattr(serve, "objection_in_the_end", free)
    return tmp_path


def printed() -> str:
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("serve", stdout=out)
    assert ended.value.code == 7
    return out.getvalue()


def password_in(text: str) -> str:
    found = re.search(r"Password +(\S+)", text)
    assert found, text
    return found[1]


def test_the_password_that_is_printed_opens_the_admin(first_run: Path, client: Client) -> None:
    client.post("/admin/login/", {"username": "admin", "password": password_in(printed())})
    assert client.get("/admin/").status_code == 200


def test_the_password_is_printed_once(first_run: Path) -> None:
    assert "Password" in printed()
    assert "Password" not in printed()


def test_the_journal_gets_no_password(first_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "is_journal", lambda: True)
    text = printed()
    file = first_run / "admin_password"
    assert f"Password    in {file}\n" in text
    assert file.read_text().strip() not in text


def test_the_password_is_kept_for_its_owner_alone(first_run: Path) -> None:
    password = password_in(printed())
    file = first_run / "admin_password"
    assert file.read_text().strip() == password
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_household_that_made_its_own_admin_gets_no_other(first_run: Path) -> None:
    User.objects.create_superuser("alice")
    assert "Password" not in printed()
    assert [user.get_username() for user in User.objects.all()] == ["alice"]


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("192.168.1.20", "http://192.168.1.20:8000/"),
        ("fd00::1", "http://[fd00::1]:8000/"),
        ("[fd00::1]", "http://[fd00::1]:8000/"),
    ],
)
def test_the_dashboards_address_is_printed(
    first_run: Path, settings: Settings, host: str, url: str
) -> None:
    settings.HOST, settings.PORT = host, 8000
    assert f"Dashboard   {url}\n" in printed()


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_an_address_that_phones_reach_is_printed(
    first_run: Path, settings: Settings, host: str
) -> None:
    settings.HOST = host
    shown = re.search(r"Dashboard   http://([\d.]+):", printed())
    assert shown
    assert shown[1] != "0.0.0.0"


# --- the whole of it --------------------------------------------------------------------


def test_a_second_start_keeps_the_admin_and_tells_no_password(start_server: StartServer) -> None:
    server = start_server()
    server.stop()
    server.start()
    assert (server.log().count("Password "), server.log().count("Dashboard ")) == (1, 2)


def test_a_server_listens_on_ipv6(start_server: StartServer) -> None:
    server = start_server(HOST="::")  # answers 127.0.0.1 as well, where its health is asked
    assert "Invalid" not in server.log()


def test_a_stop_leaves_the_database_in_one_file(start_server: StartServer) -> None:
    """Who copies that file after a stop, and no other, has everything."""
    server = start_server()
    server.manage("add_station", "Tutorial", "--mac", TUTORIAL_MAC, "--key", TUTORIAL_KEY)
    assert urlopen(f"{server.url}{update_path()}").read() == b"OK"
    server.stop()
    beside = {path.name for path in server.data_dir.glob("db.sqlite3-*")}
    assert (beside, server.count_readings()) == (set(), 1)
