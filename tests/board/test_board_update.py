"""Firmware over the air: the shipped files under the real MicroPython, process by process.

A process that ends with status 3 is a board that restarts; `run_until` starts it again as
its power supply would. A new version of the firmware is the shipped one, changed.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware import releases
from tests.board.conftest import KEY
from tests.board.update_server import UpdateServer
from tests.board.virtual_board import environment, micropython_path, prepare
from tests.conftest import StartServer
from tests.patience import PATIENCE_S

_RESET = 3
_MOST_STARTS = 12
# No ten seconds after a failure, no ten minutes of trial, and an end where the test wants it.
HURRY = """
import machine, sys, time
import sets
end_at = {end!r}
_print = print
def print_and_end(*words):
    _print(*words)
    if end_at in " ".join(str(word) for word in words):
        sys.exit(0)
import builtins
builtins.print = print_and_end
{more}
"""


# MicroPython's own cannot be changed: no waits, and something to do in them.
TIME = """
import utime
from utime import *

in_naps = []

def sleep(seconds):
    pass

def sleep_ms(ms):
    utime.sleep_ms(min(ms, 50))
    for do in in_naps:
        do()
"""


class Board:
    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        prepare(folder, server=url, api_key=KEY, interval=0.2)
        (folder / "fakes" / "time.py").write_text(TIME)
        self.console = ""

    def run_until(self, end: str, more: str = "") -> int:
        """Start the board until it says this; return how often it restarted."""
        (self.folder / "boot.py").write_text(HURRY.format(end=end, more=more))
        for restarts in range(_MOST_STARTS):
            status, printed = self._start()
            self.console += printed
            if status == 0:
                return restarts
            assert status == _RESET, self.console[-3_000:]
        raise AssertionError(f"never said {end!r}:\n{self.console[-4_000:]}")

    def start_once(self, more: str) -> None:
        (self.folder / "boot.py").write_text(HURRY.format(end="never said", more=more))
        status, printed = self._start()
        assert status == _RESET, printed

    def _start(self) -> tuple[int, str]:
        done = subprocess.run(
            [micropython_path(), "-X", "heapsize=64wK", "-c", "import boot, main"],
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        return done.returncode, done.stdout + done.stderr

    def current(self) -> str:
        """The set that runs next: -, a or b."""
        state = self.folder / "sets.txt"
        return state.read_text().split()[0] if state.exists() else "-"

    def version_of(self, folder: str) -> str:
        paths = sorted((self.folder / folder).glob("*.py"), key=lambda path: path.name)
        return releases.release(paths).version


@pytest.fixture
def offered(tmp_path: Path) -> Path:
    """The firmware of the future: the shipped one, with another word in it."""
    folder = tmp_path / "offered"
    shutil.copytree(releases.FOLDER, folder)
    change(folder / "run.py", 'print("station"', 'print("new station"')
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.fixture
def server(offered: Path) -> Iterator[UpdateServer]:
    server = UpdateServer(offered, KEY)
    yield server
    server.stop()


@pytest.fixture
def station(tmp_path: Path, server: UpdateServer) -> Board:
    return Board(tmp_path / "board", server.url)


def test_other_version_is_fetched_tried_and_kept(station: Board, server: UpdateServer) -> None:
    station.run_until("new version kept")
    assert station.current() == "a"
    assert station.version_of("a") == server.release.version
    assert "new station" in station.console
    assert server.reports[-1]["version"] == server.release.version
    assert server.reports[-1]["set"] == "a"


def test_board_of_yesterday_gets_the_firmware_of_the_real_server(
    tmp_path: Path, start_server: StartServer
) -> None:
    """No stand-in: the product's own views, off until the operator switches updates on."""
    server = start_server()
    server.manage("add_station", "Attic", "--mac", "a0:b1:c2:d3:e4:f5", "--key", KEY)
    station = Board(tmp_path / "board", server.url)
    change(station.folder / "run.py", 'print("station"', 'print("old station"')
    station.run_until("sent, 0 waiting")
    assert "offered" not in station.console
    switch = "from firmware.verbs import allow_updates; allow_updates([1], True)"
    server.manage("shell", "-c", switch)
    station.run_until("new version kept")
    assert station.version_of(station.current()) == releases.current().version
    reported = server.query("SELECT folder, version FROM firmware_board")
    assert reported == [("a", releases.current().version)]


def test_only_what_changed_is_downloaded(station: Board, server: UpdateServer) -> None:
    station.run_until("new version kept")
    assert server.fetched == ["manifest", "run.py"]


def test_next_update_goes_to_the_other_set(
    station: Board, server: UpdateServer, offered: Path
) -> None:
    station.run_until("new version kept")
    change(offered / "run.py", "new station", "newest station")
    station.run_until("new version kept")
    assert station.current() == "b"
    assert "newest station" in station.console


def test_settings_and_what_chooses_are_never_touched(station: Board, offered: Path) -> None:
    change(offered / "config.py", "paste the key here", "stolen")
    own = {name: (station.folder / name).read_text() for name in ("config.py", "main.py")}
    station.run_until("new version kept")
    assert own == {name: (station.folder / name).read_text() for name in own}
    assert not (station.folder / "a" / "config.py").exists()


def test_board_that_wants_no_updates_fetches_none(station: Board, server: UpdateServer) -> None:
    with (station.folder / "config.py").open("a") as file:
        file.write("UPDATES = False\n")
    station.run_until("sent, 0 waiting", more="count = 0")
    assert server.fetched == []


