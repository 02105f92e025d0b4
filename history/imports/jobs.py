"""What can be done to an import that was handed in: the only place that writes one."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict

from django.conf import settings

from history.imports import targets
from history.imports.items import Unreadable
from history.imports.preview import Preview, examine
from history.imports.storing import Progress, store
from history.models import ImportJob
from readings.locks import write_transaction
from readings.outcomes import CannotStore
from readings.times import DAY_MS, now_ms

logger = logging.getLogger("history.imports")

State = ImportJob.State

_FORGOTTEN_MS = 7 * DAY_MS  # nobody looked at its preview
_WRITTEN = ("chosen", "preview", "progress", "text", "ended_at")
_TELL_EVERY = 10_000  # readings: each time a commit


class Stop(Exception):
    """The server is being stopped; the job goes on after the next start."""


class Changed(Exception):
    """Somebody did something else with the job meanwhile."""


def hand_in(name: str, chunks: Iterable[bytes], by: str) -> ImportJob:
    """Keep a file for its owner alone; the watcher reads it next."""
    job = ImportJob(name=name[-200:], by=by, created_at=now_ms(), state=State.ARRIVING)
    with write_transaction():
        job.save()
    path = job.file
    path.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123  (it is a descriptor)
            for chunk in chunks:
                file.write(chunk)
    except OSError:
        path.unlink(missing_ok=True)
        job.delete()
        raise
    _move(job, State.WAITING)  # only now is it whole
    return job


def choose(job: ImportJob, chosen: Mapping[str, str]) -> None:
    """Send series elsewhere; the file is read anew. Raises `BadChoice` and changes nothing."""
    targets.check(chosen)
    job.chosen, job.progress, job.text = {**job.chosen, **chosen}, {}, ""
    _move(job, State.WAITING)


def confirm(job: ImportJob) -> None:
    """Store what the preview shows, or go on with what failed."""
    job.text = ""
    _move(job, State.CONFIRMED)


def cancel(job: ImportJob) -> None:
    """Store no more of it. What is stored stays."""
    _end(job, State.CANCELLED, "Cancelled. What was stored before stays.")


def next_job() -> ImportJob | None:
    """Return what there is to do, the oldest first."""
    at_work = ImportJob.objects.filter(state__in=(State.WAITING, State.CONFIRMED))
    return at_work.order_by("pk").first()


def forget_old() -> None:
    """Let go of files that nobody came back to."""
    at_rest = (State.ARRIVING, State.READY, State.FAILED)
    before = now_ms() - _FORGOTTEN_MS
    for job in ImportJob.objects.filter(state__in=at_rest, created_at__lt=before):
        with suppress(Changed):  # somebody came back to it just now
            _end(job, State.CANCELLED, "Nobody came back to it within seven days.")


def work(job: ImportJob, check: Callable[[], None]) -> None:
    """Read or store a file; `check` is called often and may raise `Stop`."""
    try:
        if job.state == State.WAITING:
            _examine(job, check)
        else:
            _store(job, check)
    except Changed:
        logger.info("Import of %s was cancelled.", job.name)
    except targets.BadChoice as error:  # its station was deleted meanwhile
        job.text, job.progress = str(error), {}
        _move(job, State.READY)
    except Unreadable as error:
        _end(job, State.FAILED, str(error))
    except CannotStore as error:
        _end(job, State.FAILED, f"Stopped: {error}. Mend that, then go on.", keep_file=True)
    except OSError as error:
        _end(job, State.FAILED, f"Its file cannot be read: {error.strerror}. Hand it in again.")


def _examine(job: ImportJob, check: Callable[[], None]) -> None:
    def tell(seen: int) -> None:
        check()
        _keep(job, Progress(seen=seen))

    path = str(job.file)
    preview = examine(path, job.format, job.chosen, settings.TIME_ZONE, tell)
    job.preview, job.progress = preview.as_json(), {}
    _move(job, State.READY)


def _store(job: ImportJob, check: Callable[[], None]) -> None:
    preview = Preview.from_json(job.preview or {})

    def tell(progress: Progress) -> None:
        if progress.seen % _TELL_EVERY == 0:
            _keep(job, progress)
        check()

    before = Progress(**job.progress)
    done = store(str(job.file), preview.format, job.chosen, settings.TIME_ZONE, tell, before)
    job.progress = asdict(done)
    there = f"; {done.there:,} were there already" if done.there else ""
    _end(job, State.DONE, f"Stored {done.stored:,} readings{there}.")


def _keep(job: ImportJob, progress: Progress) -> None:
    """Remember how far it is, unless somebody cancelled it meanwhile."""
    job.progress = asdict(progress)
    _move(job, State(job.state))


def _end(job: ImportJob, state: ImportJob.State, text: str, *, keep_file: bool = False) -> None:
    job.text, job.ended_at = text, now_ms()
    _move(job, state)
    if not keep_file:
        job.file.unlink(missing_ok=True)


def _move(job: ImportJob, state: ImportJob.State) -> None:
    """Write a job and its new state; raise `Changed` when it is not in the old one any more."""
    values = {name: getattr(job, name) for name in _WRITTEN}
    with write_transaction():
        there = ImportJob.objects.filter(pk=job.pk, state=job.state)
        if not there.update(**values, state=state):
            raise Changed
    job.state = state
