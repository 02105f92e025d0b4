"""A day with outages, in seconds: the firmware under MicroPython, a real server, one clock.

Sleeping moves the clock on; the server's is moved by the same (tests/reliability/wrong_clock.c).
Fake are the radio, the sensor and the chip's RTC memory: tests/board/day.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.board.virtual_board import micropython_path, prepare
from tests.conftest import StartServer
from tests.serving import Server

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="clocks are set by LD_PRELOAD"),
    pytest.mark.skipif(not shutil.which("gcc"), reason="needs gcc"),
]
_DAY = Path(__file__).parent / "day"
_CLOCK = Path(__file__).parents[1] / "reliability" / "wrong_clock.c"
_MAC, _KEY = "a0:b1:c2:d3:e4:f5", "k3y-of-the-balcony"
_RESET = 3
_EXACT_MS = 2_000

Events = Sequence[tuple[float, str]]  # hours since the start, and what happens


class Day:
    """One board and one server that live through the same events."""

    def __init__(self, folder: Path, start_server: StartServer, interval: int = 60) -> None:
        self.folder = folder
        prepare(folder, server="", api_key=_KEY, mac=_MAC, interval=interval, sensor="COUNTER")
        shutil.rmtree(folder / "fakes")
        shutil.copytree(_DAY, folder / "day")
        shutil.copy(_DAY / "boot.py", folder)
        (folder / "skipped").write_text("0")
        library = folder / "clock.so"
        macros = ["-DUNIT_NS=1000000LL", "-DSTATE=TIME_OK"]
        subprocess.run(["gcc", "-shared", "-fPIC", *macros, "-o", library, _CLOCK], check=True)
        self.server: Server = start_server(
            LD_PRELOAD=str(library), WRONG_BY_FILE=str(folder / "skipped")
        )
        self.server.manage("add_station", "Attic", "--mac", _MAC, "--key", _KEY)
        with (folder / "config.py").open("a") as file:
            file.write(f"SERVER = {self.server.url!r}\n")

    def live(self, events: Events) -> str:
        """Let everything happen; return what the board printed."""
        lines = [f"{hours * 3_600_000:.0f} {word}\n" for hours, word in sorted(events)]
        (self.folder / "events").write_text("".join(lines))
        console = ""
        for _ in range(len(events) + 1):
            status, printed = self._run_until_it_ends()
            console += printed
            if status != _RESET:
                assert status == 0, console[-4_000:]
                return console
        raise AssertionError(f"more resets than events:\n{console[-4_000:]}")

    def _run_until_it_ends(self) -> tuple[int, str]:
        with subprocess.Popen(
            [micropython_path(), "-X", "heapsize=64wK", "-c", "import boot, main"],
            cwd=self.folder,
            env={"MICROPYPATH": "day:.frozen"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as board:
            assert board.stdout is not None and board.stdin is not None
            printed = []
            for line in board.stdout:
                printed.append(line)
                if line.startswith("please "):
                    self._serve(line.split()[1])
                    board.stdin.write("\n")
                    board.stdin.flush()
            return board.wait(), "".join(printed)

    def _serve(self, word: str) -> None:
        self.server.kill() if word == "kill" else self.server.start()

    def truth(self) -> dict[float, int]:
        """When each value was measured, in milliseconds since 1970."""
        lines = (line.split() for line in (self.folder / "truth").read_text().splitlines())
        return {int(count) / 100: int(at) for count, at in lines}

    def stored(self) -> list[tuple[float, int]]:
        return [
            (round(value, 2), at)
            for value, at in self.server.query("SELECT value, measured_at FROM readings_reading")
        ]


@pytest.fixture
def day(tmp_path: Path, start_server: StartServer) -> Day:
    return Day(tmp_path / "board", start_server)


def assert_each_arrived_once(day: Day, *, but: int = 0) -> None:
    """Every minute is there, once, at its time. `but` of them a power cut may have taken."""
    truth, stored = day.truth(), day.stored()
    values = [value for value, _ in stored]
    assert len(values) == len(set(values)), "doubled"
    missing = sorted(set(truth) - set(values))
    assert len(missing) <= but, f"lost: {missing}"
    errors = {value: at - truth[value] for value, at in stored}
    worst = max(errors, key=lambda value: abs(errors[value]))
    assert abs(errors[worst]) <= _EXACT_MS, f"{worst} is {errors[worst]} ms off"


@pytest.mark.long
def test_a_day_of_outages_loses_no_minute_and_doubles_none(day: Day) -> None:
    """Two outages of a server that is killed, one of the Wi-Fi, eight resets, four lost replies."""
    day.live(
        [
            (0.5, "server-kill"),
            *((hour, "reset") for hour in (1.2, 3.4, 7.0)),
            *((8.0, word) for word in ("lose-reply", "lose-reply-and-reset", "lose-reply")),
            (8.01, "server-start"),
            (8.4, "server-kill"),
            *((hour, "reset") for hour in (9.01, 13.3, 20.7, 22.2)),
            (10.0, "wifi-down"),
            (14.0, "wifi-up"),
            (23.5, "lose-reply-and-reset"),
            (23.6, "server-start"),
            (24.3, "end"),
        ]
    )
    truth = day.truth()
    assert len(truth) >= 1_440
    assert_each_arrived_once(day)


def test_a_power_cut_costs_twenty_minutes_at_most_and_doubles_none(day: Day) -> None:
    """Flash keeps the rest, with the time that was known before the cut."""
    day.live(
        [
            (0.2, "server-kill"),
            (2.0, "power-cut"),
            (3.0, "lose-reply"),
            (3.01, "server-start"),
            (3.5, "end"),
        ]
    )
    assert_each_arrived_once(day, but=20)


def test_readings_from_before_the_first_contact_get_their_time_from_it(day: Day) -> None:
    """Nobody has told this board the time when it measures them; a reset comes in between."""
    day.server.kill()
    day.live([(1.5, "reset"), (3.0, "server-start"), (3.2, "end")])
    assert len(day.truth()) >= 180
    assert_each_arrived_once(day)


def test_readings_whose_time_nobody_can_tell_are_not_stored_at_a_wrong_one(day: Day) -> None:
    """Power came, no server was heard, power went: what was measured cannot be placed."""
    day.server.kill()
    day.live([(1.0, "power-cut"), (2.0, "server-start"), (2.5, "end")])
    assert_each_arrived_once(day, but=61)
