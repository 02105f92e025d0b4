"""Which set of the firmware runs. Updates over the air never change this file or main.py.

There are three sets: the files beside this one, as they came by cable, and the folders a and b,
which updates fill in turn. One line in sets.txt chooses:

    CURRENT TRIALS PREVIOUS FAILED FAILURES CABLE CHECK

CURRENT and PREVIOUS are a, b or - for the files that came by cable. TRIALS counts the starts that
a new set still has to reach the server; then PREVIOUS runs again, and FAILED is the version that
did not, FAILURES times. CABLE is the version of the files that came by cable: after another
upload the line counts for nothing, as it does when it is torn, and those files run.
"""

import hashlib
import os
import sys
from binascii import hexlify

import machine

STATE = "sets.txt"
WANTED = "update-wanted"
OWN = ("boot.py", "main.py", "sets.py", "config.py")  # of the board: in no update
TRIALS = 3
MOST_FAILURES = 3
GUARD_MS = 600000  # a new set has so long for each start

current = "-"
is_on_trial = False


def start():
    """Choose the set and return the name of the program to run."""
    global current, is_on_trial
    words = read()
    if words[1] == "1":
        words = [words[2], "0", "-"] + _failure(words, version(words[0])) + words[5:]
        write(words)
        print("the new version did not reach the server: back to the one before")
    elif words[1] != "0":
        words[1] = str(int(words[1]) - 1)
        write(words)
        is_on_trial = True
        _guard()
    current = words[0]
    if current != "-":
        sys.path.insert(0, current)
    return "update" if _is_wanted() else "run"


def confirm():
    """The set on trial has reached the server: it stays."""
    global is_on_trial
    if is_on_trial:
        is_on_trial = False
        words = read()
        write([words[0], "0", "-", "-", "0", words[5]])
        print("new version kept")


def rest():
    """Somebody works at the prompt: do not restart under their hands."""
    global is_on_trial
    is_on_trial = False


def blame(error):
    """A set that cannot be loaded at all gives way to the files that came by cable."""
    if current != "-" and not is_on_trial and isinstance(error, (ImportError, SyntaxError)):
        words = read()
        write(["-", "0", "-"] + _failure(words, version(words[0])) + words[5:])


def want():
    """Look for an update at the next start."""
    with open(WANTED, "w"):
        pass


def may_try(offered):
    """True for a version that is not here and has not failed too often."""
    words = read()
    has_failed = words[3] == offered and int(words[4]) >= MOST_FAILURES
    return offered != version(current) and not has_failed


def has_failed(offered):
    return read()[3] == offered


def note_failure(offered):
    words = read()
    write(words[:3] + _failure(words, offered) + words[5:])


def try_out(folder):
    """Run a set from the next start on, for as long as its trials last."""
    words = read()
    write([folder, str(TRIALS + 1), words[0]] + words[3:])


def read():
    """The words of the state file but its check."""
    try:
        with open(STATE) as file:
            words = file.read().split()
    except OSError:
        words = []
    cable = version("-")
    if len(words) == 7 and words[6] == _check(words[:6]) and words[5] == cable:
        return words[:6]
    return ["-", "0", "-", "-", "0", cable]


def write(words):
    with open(STATE + ".new", "w") as file:
        file.write(" ".join(words + [_check(words)]))
    os.rename(STATE + ".new", STATE)  # in one step: a power cut leaves the old or the new


def version(folder):
    """Twelve hex digits of what is in a set. The server computes them alike."""
    total = hashlib.sha256()
    for name in sorted(names(folder)):
        total.update(("%s %s\n" % (name, digest(path(folder, name)))).encode())
    return _hex(total)[:12]


def names(folder):
    found = os.listdir() if folder == "-" else os.listdir(folder)
    return [name for name in found if name.endswith(".py") and name not in OWN]


def path(folder, name):
    return name if folder == "-" else folder + "/" + name


def digest(path):
    """The SHA-256 of a file as 64 hex digits."""
    found = hashlib.sha256()
    buffer = bytearray(256)
    with open(path, "rb") as file:
        while True:
            count = file.readinto(buffer)
            if not count:
                return _hex(found)
            found.update(memoryview(buffer)[:count])


def _hex(found):
    return hexlify(found.digest()).decode()


def _check(words):
    return _hex(hashlib.sha256(" ".join(words).encode()))[:8]


def _failure(words, failed):
    times = int(words[4]) + 1 if words[3] == failed else 1
    return [failed, str(times)]


def _is_wanted():
    try:
        os.remove(WANTED)  # first: what goes wrong now must not happen at every start
    except OSError:
        return False
    return True


def _guard():
    timer = machine.Timer(-1 if sys.platform == "esp8266" else 1)
    timer.init(period=GUARD_MS, mode=machine.Timer.PERIODIC, callback=_expire)


def _expire(timer):
    if is_on_trial:
        print("no answer for ten minutes: restarting")
        machine.reset()
    timer.deinit()
