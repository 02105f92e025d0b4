"""Imports handed in through the admin: pages, states, and the worker that does them."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from history.background import Background
from history.calibration import verbs as calibrations
from history.imports import jobs, storing
from history.models import ImportJob, Recalculation
from readings.ingest import record_readings
from readings.models import Reading
from readings.outcomes import CannotStore, Refused
from readings.times import DAY_MS, now_ms
from stations.models import Station
from tests.factories import make_readings, make_station
from tests.history.files import MAC, feeds
from tests.stations.pages import submit, text_of, visit

pytestmark = pytest.mark.django_db

_LIST = "/admin/history/importjob/"
_LINES = [f"2026-01-31T07:{minute:02}:00Z,{MAC},{minute}" for minute in range(12)]
_CSV = "\r\n".join(["time,mac,value", *_LINES]).encode()

State = ImportJob.State


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("history.imports.storing.time.sleep", lambda _: None)


@pytest.fixture(autouse=True)
def _no_files_left() -> Iterator[None]:
    yield
    for file in (Path(settings.DATA_DIR) / "imports").glob("*"):
        file.unlink()


def _hand_in(content: bytes = _CSV, name: str = "old.csv") -> ImportJob:
    return jobs.hand_in(name, [content], "admin")


def _upload(client: Client, content: bytes = _CSV, name: str = "old.csv") -> str:
    file = BytesIO(content)
    file.name = name
    return submit(client, f"{_LIST}add/", file=file)


def _page(job: ImportJob) -> str:
    return f"{_LIST}{job.pk}/change/"


def _work(job: ImportJob | None = None) -> ImportJob:
    """Let the worker do the next thing; return what became of the job."""
    Background().look()
    return ImportJob.objects.get(pk=job.pk) if job else ImportJob.objects.get()


# --- from upload to readings ----------------------------------------------------------------


def test_nothing_is_stored_before_it_is_confirmed(admin_client: Client) -> None:
    assert "Being read" in _upload(admin_client)
    job = _work()
    text = visit(admin_client, _page(job))
    assert "12 lines in format csv" in text
    assert f"Board {MAC} (new), field 1 (new)" in text
    assert not Reading.objects.exists() and not Station.objects.exists()


def test_confirmed_it_is_stored_and_its_file_goes(admin_client: Client) -> None:
    _upload(admin_client)
    job = _work()
    assert "0 of 12 readings (0 %)" in submit(admin_client, _page(job), do="store")
    job = _work(job)
    assert (job.state, job.text) == (State.DONE, "Stored 12 readings.")
    assert Reading.objects.count() == 12
    assert not job.file.exists()


def test_the_file_is_for_its_owner_alone() -> None:
    path = _hand_in().file
    assert (S_IMODE(path.stat().st_mode), S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)


def test_lines_in_trouble_are_listed_before_and_after(admin_client: Client) -> None:
    _upload(admin_client, _CSV + f"\r\nnever,{MAC},1".encode())
    job = _work()
    text = visit(admin_client, _page(job))
    assert "1 line cannot be stored" in text and "line 14: bad time" in text
    submit(admin_client, _page(job), do="store")
    text = visit(admin_client, _page(_work(job)))
    assert "1 line could not be stored" in text and "line 14: bad time" in text


def test_a_series_can_be_sent_elsewhere(admin_client: Client, tmp_path: Path) -> None:
    station = make_station(name="Attic")
    path = feeds(tmp_path / "feeds.csv", "2026-01-31 07:00:00 UTC,1,21.5,40,,,,")
    _upload(admin_client, Path(path).read_bytes(), "feeds.csv")
    job = _work()
    assert "choose one" in visit(admin_client, _page(job))
    choices = {"station-0": station.pk, "field-0": 3, "station-1": "none"}
    submit(admin_client, _page(job), do="choose", **choices)
    assert "Attic, field 3 (new)" in visit(admin_client, _page(_work(job)))
    submit(admin_client, _page(job), do="store")
    _work(job)
    assert list(Reading.objects.values_list("sensor__field", "value")) == [(3, 21.5)]


def test_a_calibration_does_not_wait_for_the_end_of_an_import(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(storing, "_BATCH", 4)
    sensor, waiting = make_readings(), []
    job = _hand_in()
    _work(job)
    jobs.confirm(ImportJob.objects.get())

    def and_calibrate(*batch: Any, **how: Any) -> int:
        waiting.append(Recalculation.objects.count())
        if len(waiting) == 1:
            calibrations.calibrate(sensor, now_ms() - DAY_MS, 0.5)
        return record_readings(*batch, **how)

    monkeypatch.setattr(storing, "record_readings", and_calibrate)
    _work(job)
    assert waiting == [0, 0, 0]


# --- what can go wrong -----------------------------------------------------------------------


def test_a_file_in_no_format_fails_and_says_what_it_should_be(admin_client: Client) -> None:
    _upload(admin_client, b"PK\x03\x04\0\0")
    job = _work()
    assert job.state == State.FAILED and not job.file.exists()
    assert "CSV needs a first line" in visit(admin_client, _page(job))


def test_a_file_that_is_too_large_is_not_kept(admin_client: Client, settings: Settings) -> None:
    settings.IMPORT_MAX_MB = 0
    assert "Raise IMPORT_MAX_MB" in _upload(admin_client)
    assert not ImportJob.objects.exists()


def _chosen(client: Client, station: Station, field: object) -> tuple[ImportJob, str]:
    """Hand a file in and send its series to a field; return what the page then says."""
    job = _hand_in()
    _work(job)
    choices = {"station-0": station.pk, "field-0": field}
    text = submit(client, _page(job), do="choose", **choices)
    return ImportJob.objects.get(), text


def test_a_field_number_left_empty_is_told_and_the_file_kept(admin_client: Client) -> None:
    job, text = _chosen(admin_client, make_station(), "")
    assert "the field is a number from 1 to 99" in text
    assert (job.state, job.file.exists()) == (State.READY, True)


def test_a_station_deleted_before_the_file_is_read_is_told_and_the_file_kept(
    admin_client: Client,
) -> None:
    station = make_station()
    job, _ = _chosen(admin_client, station, 3)
    station.delete()
    job = _work(job)
    assert "there is no station" in visit(admin_client, _page(job))
    assert (job.state, job.file.exists()) == (State.READY, True)


def test_another_choice_mends_one_that_could_not_be(admin_client: Client) -> None:
    gone, other = make_station(), make_station(name="Attic")
    job, _ = _chosen(admin_client, gone, 3)
    gone.delete()
    _work(job)
    submit(admin_client, _page(job), do="choose", **{"station-0": other.pk, "field-0": 2})
    text = visit(admin_client, _page(_work(job)))
    assert "Attic, field 2 (new)" in text and "there is no station" not in text


def test_a_station_deleted_before_its_readings_are_stored_costs_no_file(
    admin_client: Client,
) -> None:
    station = make_station()
    job, _ = _chosen(admin_client, station, 3)
    _work(job)
    submit(admin_client, _page(job), do="store")
    station.delete()
    job = _work(job)
    assert (job.state, job.file.exists()) == (State.READY, True)


def test_what_has_no_file_any_more_cannot_go_on(admin_client: Client) -> None:
    job = _work(_hand_in())
    jobs.confirm(job)
    job.file.unlink()
    text = visit(admin_client, _page(_work(job)))
    assert "Hand it in again" in text and "Go on" not in text


def test_what_the_server_could_not_store_goes_on_later(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = _hand_in()
    _work(job)
    jobs.confirm(ImportJob.objects.get())

    def full(*_: object, **__: object) -> int:
        raise CannotStore(Refused(503, "disk full", "the disk is full"))

    with monkeypatch.context() as patch:
        patch.setattr(storing, "record_readings", full)
        assert _work(job).text == "Stopped: the disk is full. Mend that, then go on."
    submit(admin_client, _page(job), do="store")
    assert _work(job).text == "Stored 12 readings."


def test_a_stop_of_the_server_is_gone_on_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "_BATCH", 4)
    monkeypatch.setattr(jobs, "_TELL_EVERY", 4)
    job = _hand_in()
    _work(job)
    jobs.confirm(ImportJob.objects.get())

    def stop() -> None:
        raise jobs.Stop

    with pytest.raises(jobs.Stop):
        jobs.work(ImportJob.objects.get(), stop)
    halfway = ImportJob.objects.get()
    assert (halfway.state, halfway.progress["seen"]) == (State.CONFIRMED, 4)
    assert _work(job).text == "Stored 12 readings."


def test_cancelled_halfway_it_stops_and_keeps_what_it_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(storing, "_BATCH", 4)
    monkeypatch.setattr(jobs, "_TELL_EVERY", 4)
    job = _hand_in()
    _work(job)
    jobs.confirm(ImportJob.objects.get())
    running = ImportJob.objects.get()
    jobs.work(running, lambda: jobs.cancel(ImportJob.objects.get()))
    job = ImportJob.objects.get()
    assert (job.state, Reading.objects.count()) == (State.CANCELLED, 8)
    assert not job.file.exists()


def test_what_was_cancelled_cannot_be_stored(admin_client: Client) -> None:
    job = _hand_in()
    _work(job)
    jobs.cancel(ImportJob.objects.get())
    text = submit(admin_client, _page(job), do="store")
    assert "That cannot be done now: this import is cancelled." in text


def test_a_file_that_nobody_came_back_to_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    job = _hand_in()
    _work(job)
    later = now_ms() + 8 * DAY_MS
    monkeypatch.setattr(jobs, "now_ms", lambda: later)
    assert _work(job).state == State.CANCELLED
    assert not job.file.exists()


def test_a_click_just_then_keeps_no_other_file_from_being_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other, clicked = _hand_in(), _hand_in()
    ImportJob.objects.update(state=State.READY, created_at=0)
    end = jobs._end

    def after_a_click(job: ImportJob, *how: Any) -> None:
        ImportJob.objects.filter(pk=clicked.pk).update(state=State.CONFIRMED)
        end(job, *how)

    monkeypatch.setattr(jobs, "_end", after_a_click)
    jobs.forget_old()
    states = dict(ImportJob.objects.values_list("pk", "state"))
    assert states == {other.pk: State.CANCELLED, clicked.pk: State.CONFIRMED}


# --- who may, and what the page does by itself -------------------------------------------------


def test_it_is_for_those_who_may_add(client: Client) -> None:
    client.force_login(User.objects.create_user("helper", is_staff=True))
    job = _hand_in()
    statuses = [client.get(path).status_code for path in (f"{_LIST}add/", _page(job))]
    assert statuses == [403, 403]


def test_a_stranger_is_sent_to_sign_in(client: Client) -> None:
    assert client.get(f"{_LIST}add/").headers["Location"].startswith("/admin/login/")


def test_progress_is_shown_until_there_is_news(admin_client: Client) -> None:
    job = _hand_in()
    path = f"{_LIST}{job.pk}/progress/"
    assert "Being read" in text_of(admin_client.get(path))
    _work(job)
    assert admin_client.get(path).headers["HX-Refresh"] == "true"


def test_the_list_says_what_became_of_each(admin_client: Client) -> None:
    _hand_in()
    assert "old.csv being read" in visit(admin_client, _LIST)
