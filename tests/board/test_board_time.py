"""The board's clock, its schedule and its watchdog."""

from __future__ import annotations

import re

from tests.board.conftest import RunScript, StartBoard
from tests.board.scripted_server import ScriptedServer

# ticks_add() and ticks_diff() are the real ones: the counter wraps where the
# real one does, only much sooner.
WRAPPING = """
import time
from clock import Clock

ticks = time.ticks_add(0, -1500)
clock = Clock(lambda: ticks)
for _ in range(4):
    ticks = time.ticks_add(ticks, 1000)
    print(clock.ms())
"""


def test_clock_does_not_notice_that_the_tick_counter_wraps(run_script: RunScript) -> None:
    assert run_script(WRAPPING).split() == ["1000", "2000", "3000", "4000"]


YEARS = """
import time
from clock import Clock

ticks = 0
clock = Clock(lambda: ticks)
for _ in range(400):
    ticks = time.ticks_add(ticks, 86400000)
    elapsed = clock.ms()
print(elapsed)
"""


def test_clock_counts_for_years(run_script: RunScript) -> None:
    assert run_script(YEARS) == f"{400 * 86_400_000}\n"


OVER_THE_WRAP = """
import time
import clock, run, wifitools

ticks = time.ticks_add(0, -30000)
class Wrapping(clock.Clock):
    def __init__(self, elapsed):
        super().__init__(lambda: ticks, elapsed)
run.Clock = Wrapping

def unreachable(*arguments, **options):
    raise OSError("down")

def show(server, method, path, key, body=None, **options):
    if "report" in path:
        return 404, ""
    print("".join(body()))
    return 200, '{"acknowledged": 5}'

wifitools.ask = unreachable
station = run.Station()
for _ in range(4):
    station.step()
    ticks = time.ticks_add(ticks, 60000)
wifitools.ask = show
station.sender.due = 0
station.step()
"""


def test_ages_are_right_across_the_wrap(run_script: RunScript) -> None:
    printed = run_script(OVER_THE_WRAP, interval=60)
    assert re.findall(r'"age":(\d+)', printed) == ["240", "180", "120", "60", "0"]


def test_schedule_does_not_drift(run_script: RunScript) -> None:
    """Late by 7 s once, the next reading is on the minute again."""
    assert run_script("import run\nprint(run.next_slot(60000, 67000, 60000))") == "120000\n"


def test_missed_times_are_not_made_up_for(run_script: RunScript) -> None:
    assert run_script("import run\nprint(run.next_slot(60000, 250000, 60000))") == "300000\n"


WATCHDOG = """
import clock, machine
from memory import Memory
memory = Memory(1)
watchdog = clock.Watchdog(memory, clock.Clock())
timer = machine.Timer.last
print(timer.period)
for _ in range(3):
    for _ in range(299):
        timer.fire()
    watchdog.feed()
print("fed")
for fired in range(1, 999):
    print("fires", fired)
    timer.fire()
"""


def test_board_that_is_stuck_for_five_minutes_is_reset(run_script: RunScript) -> None:
    lines = run_script(WATCHDOG, expect=3).splitlines()
    assert lines[:2] == ["1000", "fed"]
    assert lines[-3:] == ["fires 301", "stuck for five minutes: restarting", "machine.reset"]


STOPPED = """
import machine, run

def interrupted(station):
    raise KeyboardInterrupt

run.Station.rest = interrupted
try:
    run.main()
except KeyboardInterrupt:
    print("callback", machine.Timer.last.callback)
"""


def test_watchdog_leaves_somebody_at_the_prompt_alone(run_script: RunScript) -> None:
    assert run_script(STOPPED).splitlines()[-1] == "callback None"


def test_ctrl_c_goes_to_the_prompt_and_resets_nothing(
    board: StartBoard, server: ScriptedServer
) -> None:
    station = board(server)
    station.wait_for("sent")
    station.press_ctrl_c()
    assert station.wait_until_ended() == 0
    station.wait_for("stopped: press reset to start again")
    assert "machine.reset" not in station.console


BUG = """
import run
def sample(station, now):
    raise TypeError("a bug")
run.Station.sample = sample
"""


def test_unexpected_error_is_shown_and_the_board_reset(
    board: StartBoard, server: ScriptedServer
) -> None:
    station = board(server, boot=BUG)
    station.wait_for("TypeError: a bug")
    station.wait_for("restarting in 5 seconds")
    station.wait_for("machine.reset")
    assert station.wait_until_ended() == 3
