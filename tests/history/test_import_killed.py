"""An import that is killed and run again, beside a server whose boards go on posting."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from tests.conftest import StartServer
from tests.history.files import MAC, write
from tests.serving import wait_until

_ROOT = Path(__file__).resolve().parents[2]
_ROWS = 40_000  # enough to be at work still when the board has its answer
_IMPORTED = f"""
SELECT sum(value), count(*) FROM readings_reading WHERE sensor_id IN (
  SELECT s.id FROM stations_sensor s JOIN stations_station t ON t.id = station_id
  WHERE mac = '{MAC}')"""
_BOARD = "5c:cf:7f:0a:1b:99"


def _lines() -> list[str]:
    """A reading every ten seconds."""
    return [
        f"2026-01-{1 + n // 8640:02}T{n // 360 % 24:02}:{n // 6 % 60:02}:{n % 6}0Z,{MAC},{n % 97}"
        for n in range(_ROWS)
    ]


def test_a_killed_import_is_completed_by_the_next(
    start_server: StartServer, tmp_path: Path
) -> None:
    server = start_server()
    path = write(tmp_path / "old.csv", "time,mac,value", *_lines())
    printed = server.manage("add_station", "Attic", "--mac", _BOARD, "--json")
    key = json.loads(printed)["api_key"]

    command = [sys.executable, str(_ROOT / "manage.py"), "import_readings", path, "--yes"]
    environment = os.environ | {
        "DATA_DIR": str(server.data_dir),
        "DJANGO_SETTINGS_MODULE": "iotserver.settings",
    }
    environment.pop("DATABASE_URL", None)
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    wait_until(lambda: server.count_readings() >= 2_000, server.log)
    url = f"{server.url}/update/API_key={key}/mac={_BOARD}/field=1/data=21.5"
    with urlopen(url) as reply:  # boards are heard meanwhile
        assert reply.read() == b"OK"
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert server.count_readings() < _ROWS

    told = server.manage("import_readings", path, "--yes")
    assert "were there already" in told
    assert server.count_readings() == _ROWS + 1
    ((total, count),) = server.query(_IMPORTED)
    assert (total, count) == (sum(n % 97 for n in range(_ROWS)), _ROWS)
    assert "agree" in server.manage("rebuild_summaries", "--check")
