"""deploy/iotserver.service: systemd has nothing against it, and it gives nothing away."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from iotserver import supervisor

_ROOT = Path(__file__).resolve().parents[2]
_SHIPPED = (_ROOT / "deploy" / "iotserver.service").read_text()
_WORST_EXPOSURE = 20  # of 100; a service without any hardening has 96


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit as it is, with this checkout and this Python where the program would lie."""
    program = "/srv/iotserver/.venv/bin/python"
    assert program in _SHIPPED
    rendered = _SHIPPED.replace(program, sys.executable).replace("/srv/iotserver", str(_ROOT))
    file = tmp_path / "iotserver.service"
    file.write_text(rendered)
    return file


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if program is None:
        assert "CI" not in os.environ, "CI must have systemd: .ci/run installs it."
        pytest.skip("no systemd-analyze here: install systemd")
    return subprocess.run([program, *arguments], capture_output=True, text=True)


def test_systemd_understands_every_line(unit: Path) -> None:
    done = analyze("verify", "--man=no", str(unit))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_line_that_systemd_does_not_know_would_be_found(unit: Path) -> None:
    unit.write_text(unit.read_text().replace("ProtectHome=", "ProtectHomes="))
    assert "ProtectHomes" in analyze("verify", "--man=no", str(unit)).stderr


def test_little_is_exposed(unit: Path) -> None:
    done = analyze("security", "--offline=true", f"--threshold={_WORST_EXPOSURE}", str(unit))
    assert done.returncode == 0, done.stdout


def test_less_hardening_would_be_found(unit: Path) -> None:
    weaker = re.sub(r"^(SystemCallFilter|ProtectSystem)=.*\n", "", unit.read_text(), flags=re.M)
    unit.write_text(weaker)
    done = analyze("security", "--offline=true", f"--threshold={_WORST_EXPOSURE}", str(unit))
    assert done.returncode != 0


def test_systemd_waits_until_the_supervisor_has_stopped_both_children() -> None:
    waits = re.search(r"^TimeoutStopSec=(\d+)$", _SHIPPED, re.M)
    assert waits
    assert int(waits[1]) > 2 * supervisor._STOP_WITHIN_S


def test_the_service_is_the_readmes_command() -> None:
    assert "ExecStart=/srv/iotserver/.venv/bin/python manage.py serve\n" in _SHIPPED
