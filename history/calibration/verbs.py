"""Calibrates sensors, and takes it back. What sensors sent is never touched.

A change is in force at once for what comes in. What the summaries hold since then is
worked out anew by the watcher, in steps that boards do not feel.
"""

from __future__ import annotations

from history.calibration.proposal import Proposal, propose
from history.models import Recalculation
from readings import summaries
from readings.calibration import offset_at, offsets_of, value_of
from readings.locks import write_transaction
from readings.models import Latest, Reading
from readings.times import HOUR_MS, now_ms
from stations.models import Calibration, Sensor


class CannotCalibrate(Exception):
    """The message says why, and what else would do."""


def proposal_for(sensor: Sensor, reference: Sensor, since: int, until: int) -> Proposal:
    """Compare two sensors over a time; raises `CannotCalibrate` or `NoProposal`."""
    if sensor.pk == reference.pk:
        raise CannotCalibrate("Choose two sensors: one that is right, and one to be set by it.")
    if sensor.quantity != reference.quantity:
        raise CannotCalibrate("The two measure different quantities.")
    tested = _values(sensor, since, until, is_raw=True)
    return propose(sensor.quantity, _values(reference, since, until), tested)


def calibrate(sensor: Sensor, since: int, offset: float, note: str = "") -> Calibration:
    """Add an offset to a sensor's values from a time on, in its stored unit."""
    if since < sensor.raw_since:
        raise CannotCalibrate(
            "The readings of that time were deleted, so their hours and days cannot be worked out"
            " anew. Begin later."
        )
    with write_transaction():
        calibration, _ = Calibration.objects.update_or_create(
            sensor=sensor,
            since=since,
            defaults={"offset": offset, "made_at": now_ms(), "note": note[:200]},
        )
        _changed(sensor.pk, since)
    return calibration


def undo(calibration: Calibration) -> None:
    """Take a calibration back: values are again what they were before it."""
    with write_transaction():
        sensor_id, since = calibration.sensor_id, calibration.since
        calibration.delete()
        _changed(sensor_id, since)


def recalculate() -> int:
    """Work out what changed calibrations call for; return how many sensors there were.

    Cut short it is done again: each is only crossed off once it is whole.
    """
    pending = list(Recalculation.objects.all())
    for one in pending:
        summaries.rebuild(one.sensor_id, one.since)
        with write_transaction():
            Recalculation.objects.filter(pk=one.pk, since=one.since, number=one.number).delete()
    return len(pending)


def _changed(sensor_id: int, since: int) -> None:
    _refresh_latest(sensor_id)
    known = Recalculation.objects.filter(sensor_id=sensor_id).first()
    # The day and the hour that it falls in, too; in some zones a day begins within an hour.
    begin = min(summaries.begin_of_day(since), since // HOUR_MS * HOUR_MS) - 1
    if known is None:
        Recalculation.objects.create(sensor_id=sensor_id, since=begin)
    else:
        known.since, known.number = min(known.since, begin), known.number + 1
        known.save()


def _refresh_latest(sensor_id: int) -> None:
    latest = Latest.objects.filter(sensor_id=sensor_id).first()
    if latest is None or latest.measured_at is None:
        return
    times = Reading.objects.filter(sensor_id=sensor_id, measured_at=latest.measured_at)
    newest = times.first()
    if newest is not None:
        latest.value = newest.value + offset_at(offsets_of(sensor_id), newest.measured_at)
        latest.save(update_fields=["value"])


def _values(
    sensor: Sensor, since: int, until: int, *, is_raw: bool = False
) -> list[tuple[int, float]]:
    readings = Reading.objects.filter(
        sensor=sensor, measured_at__gte=since, measured_at__lt=until, is_outlier=False
    )
    shown = readings.annotate(shown=value_of([] if is_raw else [sensor.pk]))
    return list(shown.values_list("measured_at", "shown"))
