"""Ways to send a device request, and one real server that the raw-socket tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from readings.group_commit import GroupCommit
from tests.contract.drivers import Ask, ask_view, front_driver
from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC, make_station
from tests.serving import Server, running_server


@pytest.fixture
def ask_front(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Asks `iotserver.asgi.application`, which commits in a thread and so sees only commits."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # it warns of a missing folder
    from iotserver.asgi import application

    commits = GroupCommit()
    monkeypatch.setattr(application, "_commits", commits)
    yield front_driver(application)
    commits.close()


@pytest.fixture(params=["front", "view"])
def ask(request: pytest.FixtureRequest, transactional_db: None) -> Ask:
    """The contract holds for both ways in; each test runs on both."""
    if request.param == "front":
        found: Ask = request.getfixturevalue("ask_front")
        return found
    return ask_view


@pytest.fixture
def tutorial_station(ask: Ask) -> None:
    """The station of the published tutorial, with its key and its MAC that is no MAC."""
    make_station(name="Tutorial", mac=TUTORIAL_MAC, api_key=TUTORIAL_KEY)


@pytest.fixture(scope="session")
def household(
    tmp_path_factory: pytest.TempPathFactory, data_of_a_first_start: Path
) -> Iterator[Server]:
    """A real server that knows the tutorial's station."""
    with running_server(tmp_path_factory.mktemp("household"), data_of_a_first_start) as server:
        server.manage("add_station", "Tutorial", "--mac", TUTORIAL_MAC, "--key", TUTORIAL_KEY)
        yield server
