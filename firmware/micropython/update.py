"""Fetch the firmware that the server offers, over the air: a start of its own.

What is not whole, or not signed with this station's key, never runs: the files go to the set
that is not in use, are compared with the manifest there, and only then one line in sets.txt
makes them the next to run.
"""

import hashlib
import os
from binascii import hexlify

import config
import machine
import sets
import wifitools
from clock import Clock
from memory import Memory

MOST_BYTES = 32000
MOST_FILES = 40
TIMEOUT_S = 30


class Bad(Exception):
    """What came is not what the server sent."""


def main():
    memory = Memory()
    clock = Clock(elapsed=memory.elapsed_now())
    offered = ""
    try:
        if not wifitools.connect(config.SSID, config.WIFI_PASSWORD):
            raise OSError("no Wi-Fi")
        offered, files = manifest()
        folder = "b" if sets.current == "a" else "a"
        fill(folder, files)
        if sets.version(folder) != offered:
            raise Bad("the files are not that version")
        sets.try_out(folder)
        print("version %s is here: trying it out" % offered)
    except Bad as error:
        print("update refused:", error)
        sets.note_failure(offered or "-")
    except (OSError, ValueError, MemoryError) as error:
        print("update not fetched, tried again later:", error)
    if memory.is_warm:
        memory.keep_time(clock.ms())
    machine.reset()


def manifest():
    """(version, [(name, bytes, sha256)]) as the server signed it for this very question."""
    nonce = hexlify(os.urandom(8)).decode()
    data = bytearray()
    fetch("/firmware/manifest?nonce=%s&" % nonce, data.extend)
    text, _, signature = bytes(data).rpartition(b"hmac ")
    key = hexlify(hashlib.sha256(config.API_KEY.encode()).digest())
    lines = text.decode().split("\n")
    if signature.strip() != hexlify(hmac_sha256(key, text)):
        raise Bad("the manifest is not signed with this station's key")
    if len(lines) < 4 or lines[0] != "iotserver firmware 1" or lines[2] != "nonce " + nonce:
        raise Bad("the manifest answers another question")
    files = [line.split() for line in lines[3:] if line]
    if len(files) > MOST_FILES or any(len(file) != 3 for file in files):
        raise Bad("the manifest is no list of files")
    return lines[1].partition(" ")[2], [(file[0], int(file[1]), file[2]) for file in files]


def fill(folder, files):
    """Make a folder hold exactly these files; what is there already is not fetched."""
    if folder not in os.listdir():
        os.mkdir(folder)
    wanted = [name for name, _, _ in files]
    for name in os.listdir(folder):
        if name not in wanted:
            os.remove(folder + "/" + name)
    for name, size, digest in files:
        if "/" in name or name in sets.OWN or size > MOST_BYTES:
            raise Bad("%s is no file for an update" % name)
        if not is_there(folder, name, digest):
            get_file(folder + "/" + name, name, size, digest)


def is_there(folder, name, digest):
    """True when the file is there, or could be copied from the set in use."""
    try:
        if sets.digest(folder + "/" + name) == digest:
            return True
    except OSError:
        pass
    source = sets.path(sets.current, name)
    try:
        if sets.digest(source) != digest:
            return False
    except OSError:
        return False
    with open(source, "rb") as old, open(folder + "/" + name, "wb") as new:
        while True:
            piece = old.read(256)
            if not piece:
                return True
            new.write(piece)


def get_file(path, name, size, digest):
    print("fetching", name)
    with open(path, "wb") as file:
        fetch("/firmware/files/%s?" % name, file.write)
    if os.stat(path)[6] != size or sets.digest(path) != digest:
        os.remove(path)
        raise Bad("%s came damaged" % name)


def fetch(path, sink):
    mac = config.MAC_ADDRESS or wifitools.getmac()
    path += "mac=" + wifitools.quote(mac)
    status, text = wifitools.ask(
        config.SERVER, "GET", path, config.API_KEY, sink=sink, timeout_s=TIMEOUT_S
    )
    if status != 200:
        raise OSError("server answered %d %s" % (status, text))


def hmac_sha256(key, message):
    """RFC 2104; boards have no module for it. The key is no longer than a block."""
    key = key + bytes(64 - len(key))
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key))
    inner.update(message)
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))
    outer.update(inner.digest())
    return outer.digest()
