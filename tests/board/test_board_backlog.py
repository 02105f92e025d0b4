"""The queue of unsent readings: RTC memory, files, numbers, and the time of each reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.board.conftest import RunScript

# Each reading is its own number in hundredths; `show` tells what waits, oldest first.
START = """
import os, sys
import backlog, files, memory
def power_cut():
    os.remove("rtc")
def show(queue, most=99999):
    print([(number % 100000, values[0]) for number, at, elapsed, values in queue.take(most)])
queue = backlog.Backlog(1)
"""


def run(run_script: RunScript, script: str) -> list[str]:
    return run_script(START + script).splitlines()


def test_oldest_comes_first_across_memory_and_files(run_script: RunScript) -> None:
    script = "for n in range(45): queue.push(n, [n])\nshow(queue)\nprint(len(queue))"
    shown, length = run(run_script, script)
    assert shown == str([(n + 1, n) for n in range(45)])
    assert length == "45"


def test_what_is_settled_is_gone_and_nothing_else(run_script: RunScript) -> None:
    script = """
for n in range(45): queue.push(n, [n])
first = queue.memory.block * 100000
queue.settle(first + 3)
show(queue, 1)
queue.settle(first + 42)
show(queue)
queue.settle(first + 45)
print(len(queue), os.listdir("unsent"))
"""
    assert run(run_script, script) == ["[(4, 3)]", "[(43, 42), (44, 43), (45, 44)]", "0 []"]


def test_reset_keeps_everything(run_script: RunScript) -> None:
    """Also the word and the numbers: the server knows a resend by them."""
    script = """
for n in range(25): queue.push(n, [n])
boot, next = queue.memory.boot, queue.memory.next
queue = backlog.Backlog(1)
print(len(queue), queue.memory.boot == boot, queue.memory.next == next)
show(queue, 1)
"""
    assert run(run_script, script) == ["25 True True", "[(1, 0)]"]


def test_power_cut_costs_only_what_was_in_memory(run_script: RunScript) -> None:
    script = """
queue.set_time(1793491200000, 0)
for n in range(45): queue.push(n, [n])
power_cut()
queue = backlog.Backlog(1)
print(len(queue))
show(queue, 2)
"""
    assert run(run_script, script) == ["40", "[(1, 0), (2, 1)]"]


def test_numbers_are_never_used_twice(run_script: RunScript) -> None:
    """Else the server would take a new reading for one that it has."""
    script = """
queue.push(0, [0])
boot, last = queue.memory.boot, queue.memory.next
for _ in range(3):
    power_cut()
    queue = backlog.Backlog(1)
    print(queue.memory.boot == boot, queue.memory.next > last)
    last = queue.memory.next
"""
    assert run(run_script, script) == ["True True"] * 3


@pytest.mark.parametrize("torn", ["", "abcdefgh", "abcdefgh 1", "abcdefgh x ."])
def test_torn_count_of_starts_means_a_new_word(run_script: RunScript, torn: str) -> None:
    script = f"""
boot = queue.memory.boot
power_cut()
with open("starts.txt", "w") as file: file.write({torn!r})
print(backlog.Backlog(1).memory.boot == boot)
"""
    assert run(run_script, script) == ["False"]


def test_new_word_begins_behind_the_numbers_in_the_files(run_script: RunScript) -> None:
    script = """
queue.set_time(1793491200000, 0)
for _ in range(5):
    power_cut()
    queue = backlog.Backlog(1)
    queue.set_time(1793491200000, 0)
for n in range(45): queue.push(n, [n])
last = queue.memory.next
power_cut()
os.remove("starts.txt")
queue = backlog.Backlog(1)
print(queue.memory.next > last, len(queue))
"""
    assert run(run_script, script) == ["True 40"]


def test_hundred_thousand_readings_of_one_start_go_on_in_the_next_block(
    run_script: RunScript,
) -> None:
    script = """
queue.memory.next = 199999
for n in range(3): queue.push(n, [n])
print([number for number, _, _, _ in queue.take(9)], memory.word_and_block()[1])
"""
    assert run(run_script, script) == ["[199999, 200001, 200002] 2"]


@pytest.mark.parametrize("torn", ["b'\\x00' * 5", "os.urandom(24)", "b'\\xff' * 12"])
def test_torn_end_of_a_file_is_passed_over(run_script: RunScript, torn: str) -> None:
    script = f"""
for n in range(21): queue.push(n, [n])
with open("unsent/" + os.listdir("unsent")[0], "ab") as file: file.write({torn})
queue = backlog.Backlog(1)
for n in range(21, 45): queue.push(n, [n])
show(queue)
queue.settle(queue.memory.next)
print(len(queue), os.listdir("unsent"))
"""
    shown, rest = run(run_script, script)
    assert shown == str([(n + 1, n) for n in range(45)])
    assert rest == "0 []"


def test_torn_memory_ends_before_the_tear(run_script: RunScript) -> None:
    script = """
for n in range(5): queue.push(n, [n])
image = bytearray(queue.memory.image)
image[memory.START + 3 * 12] ^= 1
queue.memory.rtc.memory(image)
show(backlog.Backlog(1))
"""
    assert run(run_script, script) == ["[(1, 0), (2, 1), (3, 2)]"]


def test_reset_between_file_and_memory_doubles_nothing(run_script: RunScript) -> None:
    script = """
