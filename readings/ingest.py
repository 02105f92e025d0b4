"""The one write path: every dialect, API and importer records readings here.

`record` writes readings, latest and summaries in one transaction, so that they
cannot drift apart. `settle` puts authentication before it, in the same
transaction, for requests that come from boards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from readings import damage, rates, store, units
from readings.clock import trusted_now_ms
from readings.locks import write_transaction
from readings.measurements import Measurement, Submission
from readings.outcomes import Outcome, Refused, Stored
from readings.store import Cursor, LatestRow, Row
from readings.times import SECOND_MS, DayFinder
from readings.values import InvalidValue, checked_time, checked_value
from stations import verbs
from stations.auth import Denied, SensorEntry, StationCache, Writer, ends_rotation
from stations.models import Station


class _Entry(NamedTuple):
    """A measurement and the value that its sensor stores of it."""

    sensor: SensorEntry
    measurement: Measurement
    value: float


def record_readings(
    station: Station, measurements: Sequence[Measurement], *, is_history: bool = False
) -> int:
    """Store measurements of one station; return how many were new.

    A measurement that is already there (same sensor and exact time, or a
    sequence acknowledged before) changes nothing. History counts as received
    when it was measured: it is never late, and makes no silent station live.
    Raises `TooManySensors`, `InvalidValue` or `CannotStore`, with nothing stored.
    """
    damage.check()
    with write_transaction():
        sensors: dict[int, SensorEntry] = {}
        for field in {m.field for m in measurements}:
            sensor = verbs.ensure_sensor(station.pk, field)
            sensors[field] = SensorEntry(sensor.pk, sensor.quantity, sensor.unit, sensor.raw_since)
        entries = [_entry(sensors[m.field], m) for m in measurements]
        return _record(entries, None if is_history else trusted_now_ms())


def settle(cache: StationCache, submissions: Sequence[Submission]) -> list[Outcome]:
    """Authenticate and store what boards sent, all in one transaction; one outcome each.

    The outcomes may be told to the boards once this returns: everything is
    committed by then. Raises `CannotStore`, with nothing stored.
    """
    damage.check()
    admitted = _admit(cache, submissions)
    if any(isinstance(one, Refused) for one in admitted) and cache.refresh():
        admitted = _admit(cache, submissions)  # what this process remembered was out of date
    admitted = rates.judge(submissions, admitted)
    if not any(isinstance(one, Writer) for one in admitted):
        return [one for one in admitted if isinstance(one, Refused)]  # no need for the write lock
    entries: list[_Entry] = []
    with write_transaction():
        if cache.refresh():  # nobody can change a station from here on
            admitted = _admit_again(cache, submissions, admitted)
        outcomes = [
            _prepare(writer, submission, entries) if isinstance(writer, Writer) else writer
            for writer, submission in zip(admitted, submissions, strict=True)
        ]
        _record(entries, trusted_now_ms())
    return outcomes


def _admit(cache: StationCache, submissions: Sequence[Submission]) -> list[Writer | Refused]:
    return [_admit_one(cache, submission) for submission in submissions]


def _admit_again(
    cache: StationCache, submissions: Sequence[Submission], admitted: Sequence[Writer | Refused]
) -> list[Writer | Refused]:
    """Ask once more for those who were let through; a refusal stands, as it was counted."""
    return [
        one if isinstance(one, Refused) else _admit_one(cache, submission)
        for submission, one in zip(submissions, admitted, strict=True)
    ]


def _admit_one(cache: StationCache, submission: Submission) -> Writer | Refused:
    writer = cache.authenticate(submission.credentials)
    if isinstance(writer, Denied):
        return Refused(403, "wrong key or MAC", writer.cause)
    if submission.refusal:
        return Refused(400, submission.refusal, "bad value", writer.name)
    return writer


def _prepare(writer: Writer, submission: Submission, entries: list[_Entry]) -> Outcome:
    """Add what a submission measured to `entries`; end a rotation that its key completes."""
    if ends_rotation(writer, submission.credentials):
        verbs.end_old_key(writer.station_id)
    try:
        entries += [_entry(_sensor(writer, m.field), m) for m in submission.measurements]
    except verbs.TooManySensors:
        return Refused(400, "too many fields", "bad value", writer.name)
    except InvalidValue as error:
        return Refused(400, str(error), "bad value", writer.name)
    return Stored(writer.name, submission.measurements)


def _sensor(writer: Writer, field: int) -> SensorEntry:
    known = writer.sensors.get(field)
    if known is not None:
        return known
    sensor = verbs.ensure_sensor(writer.station_id, field)
    return SensorEntry(sensor.pk, sensor.quantity, sensor.unit, sensor.raw_since)


def _entry(sensor: SensorEntry, measurement: Measurement) -> _Entry:
    """Convert a measurement to its sensor's stored unit.

    A unit may carry it out of bounds, a long age out of time: the database's own
    check would fail the whole batch, and again with every resend.
    """
    checked_time(measurement.measured_at)
    if measurement.measured_at < sensor.raw_since:
        # Its summaries may hold it already: with the reading gone nobody could tell.
        raise InvalidValue("older than kept")
    value = units.to_canonical(measurement.value, sensor.quantity, sensor.unit)
    return _Entry(sensor, measurement, checked_value(value))


def _record(entries: Sequence[_Entry], received_at: int | None) -> int:
    """Write entries inside the caller's transaction; return how many were new.

    `received_at` is None for what was received when it was measured.
    """
    with store.driver_cursor() as cursor:
        fresh = _without_resends(cursor, entries)
        rows = _insert(cursor, fresh, received_at)
        if fresh:
            store.upsert_latest(cursor, _latest_rows(fresh, rows, received_at))
        store.add_to_summaries(cursor, rows, DayFinder(ZoneInfo(settings.TIME_ZONE)))
    return len(rows)


def _without_resends(cursor: Cursor, entries: Sequence[_Entry]) -> list[_Entry]:
    """Leave out what was acknowledged before, known by its boot and number."""
    numbered = {e.sensor.id for e in entries if e.measurement.sequence}
    if not numbered:
        return list(entries)
    marks = store.last_sequences(cursor, sorted(numbered))
    fresh = []
    for entry in entries:
        sequence = entry.measurement.sequence
        if sequence is not None:
            boot, number = marks.get(entry.sensor.id, ("", 0))
            if boot == sequence.boot and sequence.number <= number:
                continue
            marks[entry.sensor.id] = (sequence.boot, sequence.number)
        fresh.append(entry)
    return fresh


def _insert(cursor: Cursor, entries: Sequence[_Entry], received_at: int | None) -> list[Row]:
    """Insert entries and return the rows that are new."""
    rows = [_row(entry, received_at) for entry in entries]
    went_in = store.insert(cursor, rows)
    if all(went_in):
        return rows
    placed = (
        row if is_in else _insert_behind(cursor, entry, row)
        for entry, row, is_in in zip(entries, rows, went_in, strict=True)
    )
    return [new for new in placed if new is not None]


def _insert_behind(cursor: Cursor, entry: _Entry, row: Row) -> Row | None:
    """Insert a row whose time is taken behind its crowd; None when it is there already."""
    placed = row
    while not entry.measurement.is_exact:
        placed = placed._replace(measured_at=store.end_of_crowd(cursor, placed) + 1)
        if store.insert_one(cursor, placed):
            return placed
    return None


def _row(entry: _Entry, received_at: int | None) -> Row:
    sensor, value, at = entry.sensor, entry.value, entry.measurement.measured_at
    delay_s = 0 if received_at is None else max(0, received_at - at) // SECOND_MS
    is_outlier = not units.is_physical(value, sensor.quantity)
    return Row(sensor.id, at, value, delay_s, is_outlier)


def _latest_rows(
    entries: Sequence[_Entry], rows: Iterable[Row], received_at: int | None
) -> list[LatestRow]:
    """Return one line per sensor heard of: its newest good value and last sequence."""
    newest: dict[int, Row] = {}
    for row in rows:
        held = newest.get(row.sensor_id)
        if not row.is_outlier and (held is None or row.measured_at >= held.measured_at):
            newest[row.sensor_id] = row
    last = {entry.sensor.id: entry.measurement for entry in entries}
    # Not always of the last: one without a sequence leaves the mark where it was.
    marks = {e.sensor.id: e.measurement.sequence for e in entries if e.measurement.sequence}
    found = []
    for sensor_id, measurement in last.items():
        best, sequence = newest.get(sensor_id), marks.get(sensor_id)
        boot, number = (sequence.boot, sequence.number) if sequence else ("", 0)
        at, value = (best.measured_at, best.value) if best else (None, None)
        heard_at = (best or measurement).measured_at if received_at is None else received_at
        found.append(LatestRow(sensor_id, at, value, heard_at, boot, number))
    return sorted(found)
