"""Who fell silent, who came back: told from the states of two looks."""

from __future__ import annotations

import pytest

from alerts.silence import Change, changes, state_with_grace
from stations.state import State

_ATTIC, _CELLAR, _HALL = 1, 2, 3
_SILENT, _BACK = Change(_ATTIC, "silent"), Change(_ATTIC, "back")


def _between(was_silent: bool, after: State) -> list[Change]:
    return changes({_ATTIC} if was_silent else set(), {_ATTIC: after})


def test_falling_silent_is_told() -> None:
    assert _between(False, "silent") == [_SILENT]


@pytest.mark.parametrize("after", ["live", "late"])
def test_coming_back_is_told(after: State) -> None:
    assert _between(True, after) == [_BACK]


def test_staying_silent_is_no_news() -> None:
    assert _between(True, "silent") == []


@pytest.mark.parametrize("after", ["live", "late", "waiting"])
def test_a_missed_post_or_a_first_one_is_no_news(after: State) -> None:
    assert _between(False, after) == []


def test_a_station_that_lost_its_sensors_has_not_come_back() -> None:
    assert _between(True, "waiting") == []


def test_a_station_that_is_gone_is_no_news() -> None:
    assert changes({_ATTIC}, {}) == []


def test_each_station_is_told_for_itself() -> None:
    after: dict[int, State] = {_ATTIC: "silent", _CELLAR: "live", _HALL: "live"}
    assert changes({_CELLAR}, after) == [_SILENT, Change(_CELLAR, "back")]


@pytest.mark.parametrize(
    ("quiet_s", "state"), [(120, "live"), (121, "late"), (1_800, "late"), (1_801, "silent")]
)
def test_a_rule_may_allow_a_longer_silence(quiet_s: float, state: State) -> None:
    assert state_with_grace(quiet_s, interval_s=60, grace_s=1_800) == state


def test_a_rule_may_allow_a_shorter_silence() -> None:
    assert state_with_grace(181, interval_s=60, grace_s=180) == "silent"


def test_who_posts_in_time_is_live_whatever_the_rule_says() -> None:
    assert state_with_grace(100, interval_s=60, grace_s=30) == "live"


@pytest.mark.parametrize("quiet_s", [None, 0, 120, 121, 300, 301])
def test_without_a_rule_it_is_the_state_that_pages_show(quiet_s: int | None) -> None:
    shown = {None: "waiting", 0: "live", 120: "live", 121: "late", 300: "late", 301: "silent"}
    assert state_with_grace(quiet_s, interval_s=60, grace_s=None) == shown[quiet_s]
