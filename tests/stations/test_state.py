from __future__ import annotations

import pytest

from stations.state import State, grace_seconds, state_after


@pytest.mark.parametrize(
    ("quiet_s", "state"),
    [
        (None, "waiting"),
        (0, "live"),
        (120, "live"),
        (120.1, "late"),
        (300, "late"),
        (300.1, "silent"),
        (86_400, "silent"),
    ],
)
def test_a_station_that_posts_each_minute(quiet_s: float | None, state: State) -> None:
    assert state_after(quiet_s, 60) == state


@pytest.mark.parametrize(
    ("quiet_s", "state"), [(7_200, "live"), (7_201, "late"), (18_001, "silent")]
)
def test_a_station_that_posts_each_hour(quiet_s: float, state: State) -> None:
    assert state_after(quiet_s, 3_600) == state


def test_a_station_that_posts_each_second_may_restart() -> None:
    assert grace_seconds(1) == 300
