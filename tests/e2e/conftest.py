"""A real Chromium before a real server.

Set CHROMIUM to the browser's path where it is not found by name. Without one
the tests skip, but never under CI.
"""

from __future__ import annotations

import json
import os
import shutil
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.conftest import StartServer
from tests.patience import PATIENCE_MS
from tests.serving import Server, stopped_server

Scheme = Literal["light", "dark"]
PHONE, DESKTOP = (360, 780), (1280, 900)

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Started as root in CI, where the sandbox and background traffic cannot work.
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one module: Playwright keeps an event loop running in this thread as
    long as it lives, and other modules' tests want to run their own.
    """
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        assert "CI" not in os.environ, "CI must have Chromium: .ci/run installs it."
        pytest.skip("no Chromium here: install it, or set CHROMIUM to its path")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page, and everything that went wrong on it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requested: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _on_request(self, request: Request) -> None:
        self.requested.append(request.url)


class OpenPage(Protocol):
    def __call__(
        self, size: tuple[int, int] = PHONE, scheme: Scheme = "light", script: bool = True
    ) -> Visit: ...


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens pages with nothing in their memory, e.g. `open_page(DESKTOP, "dark")`."""
    contexts = []

    def opened(
        size: tuple[int, int] = PHONE, scheme: Scheme = "light", script: bool = True
    ) -> Visit:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            java_script_enabled=script,
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        visit = Visit(context.new_page())
        visit.listen()
        return visit

    yield opened
    for context in contexts:
        context.close()


@dataclass
class Household:
    """A server with one station inside and one outside."""

    server: Server
    keys: dict[str, str]

    MACS = {"Living room": "5c:cf:7f:0a:1b:01", "Garden": "5c:cf:7f:0a:1b:02"}

    def post(self, station: str, value: float) -> None:
        """Post a reading as the station's board would."""
        key, mac = self.keys[station], self.MACS[station]
        url = f"{self.server.url}/update/API_key={key}/mac={mac}/field=1/data={value}"
        with urlopen(url) as reply:
            assert reply.read() == b"OK"

    def post_batch(self, station: str, values: Iterable[tuple[float, int]]) -> None:
        """Post readings of (value, age in seconds) as the station's backlog."""
        readings = [{"field": 1, "value": value, "age": age} for value, age in values]
        body = json.dumps({"mac": self.MACS[station], "readings": readings}).encode()
        headers = {
            "Authorization": f"Bearer {self.keys[station]}",
            "Content-Type": "application/json",
        }
        url = f"{self.server.url}/api/v1/readings/"
        with urlopen(urllib.request.Request(url, body, headers)) as reply:
            assert reply.status == 200

    @property
    def password(self) -> str:
        return (self.server.data_dir / "admin_password").read_text().strip()


# Both in one process: each start of Django takes half a second.
_REGISTER = """
import json
from stations.verbs import register_station
stations = {stations!r}
print(json.dumps({{n: register_station(n, mac, placement=p).api_key for n, mac, p in stations}}))
"""


@dataclass(frozen=True)
class Registered:
    """A data folder with the household's stations, and their keys."""

    data: Path
    keys: dict[str, str]


@pytest.fixture(scope="session")
def registered(tmp_path_factory: pytest.TempPathFactory, data_of_a_first_start: Path) -> Registered:
    """Register the stations once for all households."""
    inside, outside = Household.MACS.items()
    stations = [(*inside, "indoor"), (*outside, "outdoor")]
    with stopped_server(tmp_path_factory.mktemp("household"), data_of_a_first_start) as server:
        script = _REGISTER.format(stations=stations)
        keys = json.loads(server.manage("shell", "--verbosity=0", "-c", script))
        return Registered(server.data_dir, keys)


@pytest.fixture
def first_data(registered: Registered) -> Path:
    return registered.data


@pytest.fixture
def household(start_server: StartServer, registered: Registered) -> Household:
    return Household(start_server(PUBLIC_DASHBOARD="true"), dict(registered.keys))


@pytest.fixture
def private_household(start_server: StartServer, registered: Registered) -> Household:
    return Household(start_server(), dict(registered.keys))
