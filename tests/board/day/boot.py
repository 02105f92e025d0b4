"""What a day does to the radio: answers that the server sent and the board never heard."""

import time

import machine
import run
import wifitools

run.NAP_MS = 1000  # a quarter of a second would take a test's patience; less sharp, it is
_ask = wifitools.ask
_lost = []


def ask(server, method, path, *arguments, **options):
    answer = _ask(server, method, path, *arguments, **options)
    if _lost and path != "/firmware/report":
        if _lost.pop(0) == "reset":
            machine.reset()
        raise OSError("reply lost")
    return answer


wifitools.ask = ask
time.hooks["lose-reply"] = lambda: _lost.append("")
time.hooks["lose-reply-and-reset"] = lambda: _lost.append("reset")