def test_same_version_is_left_alone(station: Board, server: UpdateServer, offered: Path) -> None:
    shutil.copy(releases.FOLDER / "run.py", offered)
    station.run_until("sent, 0 waiting")
    assert server.fetched == []


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda server: server.damage("run.py"), "update refused: run.py came damaged"),
        (lambda server: setattr(server, "signs_with", "wrong"), "not signed with this station's"),
        (lambda server: setattr(server, "is_stale", True), "answers another question"),
    ],
    ids=["hash", "hmac", "replay"],
)
def test_what_is_not_right_is_refused_and_the_old_version_goes_on(
    station: Board, server: UpdateServer, spoil: Callable[[UpdateServer], None], complaint: str
) -> None:
    spoil(server)
    assert station.run_until("update refused") == 1
    assert complaint in station.console
    assert station.run_until("sent, 0 waiting", more=STOP_HERE) <= 2
    assert station.current() == "-"
    assert "new station" not in station.console


STOP_HERE = "sets.want = lambda: sys.exit(0)"


def test_server_that_is_away_while_it_is_asked_costs_nothing(
    station: Board, server: UpdateServer
) -> None:
    station.run_until("restarting to fetch it")
    (station.folder / "update-wanted").write_text("")
    with (station.folder / "config.py").open("a") as file:
        file.write("SERVER = 'http://127.0.0.1:9'\n")
    station.run_until("update not fetched, tried again later")
    assert station.current() == "-"


# Each is a place where the power may go, in the order they come: a call of `os` or `open`.
CUT = """
import os
_left = [{after}]
def cut(function):
    def perhaps(*arguments):
        if arguments[0] in ("wifi", "temperature", "rtc"):
            return function(*arguments)
        if not _left[0]:
            _print("power cut")
            try:
                _os_remove("rtc")
            except OSError:
                pass
            sys.exit(3)
        _left[0] -= 1
        return function(*arguments)
    return perhaps
_os_remove = os.remove
class Os:
    pass
for name in dir(os):
    if name in ("remove", "rename", "mkdir"):
        setattr(Os, name, staticmethod(cut(getattr(os, name))))
    elif not name.startswith("__"):
        setattr(Os, name, getattr(os, name))
Os.__name__ = "os"
sys.modules["os"] = Os
builtins.open = cut(open)
"""


@pytest.mark.parametrize("after", [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 70, 80, 85, 90])
def test_power_cut_at_any_step_leaves_a_board_that_starts_and_updates(
    station: Board, server: UpdateServer, after: int
) -> None:
    station.run_until("restarting to fetch it")
    (station.folder / "update-wanted").write_text("")
    station.start_once(CUT.format(after=after))
    station.run_until("new version kept")
    assert station.version_of(station.current()) == server.release.version


BROKEN = {
    "does not compile": ("def main():", "def main(:"),
    "raises": ("    station = Station()", "    raise ValueError('broken')"),
    "ends": ("    station = Station()", "    machine.reset()"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_broken_version_gives_way_to_the_one_before_and_is_not_tried_for_ever(
    station: Board, server: UpdateServer, offered: Path, fault: str
) -> None:
    change(offered / "run.py", *BROKEN[fault])
    station.run_until("back to the one before")
    station.run_until("sent, 0 waiting", more="sets.want = lambda: sys.exit(9)")
    assert station.current() == "-"
    assert server.reports[-1]["failed"] == server.release.version


LONG_TRIAL = """
import machine
_init = machine.Timer.init
def init(timer, *, period, mode, callback):
    _init(timer, period=period, mode=mode, callback=callback)
    if period == sets.GUARD_MS:
        guards.append(timer)
machine.Timer.init = init
guards = []
def fire():
    for guard in guards:
        guard.fire()
time.in_naps.append(fire)
"""


def test_version_that_reaches_no_server_gives_way(
    station: Board, server: UpdateServer, offered: Path
) -> None:
    """It runs, and measures, and would for ever; the guard counts ten minutes (here: moments)."""
    change(offered / "wifitools.py", 'head = "%s %s%s HTTP', 'head = "%s /nowhere%s%s HTTP')
    station.run_until("trying it out")
    station.run_until("back to the one before", more=LONG_TRIAL)
    assert station.console.count("no answer for ten minutes: restarting") == 3
    assert station.current() == "-"


def test_third_failure_of_a_version_is_its_last(station: Board, server: UpdateServer) -> None:
    script = "import sets\nsets.start()\nfor _ in range(4):\n"
    script += f"    print(sets.may_try('{server.release.version}'))\n"
    script += f"    sets.note_failure('{server.release.version}')\n"
    assert run_alone(station, script) == ["True", "True", "True", "False"]


def test_upload_by_cable_counts_more_than_an_update(station: Board, server: UpdateServer) -> None:
    station.run_until("new version kept")
    change(station.folder / "run.py", 'print("station"', 'print("cable station"')
    lines = run_alone(station, "import sets\nsets.start()\nprint(sets.current)\n")
    assert lines == ["-"]


@pytest.mark.parametrize("torn", ["", "a", "a 0 - - 0 123456789abc", "a 0 - - 0 x y", "\x00" * 40])
def test_torn_state_is_no_state(station: Board, torn: str) -> None:
    (station.folder / "sets.txt").write_text(torn)
    lines = run_alone(station, "import sets\nsets.start()\nprint(sets.current)\n")
    assert lines == ["-"]


def test_signature_is_that_of_the_standard(station: Board) -> None:
    """RFC 4231, test case 2."""
    script = (
        "import update, binascii\n"
        "found = update.hmac_sha256(b'Jefe', b'what do ya want for nothing?')\n"
        "print(binascii.hexlify(found).decode())\n"
    )
    assert run_alone(station, script) == [
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ]


def run_alone(station: Board, script: str) -> list[str]:
    done = subprocess.run(
        [micropython_path(), "-c", script],
        cwd=station.folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split()
