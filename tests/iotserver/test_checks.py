"""The system checks: each finds what it is there for, and nothing in the product's defaults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from stations.peers import parse_proxies


def found(deploy: bool = True) -> list[str]:
    messages = run_checks(include_deployment_checks=deploy)
    return sorted(str(m.id) for m in messages if str(m.id).startswith("iotserver."))


def hints() -> list[str]:
    messages = run_checks(include_deployment_checks=True)
    return [str(m.hint) for m in messages if str(m.id).startswith("iotserver.")]


@pytest.fixture
def database(settings: Settings) -> Iterator[dict[str, Any]]:
    """The settings of the database, to be changed; nothing here connects to it."""
    own: dict[str, Any] = settings.DATABASES["default"]
    before = dict(own)
    own["ENGINE"] = "django.db.backends.sqlite3"
    own["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    yield own
    own.update(before)


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    """The suite's folder is shared with tests that open its modes on purpose."""
    tmp_path.chmod(0o700)
    settings.DATA_DIR, settings.ADMIN_PASSWORD_FILE = tmp_path, tmp_path / "admin_password"


def test_the_defaults_pass() -> None:
    assert found() == []


def test_transactions_around_requests_are_an_error(database: dict[str, Any]) -> None:
    database["ATOMIC_REQUESTS"] = True
    assert found(deploy=False) == ["iotserver.E001"]


@pytest.mark.parametrize(
    ("changed", "ids"),
    [
        ({}, []),
        ({"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"}, ["E002"]),
        ({"init_command": "PRAGMA synchronous=FULL;"}, ["E002"]),
        ({"init_command": ""}, ["E002"]),
        ({"transaction_mode": "DEFERRED"}, ["E002"]),
    ],
)
def test_a_database_that_could_forget_is_an_error(
    database: dict[str, Any], changed: dict[str, str], ids: list[str]
) -> None:
    database["OPTIONS"] |= changed
    assert found(deploy=False) == [f"iotserver.{one}" for one in ids]


@pytest.mark.parametrize(("host", "ids"), [("0.0.0.0", ["iotserver.W001"]), ("127.0.0.1", [])])
def test_debug_where_others_can_see_it(settings: Settings, host: str, ids: list[str]) -> None:
    settings.DEBUG, settings.HOST = True, host
    assert found(deploy=False) == ids


@pytest.mark.parametrize("name", ["*", "0.0.0.0/0", "::/0"])
def test_believing_every_proxy(settings: Settings, name: str) -> None:
    settings.TRUSTED_PROXIES = parse_proxies([name])
    assert set(found()) == {"iotserver.W002"}


def test_a_proxy_of_ones_own_is_fine(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = parse_proxies(["127.0.0.1", "10.0.0.0/8"])
    assert found() == []


def test_answering_to_every_name(settings: Settings) -> None:
    settings.EXTRA_HOSTS = ["*"]
    assert found() == ["iotserver.W003"]


@pytest.mark.parametrize("name", ["STATION_RATE_LIMIT", "REFUSAL_RATE_LIMIT"])
def test_a_limit_that_is_off(settings: Settings, name: str) -> None:
    setattr(settings, name, 0)
    assert found() == ["iotserver.W004"]


def test_a_folder_that_others_can_read(settings: Settings) -> None:
    settings.DATA_DIR.chmod(0o755)
    assert found() == ["iotserver.W005"]


@pytest.mark.parametrize("name", ["secret_key", "admin_password"])
def test_a_secret_that_others_can_read(settings: Settings, name: str) -> None:
    (settings.DATA_DIR / name).touch(0o640)
    (settings.DATA_DIR / name).chmod(0o640)
    assert found() == ["iotserver.W005"]


def test_every_finding_says_what_to_do(settings: Settings, database: dict[str, Any]) -> None:
    settings.EXTRA_HOSTS, settings.STATION_RATE_LIMIT, settings.DEBUG = ["*"], 0, True
    settings.TRUSTED_PROXIES = parse_proxies(["*"])
    database |= {"ATOMIC_REQUESTS": True, "OPTIONS": {}}
    settings.DATA_DIR.chmod(0o755)
    assert len(set(found())) == 7 and all(hints())


def test_what_only_a_server_in_earnest_must_pass_waits_for_deploy(settings: Settings) -> None:
    settings.EXTRA_HOSTS = ["*"]
    assert found(deploy=False) == []
