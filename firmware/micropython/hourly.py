"""Once an hour: say how the board is, learn the time and which version is offered."""

import gc
import json
import sys

import config
import machine
import sets
import wifitools
from memory import UPDATE

REPORT_MS = 3600000
RETRY_MS = 300000
DAY_MS = 86400000
REASONS = ("", "stuck", "error", "update")  # by memory.why


class Hourly:
    def __init__(self, mac, backlog, clock):
        self.mac, self.backlog, self.clock = mac, backlog, clock
        self.memory = backlog.memory
        self.started = self.at = self.asked = clock.ms()
        self.is_update_due = False

    def is_due(self):
        return self.clock.ms() >= self.at

    def report(self):
        """(status, text) of the server. Good is OK MILLISECONDS VERSION."""
        self.asked = self.clock.ms()
        gc.collect()
        said = json.dumps(
            {
                "mac": self.mac,
                "version": sets.version(sets.current),
                "set": sets.current,
                "failed": sets.read()[3],
                "python": ".".join(str(part) for part in sys.implementation[1][:3]),
                "reset": _reset_cause(),
                "why": REASONS[self.memory.why],
                "free": gc.mem_free(),
                "signal": wifitools.signal(),
                "uptime": (self.asked - self.started) // 1000,
                "waiting": len(self.backlog),
                "lost": self.backlog.lost,
            }
        )
        return wifitools.ask(
            config.SERVER, "POST", "/firmware/report", config.API_KEY, lambda: (said,)
        )

    def take(self, answer):
        """False when nobody answered. Readings do not wait for an answer that is no good."""
        if not answer:
            return False
        status, text = answer
        is_final = status in (200, 404, 405)
        self.at = self.asked + (REPORT_MS if is_final else RETRY_MS)
        words = text.split()
        if status == 200 and len(words) == 3 and words[0] == "OK":
            self.memory.why = 0
            self.backlog.set_time(int(words[1]), (self.asked + self.clock.ms()) // 2)
            self._consider(words[2])
        return True

    def _consider(self, offered):
        """Is it a version to fetch? One that failed gets a day."""
        is_wanted = offered != "-" and config.UPDATES and not sets.is_on_trial
        if is_wanted and sets.may_try(offered):
            is_soon = self.clock.ms() - self.started < DAY_MS
            self.is_update_due = not (is_soon and sets.has_failed(offered))

    def update_if_due(self):
        """At a start of its own: it needs all the memory."""
        if self.is_update_due:
            print("another version is offered: restarting to fetch it")
            sets.want()
            self.memory.why = UPDATE
            self.memory.keep_time(self.clock.ms())
            machine.reset()


def _reset_cause():
    """Why the chip started, in words: the numbers differ from port to port."""
    cause = machine.reset_cause()
    for name in ("PWRON", "HARD", "WDT", "DEEPSLEEP", "SOFT"):
        if getattr(machine, name + "_RESET", None) == cause:
            return name
    return str(cause)
