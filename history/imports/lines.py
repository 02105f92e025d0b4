"""Reads the lines of a CSV file that may be anything. Pure but for the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from history.imports.items import Trouble, Unreadable

_LONGEST = 10_000


@contextmanager
def opened(path: str) -> Iterator[IO[str]]:
    """Open a text file in UTF-8, with a byte order mark or without."""
    with open(path, encoding="utf-8-sig", newline="") as file:  # noqa: PTH123
        yield file


def header_of(path: str) -> list[str]:
    """Return the names of a file's columns in lower case."""
    with opened(path) as file:
        first = next(_lines(file), "")
    names = next(csv.reader([first], delimiter=_delimiter(first)), [])
    return [name.strip().lower() for name in names]


def rows(path: str) -> Iterator[tuple[int, dict[str, str]] | Trouble]:
    """Return each line's number and its cells by column; empty lines are passed over."""
    names = header_of(path)
    with opened(path) as file:
        lines = _lines(file)
        delimiter = _delimiter(next(lines, ""))
        reader = csv.reader(lines, delimiter=delimiter)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Trouble(reader.line_num + 1, f"no line of CSV: {error}")
                continue
            if any(cells):
                yield reader.line_num + 1, dict(zip(names, cells, strict=False))


def _lines(file: IO[str]) -> Iterator[str]:
    """Return the lines; one without an end must not fill the memory."""
    number = 0
    try:
        while line := file.readline(_LONGEST):
            number += 1
            if len(line) == _LONGEST:
                raise Unreadable(f"Line {number} is longer than {_LONGEST:,} characters.")
            yield line
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"After line {number} the file is not UTF-8. Save it as CSV in UTF-8 and try again."
        ) from error


def _delimiter(header: str) -> str:
    """Return what separates cells: a spreadsheet of some countries writes semicolons."""
    return ";" if header.count(";") > header.count(",") else ","
