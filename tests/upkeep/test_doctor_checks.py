"""The checks that need no broken machine to be tried."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection
from pytest_django import Settings

from readings import clock
from readings.heartbeat import beat
from readings.models import Heartbeat, HourSummary
from readings.times import DAY_MS, MINUTE_MS, now_ms
from tests.factories import make_readings, make_sensor, make_station, record_history
from upkeep import results
from upkeep.doctor import configuration, database, folder, household, preflight, service
from upkeep.doctor.findings import Finding
from upkeep.models import TaskResult


def levels(findings: Iterable[Finding]) -> dict[str, str]:
    return {finding.text: finding.level for finding in findings}


def complaints(findings: Iterable[Finding]) -> list[str]:
    return [finding.text for finding in findings if finding.level != "ok"]


# --- the machine ---------------------------------------------------------------------------


def test_pins_that_are_installed_are_no_complaint() -> None:
    assert preflight.compare_pins(f"django=={importlib.metadata.version('django')}  # it") == (
        [],
        [],
    )


@pytest.mark.parametrize(
    "line",
    ["no-such-thing==1.0", "no-such-thing[extra]==1.0 # why", "no-such-thing==1.0 \\\n  --hash=x"],
)
def test_a_package_that_is_missing(line: str) -> None:
    assert preflight.compare_pins(line) == (["no-such-thing"], [])


def test_a_package_for_other_machines_is_not_missing() -> None:
    assert preflight.compare_pins('no-such-thing==1.0 ; sys_platform == "win32"') == ([], [])


def test_a_package_in_another_version() -> None:
    found = importlib.metadata.version("django")
    assert preflight.compare_pins("django==1.0") == ([], [f"django {found} for 1.0"])


def test_what_requirements_name_is_what_is_installed() -> None:
    assert complaints(preflight.packages()) == []


def test_an_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert "too old" in complaints(preflight.python())[0]


def test_an_old_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 31, 1))
    assert "too old" in complaints(database.sqlite_version())[0]


# --- .env ----------------------------------------------------------------------------------

EXAMPLE = "# words\n#TIME_ZONE=Europe/Berlin\n#PORT=8000\nHOST=x\n"


@pytest.mark.parametrize(
    ("written", "unknown"),
    [
        ("PORT=80\n", {}),
        ("# PRT=80\n", {}),
        ("export HOST=x", {}),
        ("TIMEZONE=UTC", {"TIMEZONE": "TIME_ZONE"}),
        ("port=80", {"port": "PORT"}),
        ("WALRUS=1", {"WALRUS": ""}),
    ],
)
def test_names_that_nothing_reads(written: str, unknown: dict[str, str]) -> None:
    assert configuration.unknown_names(written, EXAMPLE) == unknown


def test_a_misspelt_name_is_told_with_the_right_one(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TIMEZONE=UTC")
    (tmp_path / ".env.example").write_text(EXAMPLE)
    settings.BASE_DIR = tmp_path
    found = list(configuration.env_file())
    assert [(one.level, one.mend) for one in found] == [("warning", "Do you mean TIME_ZONE?")]


def test_every_setting_is_in_the_example() -> None:
    """Else the doctor would object to a name that works."""
    root = Path(__file__).resolve().parents[2]
    used = (root / "iotserver" / "settings.py").read_text()
    known = (root / ".env.example").read_text()
    names = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', used))
    assert len(names) > 10
    assert configuration.unknown_names("\n".join(f"{n}=x" for n in names), known) == {}


@pytest.mark.parametrize(("unit", "count"), [("C", 0), ("F", 0), ("K", 1)])
def test_a_unit_that_nobody_knows(settings: Settings, unit: str, count: int) -> None:
    settings.DEFAULT_TEMPERATURE_UNIT = unit
    assert len(complaints(configuration.choices())) == count


def test_a_log_format_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_FORMAT", "xml")
    assert complaints(configuration.choices()) == ["LOG_FORMAT=xml counts as line."]


# --- HTTPS, proxies ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("https", "host", "names", "trusted", "words"),
    [
        (False, "0.0.0.0", [], "", None),
        (True, "127.0.0.1", ["home.example.org"], "127.0.0.1", None),
        (True, "0.0.0.0", ["home.example.org"], "", "without the proxy"),
        (True, "127.0.0.1", [], "", "no public name"),
        (False, "127.0.0.1", [], "", "boards cannot"),
        (False, "0.0.0.0", [], "*", "claim any address"),
    ],
)
def test_settings_that_contradict_each_other(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    https: bool,
    host: str,
    names: list[str],
    trusted: str,
    words: str | None,
) -> None:
    settings.HTTPS, settings.HOST, settings.EXTRA_HOSTS = https, host, names
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
    found = complaints(configuration.reachability())
    assert [words in text for text in found if words] == ([True] if words else [])
    assert len(found) == (1 if words else 0)


def test_debug_is_wrong(settings: Settings) -> None:
    settings.DEBUG = True
    assert "DEBUG is on" in complaints(configuration.system_checks())[0]


def test_deployment_checks_count_with_https(settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = False
    settings.HTTPS = False
    assert complaints(configuration.system_checks()) == []
    settings.HTTPS = True
    assert any("security.W012" in text for text in complaints(configuration.system_checks()))


def test_a_clock_that_cannot_be_right(monkeypatch: pytest.MonkeyPatch) -> None:
    assert complaints(configuration.clock()) == []
    monkeypatch.setattr(clock, "now_ms", lambda: DAY_MS)
    clock.forget()
    assert "1970" in complaints(configuration.clock())[0]


# --- the folder ----------------------------------------------------------------------------

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:30 / /mnt/my\\040disk rw - nfs4 nas:/x rw
24 22 0:31 / /srv rw - fuse.sshfs nas: rw
25 24 0:32 / /srv/data rw - btrfs /dev/sdb rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib", "ext4"),
        ("/mnt/my disk/data", "nfs4"),
        ("/srv/other", "fuse.sshfs"),
        ("/srv/data/x", "btrfs"),
        ("/srv/database", "fuse.sshfs"),
    ],
)
def test_the_disk_under_a_folder(path: str, kind: str) -> None:
    assert folder.kind_of_mount(Path(path), MOUNTS) == kind


def test_a_database_on_a_network_disk_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "_database_file", lambda: Path("/srv/db.sqlite3"))
    monkeypatch.setattr(folder, "_mounts", lambda: MOUNTS)
    assert levels(folder.file_system()) == {
        "The database lies on a network disk (fuse.sshfs), where SQLite loses data.": "error"
    }


@pytest.mark.parametrize(("free", "level"), [(2e12, "ok"), (1e8, "warning"), (5e5, "error")])
def test_room_on_the_disk(free: float, level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil._ntuple_diskusage(int(3e12), 0, int(free))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert [one.level for one in folder.disk_space()] == [level]


def test_the_first_password_lying_about(settings: Settings, tmp_path: Path) -> None:
    settings.ADMIN_PASSWORD_FILE = tmp_path / "admin_password"
    assert complaints(folder.first_password()) == []
    settings.ADMIN_PASSWORD_FILE.write_text("x")
    assert len(complaints(folder.first_password())) == 1


# --- what runs -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_watcher_that_stands_still() -> None:
    beat("watcher")
    assert complaints(service.watcher()) == []
    Heartbeat.objects.update(beat_at=now_ms() - 20 * MINUTE_MS)
    assert complaints(service.watcher()) == ["The watcher made its last round 20 minutes ago."]


@pytest.mark.django_db
def test_a_new_household_has_no_backup_yet() -> None:
    assert complaints(service.tasks()) == []


@pytest.mark.django_db
def test_a_household_of_a_week_without_a_backup() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET applied = '2020-01-01 00:00:00+00:00'")
    assert complaints(service.tasks()) == ["There is no backup."]


@pytest.mark.django_db
def test_a_backup_of_three_days_ago_is_too_old() -> None:
    results.record("backup", is_ok=True, text="27 MB")
    assert complaints(service.tasks()) == []
    TaskResult.objects.update(ended_at=now_ms() - 3 * DAY_MS)
    assert complaints(service.tasks()) == ["The last backup was made 3 days ago."]


@pytest.mark.django_db
def test_a_task_that_failed_is_wrong() -> None:
    results.record("prune", is_ok=False, text="no room")
    assert levels(service.tasks())["Prune failed just now: no room"] == "error"


# --- the household ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_admin_who_was_switched_off_is_none() -> None:
    user = User.objects.create_superuser("alice")
    assert complaints(household.admin()) == []
    user.is_active = False
    user.save()
    assert complaints(household.admin()) == ["Nobody can sign in to the admin."]


@pytest.mark.django_db
def test_a_household_without_stations() -> None:
    assert complaints(household.stations()) == ["No station is registered."]


@pytest.mark.django_db
def test_stations_that_do_not_post_are_named() -> None:
    make_readings(make_station(name="Attic"))
    make_station(name="Cellar")
    record_history(make_station(name="Garden"), until=now_ms() - DAY_MS)
    assert complaints(household.stations()) == ["Cellar has never posted.", "Garden is silent."]


@pytest.mark.django_db
def test_a_sensor_without_a_unit_is_named() -> None:
    station = make_station(name="Attic")
    make_sensor(station)
    assert complaints(household.units()) == []
    make_sensor(station, field=7, unit="", label="Soil")
    assert complaints(household.units()) == ["Attic Soil has no unit."]


@pytest.mark.django_db
def test_summaries_that_agree() -> None:
    make_readings(values=[20.0, 21.0, 22.0])
    assert [one.level for one in household.summary_sample()] == ["ok"]


@pytest.mark.django_db
def test_a_summary_that_differs() -> None:
    make_readings(values=[20.0, 21.0, 22.0])
    HourSummary.objects.update(min=1)
    assert [one.level for one in household.summary_sample()] == ["error"]


@pytest.mark.django_db
def test_only_the_last_days_are_computed_anew() -> None:
    station = make_station()
    record_history(station, until=now_ms() - 30 * DAY_MS)
    HourSummary.objects.update(min=1)
    make_readings(station)
    assert [one.level for one in household.summary_sample()] == ["ok"]
