"""100,000 fuzzed requests: each that is a reading is stored, no other is, and nothing breaks.

FUZZ_SEED=7 FUZZ_COUNT=1000000 .venv/bin/python -m pytest -n0 tests/reliability/test_fuzz.py
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from pytest_django import Settings

from readings.front import DeviceFront
from readings.models import Reading
from tests.contract.drivers import Answer
from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC, make_station
from tests.reliability import raw
from tests.reliability.bad import batch
from tests.reliability.fuzz import batches, mutations
from tests.reliability.fuzz.in_process import Exchange, ask_all, not_found
from tests.reliability.fuzz.oracle import is_reading
from tests.serving import Server

SEED = int(os.environ.get("FUZZ_SEED", "20261123"))
COUNT = int(os.environ.get("FUZZ_COUNT", "100000"))
SHARDS = 4  # for as many cores
REFUSALS = {400, 403, 404, 405, 503}
# Also gunicorn's own, of Django's form tokens, and none where a body is promised and never comes.
REFUSALS_ON_THE_WIRE = REFUSALS | {0, 501}


@pytest.fixture
def front(transactional_db: None, settings: Settings) -> Iterator[DeviceFront]:
    """The front with one station, limits off, and nothing behind it."""
    settings.REFUSAL_RATE_LIMIT = settings.STATION_RATE_LIMIT = 0
    settings.MAX_SENSORS_PER_STATION = 99
    make_station(name="Tutorial", mac=TUTORIAL_MAC, api_key=TUTORIAL_KEY)
    front = DeviceFront(not_found)
    yield front
    front._commits.close()


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_fuzzed_request_is_stored_exactly_if_it_is_a_reading(
    front: DeviceFront, shard: int, caplog: pytest.LogCaptureFixture
) -> None:
    random = Random(f"{SEED}-{shard}")
    requests = [mutations.request(random) for _ in range(COUNT // SHARDS)]
    caplog.set_level(logging.ERROR, "readings.devices")  # not 100,000 refusals
    exchanges = asyncio.run(ask_all(front, requests))
    wrong = [one for one in exchanges if not _is_right(one)]
    assert not wrong, f"FUZZ_SEED={SEED}: {len(wrong)} wrong, such as {wrong[:5]}"
    valid = sum(is_reading(one.raw) for one in exchanges)
    assert Reading.objects.count() == valid, f"FUZZ_SEED={SEED}"
    assert len(exchanges) / 10 < valid < len(exchanges) * 0.9  # both kinds come in numbers
    assert [record.message for record in caplog.records] == []


def test_a_fuzzed_batch_is_stored_whole_exactly_if_it_is_one(
    front: DeviceFront, caplog: pytest.LogCaptureFixture
) -> None:
    random, now = Random(f"{SEED}-batches"), datetime.now(UTC)
    made = (batches.body(random, now) for _ in range(COUNT // 8))
    # The server judges minutes later: what would have to be judged otherwise then is left out.
    later = now + timedelta(hours=1)
    bodies = [body for body in made if batches.stored(body, now) == batches.stored(body, later)]
    caplog.set_level(logging.ERROR, "readings.devices")
    exchanges = asyncio.run(ask_all(front, map(batch.post, bodies)))
    expected = [batches.stored(body, now) for body in bodies]
    wrong = [
        (body, one.answer)
        for body, found, one in zip(bodies, expected, exchanges, strict=True)
        if one.answer.status not in ({400, 403} if found is None else {200})
    ]
    assert not wrong, f"FUZZ_SEED={SEED}: {len(wrong)} wrong, such as {wrong[:5]}"
    readings = [reading for found in expected for reading in found or []]
    by_age = sum(1 for _, at in readings if not at)
    exact = len({(field, datetime.fromisoformat(at)) for field, at in readings if at})
    assert Reading.objects.count() == by_age + exact, f"FUZZ_SEED={SEED}"
    assert len(bodies) / 10 < expected.count(None) < len(bodies) * 0.9
    assert [record.message for record in caplog.records] == []


@pytest.mark.xdist_group("bad requests")
def test_the_real_server_judges_the_same_bytes_alike(house: Server) -> None:
    random = Random(f"{SEED}-raw")
    requests = [mutations.request(random) for _ in range(COUNT // 16)]
    before = house.count_readings()
    exchanges = asyncio.run(raw.ask_all(house.port, requests, clients=16))
    wrong = [(sent, got) for sent, got in exchanges if not _is_right_reply(sent, got)]
    assert not wrong, f"FUZZ_SEED={SEED}: {len(wrong)} wrong, such as {wrong[:5]}"
    valid = sum(map(is_reading, requests))
    assert house.count_readings() - before == valid, f"FUZZ_SEED={SEED}"
    assert raw.broken_records(house.log()) == []


def _is_right_reply(sent: bytes, got: Answer) -> bool:
    if is_reading(sent):
        return got.status == 200
    is_a_page = got.status == 200 and b"<html" in got.body  # a target cut down to "/"
    return got.status in REFUSALS_ON_THE_WIRE or is_a_page


def _is_right(one: Exchange) -> bool:
    if is_reading(one.raw):
        return one.answer.status == 200
    is_told_why = len(one.answer.body) > 0 or b"HEAD" in one.raw
    return one.answer.status in REFUSALS and is_told_why
