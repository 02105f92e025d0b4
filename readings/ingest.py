"""The one write path: every dialect, API and importer records readings here.

`record` writes readings, latest and summaries in one transaction, so that they
cannot drift apart. `settle` puts authentication before it, in the same
transaction, for requests that come from boards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.conf import settings

from readings import callers, damage, rates, store
from readings.calibration import offsets_of
from readings.clock import trusted_now_ms
from readings.driver import Cursor, driver_cursor
from readings.locks import bare_transaction, is_bare, write_transaction
from readings.measurements import Measurement, Submission
from readings.outcomes import Outcome, Refused, Stored
from readings.rows import Entry, calibrated, entry, latest_rows
from readings.store import Row
from readings.times import day_finder
from readings.values import InvalidValue
from stations import verbs
from stations.auth import Denied, SensorEntry, StationCache, Writer, ends_rotation
from stations.models import Station


def record_readings(
    station: Station,
    measurements: Sequence[Measurement],
    *,
    is_history: bool = False,
    is_in_stored_units: bool = False,
) -> int:
    """Store measurements of one station; return how many were new.

    A measurement that is already there (same sensor and exact time, or a
    sequence acknowledged before) changes nothing. History counts as received
    when it was measured: it is never late, and makes no silent station live.
    Values are in their sensors' units, unless they are as an export wrote them.
    Raises `TooManySensors`, `InvalidValue` or `CannotStore`, with nothing stored.
    """
    damage.check()
    with write_transaction():
        sensors: dict[int, SensorEntry] = {}
        for field in {m.field for m in measurements}:
            sensor = verbs.ensure_sensor(station.pk, field)
            unit = "" if is_in_stored_units else sensor.unit
            offsets = offsets_of(sensor.pk)
            sensors[field] = SensorEntry(
                sensor.pk, sensor.quantity, unit, sensor.raw_since, offsets
            )
        received_at = None if is_history else trusted_now_ms()
        return _record([entry(sensors[m.field], m, received_at) for m in measurements], received_at)


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
    try:
        with bare_transaction():
            return _store(cache, submissions, admitted)
    except _NeedsModels:
        with write_transaction():
            # The cache may have learnt in vain of a change: it would not tell of it again.
            admitted = _admit_again(cache, submissions, admitted)
            return _store(cache, submissions, admitted)


class _NeedsModels(Exception):
    """A new sensor, or the end of a rotation: nothing is stored yet."""


def _need_models() -> None:
    if is_bare():
        raise _NeedsModels


def _store(
    cache: StationCache, submissions: Sequence[Submission], admitted: Sequence[Writer | Refused]
) -> list[Outcome]:
    """Store what was let through, inside the caller's transaction; one outcome each."""
    entries: list[Entry] = []
    received_at = trusted_now_ms()
    if cache.refresh():  # nobody can change a station from here on
        admitted = _admit_again(cache, submissions, admitted)
    outcomes = [
        writer
        if isinstance(writer, Refused)
        else _prepare(writer, submission, received_at, entries)
        for writer, submission in zip(admitted, submissions, strict=True)
    ]
    _record(entries, received_at)
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


def _prepare(
    writer: Writer, submission: Submission, received_at: int, entries: list[Entry]
) -> Outcome:
    """Add what a submission measured to `entries`; end a rotation that its key completes."""
    if writer.old_key_digest:
        _go_on_rotating(writer, submission)
    try:
        found = _entries(writer, submission.measurements, received_at)
    except verbs.TooManySensors:
        return Refused(400, "too many fields", "bad value", writer.name)
    except InvalidValue as error:
        return Refused(400, str(error), "bad value", writer.name)
    entries += found
    return Stored(writer.station_id, writer.name, submission.measurements)


def _go_on_rotating(writer: Writer, submission: Submission) -> None:
    if ends_rotation(writer, submission.credentials):
        _need_models()
        verbs.end_old_key(writer.station_id)
    else:
        callers.note_old_key(writer.station_id)


def _entries(writer: Writer, measurements: Iterable[Measurement], received_at: int) -> list[Entry]:
    sensors, found = writer.sensors, []
    for measurement in measurements:
        sensor = sensors.get(measurement.field)
        if sensor is None:
            sensor = _new_sensor(writer, measurement.field)
            # A copy: what this transaction makes it may still take back.
            sensors = {**sensors, measurement.field: sensor}
        found.append(entry(sensor, measurement, received_at))
    return found


def _new_sensor(writer: Writer, field: int) -> SensorEntry:
    _need_models()
    sensor = verbs.ensure_sensor(writer.station_id, field)
    return SensorEntry(sensor.pk, sensor.quantity, sensor.unit, sensor.raw_since)


def _record(entries: Sequence[Entry], received_at: int | None) -> int:
    """Write entries inside the caller's transaction; return how many were new.

    `received_at` is None for what was received when it was measured.
    """
    with driver_cursor() as cursor:
        fresh = _without_resends(cursor, entries)
        rows = calibrated(fresh, _insert(cursor, fresh))
        if fresh:
            store.upsert_latest(cursor, latest_rows(fresh, rows, received_at))
        store.add_to_summaries(cursor, rows, day_finder(settings.TIME_ZONE))
    return len(rows)


def _without_resends(cursor: Cursor, entries: Sequence[Entry]) -> list[Entry]:
    """Leave out what was acknowledged before, known by its boot and number."""
    numbered = {e.row.sensor_id for e in entries if e.measurement.sequence}
    if not numbered:
        return list(entries)
    marks = store.last_sequences(cursor, sorted(numbered))
    fresh = []
    for one in entries:
        sequence = one.measurement.sequence
        if sequence is not None:
            boot, number = marks.get(one.row.sensor_id, ("", 0))
            if boot == sequence.boot and sequence.number <= number:
                continue
            marks[one.row.sensor_id] = (sequence.boot, sequence.number)
        fresh.append(one)
    return fresh


def _insert(cursor: Cursor, entries: Sequence[Entry]) -> list[Row]:
    """Insert entries and return the rows that are new."""
    rows = [one.row for one in entries]
    went_in = store.insert(cursor, rows)
    if all(went_in):
        return rows
    placed = (
        one.row if is_in else _insert_behind(cursor, one)
        for one, is_in in zip(entries, went_in, strict=True)
    )
    return [new for new in placed if new is not None]


def _insert_behind(cursor: Cursor, one: Entry) -> Row | None:
    """Insert a row whose time is taken behind its crowd; None when it is there already."""
    placed = one.row
    while not one.measurement.is_exact:
        placed = placed._replace(measured_at=store.end_of_crowd(cursor, placed) + 1)
        if store.insert_one(cursor, placed):
            return placed
    return None
