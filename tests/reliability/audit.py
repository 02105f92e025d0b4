"""Compares what boards were told with what the database holds, reading by reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection, DatabaseError, connect

from tests.reliability.boards import Board
from tests.serving import Server

_READINGS = """
SELECT mac, value FROM readings_reading
JOIN stations_sensor ON sensor_id = stations_sensor.id
JOIN stations_station ON station_id = stations_station.id"""

_STALE = """
SELECT count(*) FROM readings_latest AS latest WHERE (measured_at, value) IS NOT (
  SELECT measured_at, value FROM readings_reading AS reading
  WHERE reading.sensor_id = latest.sensor_id AND NOT is_outlier
  ORDER BY measured_at DESC LIMIT 1)"""

_WITHOUT_LATEST = """
SELECT count(DISTINCT sensor_id) FROM readings_reading
WHERE sensor_id NOT IN (SELECT sensor_id FROM readings_latest)"""


@dataclass(frozen=True)
class Findings:
    """What is wrong with a database; all zero when nothing is.

    `lost`: acknowledged and not there. `doubled`: there twice. `foreign`: there and
    never sent. `stale`: sensors whose latest reading is not their newest.
    """

    acknowledged: int
    lost: int = 0
    doubled: int = 0
    foreign: int = 0
    stale: int = 0
    damage: str = "ok"  # what PRAGMA integrity_check says

    @property
    def is_clean(self) -> bool:
        return self == Findings(self.acknowledged)


def audit(database: Path, boards: Sequence[Board]) -> Findings:
    """Look every reading up. Summaries are compared by `manage.py rebuild_summaries --check`."""
    acknowledged = {(board.mac, value) for board in boards for value in board.acknowledged}
    sent = {(board.mac, value) for board in boards for value in board.sent()}
    try:
        with closing(connect(database)) as connection:  # may write: a log is to be replayed
            return _findings(connection, acknowledged, sent)
    except DatabaseError as error:
        return Findings(len(acknowledged), lost=len(acknowledged), damage=str(error))


def assert_nothing_wrong(server: Server, boards: Sequence[Board]) -> None:
    findings = audit(server.data_dir / "db.sqlite3", boards)
    assert findings.is_clean, findings
    assert "agree with their readings" in server.manage("rebuild_summaries", "--check")


def _findings(
    connection: Connection, acknowledged: set[tuple[str, float]], sent: set[tuple[str, float]]
) -> Findings:
    held = Counter(connection.execute(_READINGS).fetchall())
    return Findings(
        acknowledged=len(acknowledged),
        lost=len(acknowledged - held.keys()),
        doubled=sum(1 for count in held.values() if count > 1),
        foreign=len(held.keys() - sent),
        stale=_number(connection, _STALE) + _number(connection, _WITHOUT_LATEST),
        damage=_damage(connection),
    )


def _number(connection: Connection, sql: str) -> int:
    return int(connection.execute(sql).fetchone()[0])


def _damage(connection: Connection) -> str:
    lines = [line for (line,) in connection.execute("PRAGMA integrity_check")]
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    return "; ".join(lines) if not broken else f"{len(broken)} rows refer to nothing"
