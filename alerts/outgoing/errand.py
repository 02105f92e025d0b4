"""A process that sends one message and ends: `python -m alerts.outgoing.errand`.

It reads what to do as JSON from its input, and writes an `Outcome` as JSON. A process of
its own, because that can be held to its errand (`gate`), be ended when it takes too long,
and gives Apprise's memory back. It knows neither Django nor the database.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import signal
import sys
from typing import Any

from alerts.outgoing.gate import Gate
from alerts.outgoing.outcomes import Outcome

_PR_SET_PDEATHSIG = 1


def run(order: dict[str, Any]) -> Outcome:
    """Do what is ordered behind a closed gate."""
    gate = Gate(is_in_house=bool(order.get("is_in_house")))
    if order["do"] == "push":
        from alerts.outgoing.push_post import post

        gate.close()
        outcome = post(order["url"], order["headers"], order["body"])
    else:
        from alerts.outgoing import services

        gate.close()
        if order["do"] == "describe":
            return services.describe(order["url"])
        outcome = services.tell(order["url"], order["title"], order["body"])
    return outcome if outcome.is_ok or not gate.refusal else Outcome(False, gate.refusal)


def die_with(parent: int) -> None:
    """End when the process that sent us ends, however: it sends again after its next start."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("The sender was gone before its errand began.")


def main() -> None:
    """Answer on the real standard output; whatever libraries print there goes nowhere."""
    answer = os.dup(sys.stdout.fileno())
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    logging.getLogger().addHandler(logging.NullHandler())
    order = json.load(sys.stdin)
    die_with(order["parent"])
    outcome = run(order)
    os.write(answer, json.dumps(outcome.as_json()).encode())


if __name__ == "__main__":
    main()