for n in range(20): queue.push(n, [n])
before = bytes(queue.memory.image)
queue.push(20, [20])
queue.memory.rtc.memory(before)
queue = backlog.Backlog(1)
show(queue)
print(len(queue))
"""
    shown, length = run(run_script, script)
    assert (shown, length) == (str([(n + 1, n) for n in range(20)]), "20")


def test_full_flash_gives_up_the_oldest(run_script: RunScript) -> None:
    script = """
backlog.MOST = 3
lost = 0
for n in range(2000): lost += queue.push(n, [n])
print(lost + len(queue), len(os.listdir("unsent")))
values = [values[0] for _, _, _, values in queue.take(99999)]
print(values == list(range(2000 - len(values), 2000)), len(values) >= 2 * 340)
"""
    assert run(run_script, script) == ["2000 3", "True True"]


def test_flash_that_takes_no_more_keeps_the_newest(run_script: RunScript) -> None:
    script = """
def full(entries): raise OSError(28)
queue.files.add = full
for n in range(100): queue.push(n, [n])
show(queue, 1)
print(len(queue), queue.lost)
"""
    assert run(run_script, script) == ["[(66, 65)]", "35 65"]


def test_no_flash_is_written_while_the_server_answers(run_script: RunScript) -> None:
    script = """
for n in range(500):
    queue.push(n, [n])
    queue.settle(queue.memory.next - 1)
print(os.listdir("unsent"))
"""
    assert run(run_script, script) == ["[]"]


@pytest.mark.parametrize("values", [[-4000], [-2056], [-1], [0], [2106], [12_500]])
def test_values_come_back_as_they_went(run_script: RunScript, values: list[int]) -> None:
    script = f"queue.push(7, {values})\nprint([values for _, _, _, values in queue.take(1)])"
    assert run(run_script, script) == [f"[{tuple(values)}]"]


def test_another_sensor_than_before_begins_anew(run_script: RunScript) -> None:
    script = """
for n in range(25): queue.push(n, [n])
queue = backlog.Backlog(3)
print(len(queue), queue.lost)
queue.push(0, [1, 2, 3])
print([values for _, _, _, values in queue.take(9)])
"""
    assert run(run_script, script) == ["0 20", "[(1, 2, 3)]"]


# --- the time of a reading --------------------------------------------------------------------


TIMES = "print([at and at - 1793491200000 for _, at, _, _ in queue.take(9)])\n"


def test_time_is_unknown_until_the_server_tells_it(run_script: RunScript) -> None:
    script = f"""
queue.push(1000, [0])
{TIMES}
queue.set_time(1793491200000 + 5000, 2000)
{TIMES}
"""
    assert run(run_script, script) == ["[None]", "[4000]"]


def test_drift_is_spread_over_the_outage(run_script: RunScript) -> None:
    """The board's clock lost ten seconds in ten minutes: half of them by half time."""
    script = f"""
queue.set_time(1793491200000, 0)
for minute in (0, 5, 10): queue.push(minute * 59000, [0])
queue.set_time(1793491200000 + 600000, 590000)
{TIMES}
queue = backlog.Backlog(1)
{TIMES}
"""
    assert run(run_script, script) == ["[0, 300000, 600000]"] * 2


def test_time_known_before_a_power_cut_is_kept_with_the_files(run_script: RunScript) -> None:
    script = f"""
queue.set_time(1793491200000, 0)
for n in range(21): queue.push(n * 60000, [n])
power_cut()
queue = backlog.Backlog(1)
queue.set_time(1793491200000 + 7200000, 10)
{TIMES}
"""
    assert run(run_script, script) == [str([n * 60000 for n in range(9)])]


def test_readings_nobody_can_place_are_given_up(run_script: RunScript) -> None:
    script = """
for n in range(25): queue.push(n, [n])
power_cut()
queue = backlog.Backlog(1)
print(len(queue), queue.lost)
"""
    assert run(run_script, script) == ["0 20"]


def test_files_of_an_unknown_time_learn_it(run_script: RunScript) -> None:
    script = f"""
for n in range(21): queue.push(n * 60000, [n])
queue.set_time(1793491200000 + 2000000, 2000000)
power_cut()
queue = backlog.Backlog(1)
{TIMES}
"""
    assert run(run_script, script) == [str([n * 60000 for n in range(9)])]


def test_clock_goes_on_over_a_reset(run_script: RunScript) -> None:
    """The chip's counter begins at 0, MicroPython's own restart leaves it going."""
    script = """
kept = queue.memory
kept.elapsed, kept.ticks = 1000000, 5000
kept.is_warm = True
ticks = 300
memory.time = type("Time", (), {
    "ticks_ms": staticmethod(lambda: ticks), "ticks_diff": staticmethod(lambda a, b: a - b)})
print(kept.elapsed_now() - 1000000)
ticks = 6000
print(kept.elapsed_now() - 1000000)
"""
    assert run(run_script, script) == ["700", "1000"]


def test_manual_tells_how_much_fits() -> None:
    root = Path(__file__).parents[2]
    files = (root / "firmware" / "micropython" / "files.py").read_text()
    manual = (root / "docs" / "firmware.md").read_text()
    assert "FILE_BYTES = 4080\nMOST = 30\n" in files
    # 29 full files of whole twenties are left when the thirtieth begins.
    for values in (1, 2, 3):
        fit = 29 * (4080 // (10 + 2 * values) // 20 * 20)
        assert f"{fit:,}" in manual
