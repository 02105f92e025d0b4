"""Stands in for MicroPython's `network` in a day that `time` makes up."""

import time

STA_IF, AP_IF = 0, 1
is_up = True


def _set(up):
    global is_up
    is_up = up


def _ask(word):
    """Have the test do something to the server, and wait until it is done."""
    time.tell()
    print("please", word)
    input()


time.hooks["wifi-down"] = lambda: _set(False)
time.hooks["wifi-up"] = lambda: _set(True)
time.hooks["server-kill"] = lambda: _ask("kill")
time.hooks["server-start"] = lambda: _ask("start")


class WLAN:
    def __init__(self, interface):
        pass

    def active(self, is_active):
        pass

    def isconnected(self):
        time.tell()
        return is_up

    def connect(self, ssid, password):
        pass

    def disconnect(self):
        pass

    def status(self, name):
        return -70
