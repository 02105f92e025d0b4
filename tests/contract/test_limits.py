"""What boards and strangers are told beyond their limits, on both ways in."""

from __future__ import annotations

import logging

import pytest
from pytest_django import Settings

from readings.models import Reading
from tests.contract.drivers import Answer, Ask
from tests.factories import TUTORIAL_KEY, make_station, update_path

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tutorial_station")]

NEVER_BACK = 1e-9  # a minute: what a test uses up stays used up
GOOD = update_path()
WRONG_KEY = update_path(api_key="wrong")
UNKNOWN = update_path(mac="5c:cf:7f:99:99:99")
MALFORMED = f"/update/API_key={TUTORIAL_KEY}/field=1"
BAD_VALUE = update_path(data="nan")


@pytest.fixture(autouse=True)
def _small_limits(settings: Settings) -> None:
    settings.STATION_RATE_LIMIT = settings.REFUSAL_RATE_LIMIT = NEVER_BACK
    settings.STATION_RATE_BURST, settings.REFUSAL_RATE_BURST = 3, 2


def statuses(ask: Ask, *paths: str) -> list[int]:
    return [ask(path).status for path in paths]


def too_fast(ask: Ask, path: str = GOOD) -> Answer:
    """Use a limit up, then ask once more."""
    statuses(ask, *[path] * 3)
    return ask(path)


def test_a_station_over_its_limit_stores_nothing_more(ask: Ask) -> None:
    assert statuses(ask, *[GOOD] * 5) == [200, 200, 200, 429, 429]
    assert Reading.objects.count() == 3


def test_each_station_has_a_limit_of_its_own(ask: Ask) -> None:
    too_fast(ask)
    assert ask(update_path(make_station())).status == 200


def test_a_board_is_told_in_one_short_line_when_to_come_again(ask: Ask, settings: Settings) -> None:
    settings.STATION_RATE_LIMIT = 0.5  # one in two minutes
    answer = too_fast(ask)
    wait = int(answer.header("retry-after") or 0)
    assert (answer.status, answer.body) == (429, b"too fast")
    assert 1 <= wait <= 120


def test_a_reply_within_the_limit_names_no_wait(ask: Ask) -> None:
    assert ask(GOOD).header("retry-after") is None


def test_a_person_is_told_in_a_sentence(ask: Ask) -> None:
    too_fast(ask)
    answer = ask(GOOD, headers={"Accept": "text/html"})
    assert b"wait a minute and load the page again" in answer.body
    assert b"429 Too Many Requests" in answer.body


@pytest.mark.parametrize("path", [WRONG_KEY, UNKNOWN, MALFORMED])
def test_an_address_that_is_refused_too_often_is_not_listened_to(ask: Ask, path: str) -> None:
    assert statuses(ask, path, path, path, GOOD) == [*[ask_first(path)] * 2, 429, 429]
    assert Reading.objects.count() == 0


def ask_first(path: str) -> int:
    return 400 if path == MALFORMED else 403


def test_a_key_that_was_guessed_looks_like_all_the_others(ask: Ask) -> None:
    statuses(ask, WRONG_KEY, WRONG_KEY)
    assert ask(GOOD).body == ask(WRONG_KEY).body == b"too fast"


def test_the_wrong_method_counts_as_refused(ask: Ask) -> None:
    assert [ask(GOOD, "POST").status for _ in range(3)] == [405, 405, 429]


def test_a_station_that_sends_bad_values_is_heard_nevertheless(ask: Ask) -> None:
    assert statuses(ask, *[BAD_VALUE] * 4, GOOD) == [400, 400, 400, 400, 200]


def test_both_limits_can_be_switched_off(ask: Ask, settings: Settings) -> None:
    settings.STATION_RATE_LIMIT = settings.REFUSAL_RATE_LIMIT = 0
    assert set(statuses(ask, *[GOOD] * 9)) == {200}
    assert set(statuses(ask, *[WRONG_KEY] * 9)) == {403}


def test_the_default_lets_a_year_of_minutes_through_at_one_go() -> None:
    from iotserver import settings as product

    assert product.STATION_RATE_BURST >= 366 * 1_440


def test_the_log_says_once_which_station_is_told_to_wait(
    ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="readings.devices"):
        statuses(ask, *[GOOD] * 9)
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        "Tutorial sends more than STATION_RATE_LIMIT=1e-09 readings a minute"
    ]


def test_the_log_says_once_which_address_is_not_listened_to(
    ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="readings.devices"):
        statuses(ask, *[WRONG_KEY] * 9)
    told = [r.getMessage() for r in caplog.records if "not listened to" in r.getMessage()]
    assert len(told) == 1 and "127.0.0.1" in told[0]
