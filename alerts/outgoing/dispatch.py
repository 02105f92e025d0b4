"""Sends a process on an errand and waits for what comes of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from alerts.outgoing.outcomes import Outcome

_ROOT = Path(__file__).resolve().parents[2]
_COMMAND = [sys.executable, "-B", "-m", "alerts.outgoing.errand"]
# No proxy, no settings, no secrets: the gate judges the address that is really meant.
_KEPT = ("PATH", "SYSTEMROOT", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "TZ")
WITHIN_S = 30

_running: set[subprocess.Popen[bytes]] = set()
_interrupted = threading.Event()


class Interrupted(Exception):
    """This server is being stopped; what became of the message nobody knows."""


def end_all() -> None:
    """End every errand: the server is being stopped and cannot wait any longer."""
    _interrupted.set()
    for process in list(_running):
        process.kill()


def describe(url: str) -> Outcome:
    """Return which service an address is of, or why it cannot be used."""
    return _send({"do": "describe", "url": url})


def tell(url: str, title: str, body: str, *, is_in_house: bool) -> Outcome:
    """Send a text through Apprise."""
    order = {"do": "tell", "url": url, "title": title, "body": body, "is_in_house": is_in_house}
    return _send(order)


def push(endpoint: str, headers: dict[str, str], body: str, *, is_in_house: bool) -> Outcome:
    """Post a message, encrypted and in base64, to a browser's push service."""
    order = {"do": "push", "url": endpoint, "headers": headers, "body": body}
    return _send(order | {"is_in_house": is_in_house})


def _send(order: dict[str, Any]) -> Outcome:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        with subprocess.Popen(
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback would repeat the address and its secrets
            cwd=_ROOT,
            env=environment,
        ) as process:
            return Outcome(**json.loads(_answer(process, order)))
    except subprocess.TimeoutExpired:
        return Outcome(is_ok=False, text=f"There was no answer within {WITHIN_S} seconds.")
    except (OSError, ValueError, TypeError):
        return Outcome(is_ok=False, text="The program that sends messages ended before its time.")


def _answer(process: subprocess.Popen[bytes], order: dict[str, Any]) -> bytes:
    _running.add(process)
    try:
        told = json.dumps(order | {"parent": os.getpid()}).encode()
        return process.communicate(told, timeout=WITHIN_S)[0]
    finally:
        has_ended = process.poll() == 0
        process.kill()  # else leaving the block would wait for it
        _running.discard(process)
        if _interrupted.is_set() and not has_ended:
            raise Interrupted
