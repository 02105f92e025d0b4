"""What a log line looks like to a person, to the journal and to a program."""

from __future__ import annotations

import json
import logging
import logging.config
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from iotserver.log_formats import JournalFormatter, JsonFormatter, logging_config
from iotserver.logs import RedactKeys
from tests.conftest import StartServer

KEY = "s3cr3t.key~of-20_lett"
_ROOT = Path(__file__).resolve().parents[2]

# Logs in a process of its own, whose stderr is a pipe; `{journal}` is what systemd would say.
_SPEAK = """
import logging, logging.config, os, sys
if {journal}:
    pipe = os.fstat(2)
    os.environ["JOURNAL_STREAM"] = f"{{pipe.st_dev}}:{{pipe.st_ino}}"
from iotserver.log_formats import logging_config
logging.config.dictConfig(logging_config("INFO", {style!r}))
logging.getLogger("readings").warning("first\\nsecond")
"""


def spoken(style: str, journal: bool = False, **env: str) -> str:
    """Return what such a process wrote."""
    program = _SPEAK.format(style=style, journal=journal)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=_ROOT,
        env=os.environ | env,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr


def record(message: str = "Refused %s", *args: object, **extra: object) -> logging.LogRecord:
    made = logging.Logger("tests").makeRecord(
        "readings.devices", logging.WARNING, "x.py", 1, message, args, None, extra=extra
    )
    RedactKeys().filter(made)
    return made


def as_json(made: logging.LogRecord) -> dict[str, Any]:
    line = JsonFormatter().format(made)
    assert "\n" not in line
    fields: dict[str, Any] = json.loads(line)
    return fields


def test_a_person_reads_time_level_place_and_message() -> None:
    assert spoken("line").splitlines()[0].endswith(" WARNING readings: first")
    assert spoken("line")[:2] == "20"


def test_the_journal_gets_a_severity_for_each_line_and_no_second_time() -> None:
    assert spoken("line", journal=True) == "<4>readings: first\n<4>second\n"


def test_a_journal_that_is_not_ours_changes_nothing() -> None:
    """A child whose output was redirected inherits the variable, not the journal."""
    assert spoken("line", JOURNAL_STREAM="1:2")[:2] == "20"


@pytest.mark.parametrize(
    ("level", "severity"),
    [("CRITICAL", 2), ("ERROR", 3), ("WARNING", 4), ("INFO", 6), ("DEBUG", 7)],
)
def test_every_level_has_its_severity(level: str, severity: int) -> None:
    made = record()
    made.levelno = getattr(logging, level)
    assert JournalFormatter("{message}", style="{").format(made).startswith(f"<{severity}>")


def test_a_program_gets_one_object_even_under_the_journal() -> None:
    assert json.loads(spoken("json", journal=True))["message"] == "first\nsecond"


def test_a_programs_line_tells_time_level_and_place() -> None:
    made = record("Refused %s", "it")
    made.created = 1_700_000_000.25
    assert as_json(made) == {
        "time": "2023-11-14T22:13:20.250Z",
        "level": "WARNING",
        "logger": "readings.devices",
        "message": "Refused it",
    }


def test_what_a_line_is_about_becomes_fields() -> None:
    fields = as_json(record("Refused", station="Attic", cause="wrong key", count=3))
    assert (fields["station"], fields["cause"], fields["count"]) == ("Attic", "wrong key", 3)


def test_a_field_that_json_cannot_hold_becomes_text() -> None:
    assert as_json(record("Refused", path=Path("/srv")))["path"] == "/srv"


def test_a_key_in_a_field_is_replaced() -> None:
    fields = as_json(record("Refused", request=f"<GET '/update/API_key={KEY}/mac=x'>"))
    assert fields["request"] == "<GET '/update/API_key=***/mac=x'>"


def test_a_traceback_is_a_field_without_keys() -> None:
    made = record("Failed")
    try:
        raise ValueError(f"/API_key={KEY}/")
    except ValueError:
        made.exc_info = sys.exc_info()
    fields = as_json(made)
    assert "ValueError: /API_key=***/" in fields["exception"]
    assert KEY not in json.dumps(fields)


def test_a_message_cannot_begin_a_line_of_its_own() -> None:
    assert as_json(record('x"}\n{"level": "forged'))["level"] == "WARNING"


def test_a_style_that_nobody_knows_is_read_by_people() -> None:
    assert "format" in logging_config("INFO", "xml")["formatters"]["chosen"]


def test_a_whole_server_speaks_json(start_server: StartServer) -> None:
    """Front, Django and gunicorn's own lines; the welcome goes to stdout, not to the log."""
    server = start_server(LOG_FORMAT="json", HOST="127.0.0.1", ALLOWED_HOSTS="")
    for path in (f"/update/API_key={KEY}/mac=5c:cf:7f:00:00:01/field=1/data=2", "/nowhere/"):
        with pytest.raises(HTTPError):
            urlopen(f"{server.url}{path}")
    server.stop()
    lines = [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]
    others = [line for line in server.log().splitlines() if not line.startswith(("{", "  "))]
    assert [line for line in others if line] == []
    assert {line["logger"] for line in lines} >= {"readings.devices", "django.request"}
    refusal = next(line for line in lines if line["logger"] == "readings.devices")
    assert (refusal["cause"], refusal["address"]) == ("unknown station", "127.0.0.1")
    assert KEY not in server.log()


def test_the_web_server_itself_speaks_json(tmp_path: Path) -> None:
    """A port nobody may have is what gunicorn complains of before any worker lives."""
    (tmp_path / "static").mkdir()  # as `serve` does
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"],
        cwd=_ROOT,
        env=os.environ
        | {"LOG_FORMAT": "json", "HOST": "192.0.2.1", "PORT": "9", "DATA_DIR": str(tmp_path)}
        | {"DJANGO_SETTINGS_MODULE": "iotserver.settings"},
        capture_output=True,
        text=True,
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.returncode != 0
    assert {line["logger"] for line in lines} == {"gunicorn.error"}
