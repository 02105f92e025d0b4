"""Can Django start at all? Standard library only, since the answer may be no."""

from __future__ import annotations

import getpass
import importlib.metadata
import platform
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from upkeep.doctor.findings import Finding, Level, as_json, error, examine, ok, report, warning

_BASE_DIR = Path(__file__).resolve().parents[2]
_OLDEST_PYTHON = (3, 11)
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)(\s*;)?", re.MULTILINE)
_INSTALL = "Run: .venv/bin/python -m pip install -r requirements.txt"


def python() -> Iterator[Finding]:
    if sys.version_info < _OLDEST_PYTHON:
        yield error(
            f"Python {platform.python_version()} is too old.",
            "Install Python 3.11 or newer, remove .venv and run make serve.",
        )
    else:
        yield ok(f"Python {platform.python_version()} on {platform.system()}.")


def packages() -> Iterator[Finding]:
    """Compare what is installed with what was tested."""
    missing, other = compare_pins((_BASE_DIR / "requirements.txt").read_text())
    if missing:
        yield error(f"Packages are missing: {', '.join(missing)}.", _INSTALL)
    if other:
        yield warning(f"Packages differ from what was tested: {', '.join(other)}.", _INSTALL)
    if not missing and not other:
        yield ok("Packages are as requirements.txt has them.")


def compare_pins(requirements: str) -> tuple[list[str], list[str]]:
    """Return which pinned packages are missing, and which are there in another version."""
    missing, other = [], []
    for name, wanted, only_elsewhere in _PIN.findall(requirements):
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            if not only_elsewhere:  # with a condition it may belong to other machines
                missing.append(name)
        else:
            if found != wanted:
                other.append(f"{name} {found} for {wanted}")
    return missing, other


def settings() -> Iterator[Finding]:
    """Load the settings and the apps, as every command does first."""
    try:
        import django

        django.setup()
    except OSError as failure:
        yield error(
            f"The settings cannot be loaded: {failure}.",
            f"You are {_user()}. Run this as the user that runs the server, or make DATA_DIR"
            " that user's own (chown -R).",
        )
    except Exception as failure:
        yield error(
            f"The settings cannot be loaded: {failure}",
            "Correct the value in .env; .env.example explains each.",
        )


def stop_unless_django_starts(arguments: Sequence[str]) -> None:
    """Print why Django cannot start and exit with 1; return when it can."""
    findings = list(examine([settings]))
    if not findings:
        return
    findings = [*examine([python, packages]), *findings]
    sys.stdout.write(as_json(findings) if "--json" in arguments else _plain(findings))
    sys.exit(1)


def _plain(findings: Sequence[Finding]) -> str:
    def unpainted(level: Level, text: str) -> str:
        return text

    return report(findings, unpainted) + "\n"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "a user without a name"
