"""Fixtures that more than one room's tests use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import settings as hypothesis_settings

from dashboard import views
from readings import callers, clock, damage, device_views
from readings.times import now_ms
from stations import limits
from stations.auth import StationCache
from tests.serving import Server, running_server

# No timing assertions, and nothing left in the folder: a failure prints how to repeat it.
hypothesis_settings.register_profile("house", deadline=None, database=None, print_blob=True)
hypothesis_settings.load_profile("house")


_FIRST_START = """
from iotserver import static_files
from iotserver.management.commands.serve import create_first_admin
from upkeep.migration import migrate
migrate()
static_files.gather()
create_first_admin()
"""


class StartServer(Protocol):
    def __call__(self, **env: str) -> Server: ...


@pytest.hookimpl(trylast=True)  # behind pytest-randomly
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest tests start first: with two cores one alone at the end cost two minutes."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(autouse=True)
def _forget_stations(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rolled back test takes the registry's version back with it; no cache may outlive that."""
    monkeypatch.setattr(device_views._own, "cache", StationCache())


@pytest.fixture(autouse=True)
def _forget_faults() -> Iterator[None]:
    """No test inherits a wrong clock or a damaged database from the one before."""
    yield
    damage.marker().unlink(missing_ok=True)
    clock.mark_file().unlink(missing_ok=True)
    clock.forget()


@pytest.fixture(autouse=True)
def _forget_limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What one test uses up is not missing in the next."""
    usage = limits.Usage()
    monkeypatch.setattr(limits, "usage", usage)
    yield
    usage.close()


@pytest.fixture(autouse=True)
def _forget_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test notes is not written behind the next one's back."""
    monkeypatch.setattr(callers, "collector", callers.Collector())


@pytest.fixture
def still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """All pages are of one moment: a full hour between two of them is news."""
    now = now_ms()
    monkeypatch.setattr(views, "now_ms", lambda: now)


@pytest.fixture(scope="session")
def data_of_a_first_start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make database, admin and static files of a first start, once for all servers."""
    folder = tmp_path_factory.mktemp("first-start")
    maker = Server(folder, 0, {})
    maker.manage("shell", "--verbosity=0", "-c", _FIRST_START)
    return maker.data_dir


@pytest.fixture
def first_data(data_of_a_first_start: Path) -> Path | None:
    """What a server's data begin as; where a test is about that, None: as nothing."""
    return data_of_a_first_start


@pytest.fixture
def start_server(tmp_path: Path, first_data: Path | None) -> Iterator[StartServer]:
    """Starts real servers of this test, e.g. `start_server(PUBLIC_DASHBOARD="true")`."""
    with ExitStack() as stack:
        folders = (tmp_path / f"server-{number}" for number in range(1, 100))

        def start(**env: str) -> Server:
            data = None if "DATA_DIR" in env else first_data
            return stack.enter_context(running_server(next(folders), data, **env))

        yield start
