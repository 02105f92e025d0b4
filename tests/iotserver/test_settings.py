"""The environment decides. Each test starts a Python of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
_OURS = ("DATABASE_URL", "TIME_ZONE", "HOST", "PORT", "HTTPS", "ALLOWED_HOSTS", "DEBUG")

_SHOW = """
import json, sys
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}, default=str))
"""


def environment(folder: Path, **env: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in _OURS}
    own = {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "iotserver.settings"}
    return inherited | own | env


def run(arguments: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=PATIENCE_S
    )


def setting(name: str, folder: Path, **env: str) -> Any:
    done = run(["-c", _SHOW, name], environment(folder, **env))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)[name]


@pytest.mark.parametrize(
    ("name", "given", "seen"),
    [
        ("HOST", {"HOST": "127.0.0.1"}, "127.0.0.1"),
        ("HOST", {}, "0.0.0.0"),
        ("PORT", {"PORT": "9000"}, 9000),
        ("PORT", {}, 8000),
        ("TIME_ZONE", {"TIME_ZONE": "Pacific/Auckland"}, "Pacific/Auckland"),
        ("EXTRA_HOSTS", {"ALLOWED_HOSTS": "a.example,b.example"}, ["a.example", "b.example"]),
        ("PUBLIC_DASHBOARD", {"PUBLIC_DASHBOARD": "true"}, True),
        ("SECRET_KEY", {"SECRET_KEY": "of-my-own"}, "of-my-own"),
        ("SESSION_COOKIE_SECURE", {"HTTPS": "true"}, True),
        ("SESSION_COOKIE_SECURE", {}, False),
        ("TRUSTED_PROXIES", {}, []),
        ("DEBUG", {}, False),
    ],
)
def test_the_environment_is_honoured(
    tmp_path: Path, name: str, given: dict[str, str], seen: object
) -> None:
    assert setting(name, tmp_path, **given) == seen


@pytest.mark.parametrize("cookie", ["SESSION", "CSRF"])
def test_with_https_cookies_are_bound_to_the_host(tmp_path: Path, cookie: str) -> None:
    assert setting(f"{cookie}_COOKIE_NAME", tmp_path, HTTPS="true").startswith("__Host-")
    assert setting(f"{cookie}_COOKIE_SECURE", tmp_path, HTTPS="true") is True


def test_the_database_is_in_the_data_folder(tmp_path: Path) -> None:
    database = setting("DATABASES", tmp_path)["default"]
    assert database["ENGINE"] == "django.db.backends.sqlite3"
    assert database["NAME"] == str(tmp_path / "db.sqlite3")


def test_another_database_is_taken_by_its_address(tmp_path: Path) -> None:
    url = "postgres://iot:secret@db.lan:5433/house"
    database = setting("DATABASES", tmp_path, DATABASE_URL=url)["default"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.lan", 5433, "house")


def test_the_data_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    setting("DATA_DIR", tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_a_data_folder_without_a_slash_is_beside_the_program(tmp_path: Path) -> None:
    relative = os.path.relpath(tmp_path, ROOT)
    assert Path(setting("DATA_DIR", tmp_path, DATA_DIR=relative)).resolve() == tmp_path.resolve()


def test_the_secret_key_stays_from_run_to_run(tmp_path: Path) -> None:
    assert setting("SECRET_KEY", tmp_path) == setting("SECRET_KEY", tmp_path)


def test_nothing_is_left_to_be_warned_of_behind_https(tmp_path: Path) -> None:
    arguments = ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = run(arguments, environment(tmp_path, HTTPS="true"))
    assert (done.returncode, done.stdout + done.stderr) == (
        0,
        "System check identified no issues (0 silenced).\n",
    )


@pytest.mark.django_db
def test_every_model_has_its_migration() -> None:
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)
