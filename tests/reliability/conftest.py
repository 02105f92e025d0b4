"""A real server that is asked for the impossible, again and again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC
from tests.scratch_postgres import scratch_environment
from tests.serving import Server, running_server


@pytest.fixture(scope="session")
def house(
    tmp_path_factory: pytest.TempPathFactory, data_of_a_first_start: Path
) -> Iterator[Server]:
    """A server that knows one station and listens however often it has refused.

    On the engine that the suite runs on. It hands its log over when it stops.
    """
    folder = tmp_path_factory.mktemp("house")
    limits = {"REFUSAL_RATE_LIMIT": "0", "STATION_RATE_LIMIT": "0", "MAX_SENSORS_PER_STATION": "99"}
    with (
        scratch_environment() as database,
        running_server(
            folder, data_of_a_first_start, PUBLIC_DASHBOARD="true", **limits, **database
        ) as server,
    ):
        server.manage("add_station", "Tutorial", "--mac", TUTORIAL_MAC, "--key", TUTORIAL_KEY)
        yield server
