"""The device URLs under a server with threads, as on Windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from readings import ingest
from readings.measurements import Submission
from readings.models import Reading
from readings.outcomes import Refused
from stations import verbs
from stations.auth import StationCache, Writer
from stations.models import Station
from tests.factories import make_station, update_path

pytestmark = pytest.mark.django_db(transaction=True)

PATH, OTHER_PATH = (update_path(mac=f"5c:cf:7f:00:99:{last}") for last in ("01", "02"))


@pytest.fixture
def station() -> Station:
    return make_station(mac="5c:cf:7f:00:99:01")


def _make_other() -> None:
    make_station(mac="5c:cf:7f:00:99:02")


def _post(path: str) -> int:
    return Client().get(path).status_code


def _post_in_another_thread(path: str) -> int:
    with ThreadPoolExecutor(1, initializer=connections.close_all) as threads:
        status = threads.submit(_post, path).result()
        threads.submit(connections.close_all).result()
    return status


def _after_the_look_up(monkeypatch: pytest.MonkeyPatch, happen: Callable[[], None]) -> None:
    """Let something happen when the next request's station was looked up, before it is stored."""
    original = ingest._admit

    def look_up(cache: StationCache, submissions: Sequence[Submission]) -> list[Writer | Refused]:
        monkeypatch.setattr(ingest, "_admit", original)
        admitted = original(cache, submissions)
        happen()
        return admitted

    monkeypatch.setattr(ingest, "_admit", look_up)


def test_a_thread_that_hears_of_a_revocation_first_does_not_keep_it_from_another(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make_other()
    assert {_post(PATH), _post(OTHER_PATH)} == {200}

    def revoke() -> None:
        verbs.set_active([station.pk], is_active=False)
        assert _post_in_another_thread(OTHER_PATH) == 200

    _after_the_look_up(monkeypatch, revoke)
    assert _post(PATH) == 403
    assert Reading.objects.filter(sensor__station=station).count() == 1


def test_a_thread_that_hears_of_a_new_station_first_does_not_keep_it_from_another(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _post(PATH) == 200
    _make_other()

    def visit() -> None:
        assert _post_in_another_thread(PATH) == 200

    _after_the_look_up(monkeypatch, visit)
    assert _post(OTHER_PATH) == 200
