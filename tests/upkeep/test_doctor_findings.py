"""What the doctor's sentences look like, and that one broken check hides no other."""

from __future__ import annotations

import json
from collections.abc import Iterator

from upkeep.doctor.findings import Finding, as_json, error, examine, is_well, ok, report, warning

LONG = "The database cannot be written: " + "database or disk is full, " * 5


def plain(*findings: Finding) -> str:
    return report(findings, lambda _, text: text)


def test_a_line_fits_a_terminal_of_80_columns() -> None:
    text = plain(error(LONG, LONG), warning(LONG, LONG), ok(LONG))
    assert max(map(len, text.splitlines())) < 80


def test_a_path_is_never_broken() -> None:
    path = "/srv/" + "x" * 90
    assert path in plain(error(f"There is no {path}.", "Make it."))


def test_the_worst_stands_last() -> None:
    lines = plain(error("E", "mend"), ok("O"), warning("W", "look")).splitlines()
    assert [line.split()[0] for line in lines if line and line[0] != " "][:3] == [
        "ok",
        "warning",
        "ERROR",
    ]


def test_what_to_do_stands_below_what_is_wrong() -> None:
    assert plain(error("It is full.", "Make room.")).splitlines()[:2] == [
        "ERROR     It is full.",
        "          -> Make room.",
    ]


def test_the_last_line_counts() -> None:
    text = plain(error("E", "mend"), ok("O"), ok("O"), warning("W", "look"))
    assert text.splitlines()[-1] == "1 wrong, 1 worth a look, 2 fine."


def test_all_well_is_said_in_one_line() -> None:
    assert plain(ok("O")).splitlines()[-1] == "All well: 1 checks."


def test_what_is_worth_a_look_is_not_wrong() -> None:
    assert is_well([ok("O"), warning("W", "look")])
    assert not is_well([ok("O"), error("E", "mend")])


def test_a_program_gets_the_same() -> None:
    assert json.loads(as_json([error("E", "mend")])) == {
        "ok": False,
        "findings": [{"level": "error", "text": "E", "mend": "mend"}],
    }


def test_a_check_that_breaks_is_a_finding_and_stops_no_other() -> None:
    def disk_space() -> Iterator[Finding]:
        raise ZeroDivisionError("no blocks")
        yield

    def clock() -> Iterator[Finding]:
        yield ok("fine")

    found = list(examine([disk_space, clock]))
    assert [one.level for one in found] == ["error", "ok"]
    assert "disk space failed: ZeroDivisionError: no blocks" in found[0].text
