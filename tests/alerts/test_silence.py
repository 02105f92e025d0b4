"""Who fell silent, who came back: told from the states of two looks."""

from __future__ import annotations

import pytest

from alerts.silence import Change, changes
from stations.state import State

_SILENT, _BACK = Change("Attic", "silent"), Change("Attic", "back")


def _between(before: State, after: State) -> list[Change]:
    return changes({"Attic": before}, {"Attic": after})


@pytest.mark.parametrize("before", ["live", "late", "waiting"])
def test_falling_silent_is_told(before: State) -> None:
    assert _between(before, "silent") == [_SILENT]


@pytest.mark.parametrize("after", ["live", "late"])
def test_coming_back_is_told(after: State) -> None:
    assert _between("silent", after) == [_BACK]


@pytest.mark.parametrize("state", ["live", "late", "silent", "waiting"])
def test_staying_as_it_was_is_no_news(state: State) -> None:
    assert _between(state, state) == []


@pytest.mark.parametrize(
    ("before", "after"), [("live", "late"), ("late", "live"), ("waiting", "live")]
)
def test_a_missed_post_or_a_first_one_is_no_news(before: State, after: State) -> None:
    assert _between(before, after) == []


def test_a_station_that_lost_its_sensors_has_not_come_back() -> None:
    assert _between("silent", "waiting") == []


def test_a_station_silent_at_the_first_look_is_told() -> None:
    assert changes({}, {"Attic": "silent"}) == [_SILENT]


@pytest.mark.parametrize("state", ["live", "late", "waiting"])
def test_any_other_station_at_the_first_look_is_no_news(state: State) -> None:
    assert changes({}, {"Attic": state}) == []


def test_a_station_that_is_gone_is_no_news() -> None:
    assert changes({"Attic": "live"}, {}) == []


def test_each_station_is_told_for_itself() -> None:
    before: dict[str, State] = {"Attic": "live", "Cellar": "silent", "Hall": "live"}
    after: dict[str, State] = {"Attic": "silent", "Cellar": "live", "Hall": "live"}
    assert changes(before, after) == [_SILENT, Change("Cellar", "back")]
