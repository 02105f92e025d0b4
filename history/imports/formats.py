"""Which format a file is in."""

from __future__ import annotations

from pathlib import Path

from history.imports.flaskiot import FlaskIotDatabase
from history.imports.items import Format, Unreadable
from history.imports.lines import header_of
from history.imports.own import OwnCsv
from history.imports.thingspeak import ThingSpeakCsv

AUTO = "auto"
FORMATS: dict[str, Format] = {
    one.name: one for one in (OwnCsv(), ThingSpeakCsv(), FlaskIotDatabase())
}


def format_of(path: str, wanted: str = AUTO) -> Format:
    """Return the format of a file, or raise `Unreadable` when it is not in the one wanted."""
    found = _found(path)
    if wanted not in (AUTO, found):
        is_what = f"looks like {found}" if found else "is in no format known here"
        raise Unreadable(f"This is no file of the format {wanted}: it {is_what}.")
    if not found:
        raise Unreadable(
            "No format known here. CSV needs a first line with time, value and station or mac;"
            " ThingSpeak's has created_at and field1; the original server's is a SQLite file."
        )
    return FORMATS[found]


def _found(path: str) -> str:
    with Path(path).open("rb") as file:
        start = file.read(100)
    if FlaskIotDatabase.fits(start):
        return FlaskIotDatabase.name
    if b"\0" in start:
        return ""
    header = header_of(path)
    return next((one.name for one in (OwnCsv, ThingSpeakCsv) if one.fits(header)), "")
