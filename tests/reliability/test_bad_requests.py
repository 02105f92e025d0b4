"""Every kind of bad request, raw on a socket: the right answer, nothing stored, nothing broken.

The server runs on the engine that the suite runs on; the answers are the same on both.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.reliability.bad import (
    GOOD,
    Bad,
    batch,
    distinct,
    framing,
    get,
    headers,
    lines,
    pages,
    parts,
)
from tests.reliability.raw import broken_records, exchange, replies
from tests.serving import Server

# One worker runs them all, so that one server serves them all.
pytestmark = pytest.mark.xdist_group("bad requests")

CATALOGUE = distinct([*lines.ALL, *headers.ALL, *framing.ALL, *parts.ALL, *pages.ALL, *batch.ALL])


@pytest.fixture(scope="module", autouse=True)
def _nothing_breaks(house: Server) -> Iterator[None]:
    """Nothing was a server's error, and no key got into the log, whatever was asked."""
    yield
    assert broken_records(house.log()) == []


def _stored_by(server: Server, entry: Bad) -> tuple[list[tuple[int, bytes]], int]:
    """Send a request; return the replies and how many readings it left behind."""
    before = server.count_readings()
    received = exchange(server.port, entry.raw, is_cut=entry.is_cut)
    answers = replies(received, is_head=entry.raw.startswith(b"HEAD"))
    return [(one.status, one.body) for one in answers], server.count_readings() - before


def test_there_are_enough_kinds() -> None:
    assert len({entry.raw for entry in CATALOGUE}) >= 650
    assert len({entry.kind for entry in CATALOGUE}) == len(CATALOGUE)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.kind)
def test_a_bad_request_gets_its_answer_and_stores_nothing(house: Server, entry: Bad) -> None:
    answers, stored = _stored_by(house, entry)
    assert stored == entry.stored
    assert [status for status, _ in answers] == [status for status, _ in entry.replies]
    for (_, body), (_, line) in zip(answers, entry.replies, strict=True):
        assert line is None or body == line.encode()


@pytest.mark.parametrize("chapter", [lines, headers, framing, parts, pages, batch])
def test_after_bad_requests_a_good_reading_is_stored(house: Server, chapter: ModuleType) -> None:
    for entry in chapter.ALL[::5]:
        _stored_by(house, entry)
    before = house.count_readings()
    assert replies(exchange(house.port, get(GOOD)))[0].body == b"OK"
    assert house.count_readings() == before + 1
