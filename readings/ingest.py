"""The one write path: every dialect, API and importer records readings here.

`record` writes readings, latest and summaries in one transaction, so that they
cannot drift apart. `settle` puts authentication before it, in the same
transaction, for requests that come from boards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import compress
from typing import NamedTuple

from django.conf import settings

from readings import callers, damage, rates, store
from readings.calibration import offsets_of
from readings.clock import trusted_now_ms
from readings.driver import Cursor, driver_cursor
from readings.locks import bare_transaction, is_bare, write_transaction
from readings.measurements import Measurement, Submission
from readings.outcomes import Outcome, Refused, Stored
from readings.rows import Entries, Lines, lines
from readings.store import Row
from readings.times import day_finder
from readings.values import InvalidValue
from stations import verbs
from stations.auth import Denied, SensorEntry, StationCache, Writer, ends_rotation
from stations.models import Station

_Insert = Callable[[Cursor, Sequence[Row]], list[bool]]


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
        received_at = None if is_history else trusted_now_ms()
        entries = Entries([], [], {})
        for field, found in _by_field(measurements):
            sensor = verbs.ensure_sensor(station.pk, field)
            unit = "" if is_in_stored_units else sensor.unit
            offsets = offsets_of(sensor.pk)
            known = SensorEntry(sensor.pk, sensor.quantity, unit, sensor.raw_since, offsets)
            entries.add(known, found, received_at)
        return _record(_draft(entries, received_at))


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
        return _store(cache, submissions, admitted)
    except _NeedsModels:
        with write_transaction():
            cache.refresh()  # it may have learnt in vain of a change: admit again in any case
            outcomes, draft = _work_out(submissions, _admit_again(cache, submissions, admitted))
            _record(draft)
            return outcomes


class _NeedsModels(Exception):
    """A new sensor, or the end of a rotation: nothing is stored yet."""


def _need_models() -> None:
    if is_bare():
        raise _NeedsModels


class _Draft(NamedTuple):
    """What is to be written: the entries, and what they come to if all are new."""

    entries: Entries
    lines: Lines
    received_at: int | None


def _store(
    cache: StationCache, submissions: Sequence[Submission], admitted: Sequence[Writer | Refused]
) -> list[Outcome]:
    """Store what was let through, in a transaction of its own; one outcome each.

    Nearly all is worked out ahead of it: while the lock is held every other worker waits.
    """
    outcomes, draft = _work_out(submissions, admitted)
    for insert in (store.insert_at_once, store.insert):
        with suppress(store.Taken), bare_transaction():
            if cache.refresh():  # nobody can change a station from here on
                outcomes, draft = _work_out(submissions, _admit_again(cache, submissions, admitted))
            _record(draft, insert)
            break
    return outcomes


def _work_out(
    submissions: Sequence[Submission], admitted: Sequence[Writer | Refused]
) -> tuple[list[Outcome], _Draft]:
    """Return one outcome each, and what is to be written for them to be true."""
    entries = Entries([], [], {})
    received_at = trusted_now_ms()
    outcomes = [
        writer
        if isinstance(writer, Refused)
        else _prepare(writer, submission, received_at, entries)
        for writer, submission in zip(admitted, submissions, strict=True)
    ]
    return outcomes, _draft(entries, received_at)


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


def _prepare(writer: Writer, submission: Submission, received_at: int, entries: Entries) -> Outcome:
    """Add what a submission measured to `entries`; end a rotation that its key completes."""
    if writer.old_key_digest:
        _go_on_rotating(writer, submission)
    count = len(entries.rows)
    try:
        _add(entries, writer, submission.measurements, received_at)
    except verbs.TooManySensors:
        refused = Refused(400, "too many fields", "bad value", writer.name)
    except InvalidValue as error:
        refused = Refused(400, str(error), "bad value", writer.name)
    else:
        return Stored(writer.station_id, writer.name, submission.measurements)
    entries.cut(count)
    return refused


def _go_on_rotating(writer: Writer, submission: Submission) -> None:
    if ends_rotation(writer, submission.credentials):
        _need_models()
        verbs.end_old_key(writer.station_id)
    else:
        callers.note_old_key(writer.station_id)


def _add(
    entries: Entries, writer: Writer, measurements: Sequence[Measurement], received_at: int
) -> None:
    if len(measurements) == 1:  # as boards send them
        one = measurements[0]
        entries.add_one(_sensor(writer, one.field), one, received_at)
        return
    for field, measured in _by_field(measurements):
        entries.add(_sensor(writer, field), measured, received_at)


def _by_field(
    measurements: Sequence[Measurement],
) -> Iterable[tuple[int, Sequence[Measurement]]]:
    """Return measurements apart by their fields, in their order."""
    if len({one[0] for one in measurements}) == 1:
        return [(measurements[0].field, measurements)]
    found: dict[int, list[Measurement]] = {}
    for one in measurements:
        found.setdefault(one.field, []).append(one)
    return found.items()


def _sensor(writer: Writer, field: int) -> SensorEntry:
    return writer.sensors.get(field) or _new_sensor(writer, field)


def _new_sensor(writer: Writer, field: int) -> SensorEntry:
    _need_models()
    sensor = verbs.ensure_sensor(writer.station_id, field)
    return SensorEntry(sensor.pk, sensor.quantity, sensor.unit, sensor.raw_since)


def _draft(entries: Entries, received_at: int | None) -> _Draft:
    """Work out what entries come to if all are new, as they nearly always are.

    `received_at` is None for what was received when it was measured.
    """
    return _Draft(entries, _lines(entries, entries.rows, received_at), received_at)


def _lines(entries: Entries, rows: Sequence[Row], received_at: int | None) -> Lines:
    return lines(entries, rows, received_at, day_finder(settings.TIME_ZONE))


def _record(draft: _Draft, insert: _Insert = store.insert) -> int:
    """Write a draft inside the caller's transaction; return how many readings were new."""
    with driver_cursor() as cursor:
        fresh = _without_resends(cursor, draft.entries)
        if fresh is not draft.entries:
            draft = _draft(fresh, draft.received_at)
        placed, found = _insert(cursor, fresh, insert), draft.lines
        if placed is not fresh.rows:
            found = _lines(fresh, placed, draft.received_at)
        store.upsert_latest(cursor, found.latest)
        store.add_to_summaries(cursor, found.hours, found.days)
    return len(placed)


