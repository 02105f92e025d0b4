"""What the formats make of a file, line by line. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Unreadable(Exception):
    """Nothing can be made of a file. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """One series of a file: who sent it, and as which field.

    `name` is what it is called in `--map`. What the file does not tell is empty.
    """

    name: str
    field: int
    mac: str = ""
    station: str = ""
    quantity: str = ""
    unit: str = ""
    label: str = ""
    api_key: str = ""

    @property
    def identity(self) -> tuple[str, int]:
        return (self.mac or self.station or self.name, self.field)


class Item(NamedTuple):
    """One reading of a file; `measured_at` in milliseconds."""

    line: int
    source: Source
    measured_at: int
    value: float


class Trouble(NamedTuple):
    """A line of which nothing is stored, and why."""

    line: int
    text: str


class Format(Protocol):
    """How one kind of file is read."""

    name: str
    is_in_stored_units: bool  # else values are as boards sent them, in their sensors' units

    def read(self, path: str, zone_name: str) -> Iterator[Item | Trouble]: ...