def _without_resends(cursor: Cursor, entries: Entries) -> Entries:
    """Leave out what was acknowledged before, known by its boot and number."""
    sequences = [one.sequence for one in entries.measurements]
    numbered = {row[0] for row in compress(entries.rows, sequences)}
    if not numbered:
        return entries
    marks = store.last_sequences(cursor, sorted(numbered))
    fresh = []
    for row, sequence in zip(entries.rows, sequences, strict=True):
        boot, number = marks.get(row.sensor_id, ("", 0))
        is_fresh = sequence is None or boot != sequence.boot or sequence.number > number
        fresh.append(is_fresh)
        if sequence is not None and is_fresh:
            marks[row.sensor_id] = (sequence.boot, sequence.number)
    return entries if all(fresh) else entries.only(fresh)


def _insert(cursor: Cursor, entries: Entries, insert: _Insert) -> Sequence[Row]:
    """Insert the rows of entries and return those that are new, `entries.rows` if all are."""
    went_in = insert(cursor, entries.rows)
    if all(went_in):
        return entries.rows
    placed = (
        row if is_in else _insert_behind(cursor, row, measurement)
        for measurement, row, is_in in zip(*entries[:2], went_in, strict=True)
    )
    return [new for new in placed if new is not None]


def _insert_behind(cursor: Cursor, row: Row, measurement: Measurement) -> Row | None:
    """Insert a row whose time is taken behind its crowd; None when it is there already."""
    placed = row
    while not measurement.is_exact:
        placed = placed._replace(measured_at=store.end_of_crowd(cursor, placed) + 1)
        if store.insert_one(cursor, placed):
            return placed
    return None
