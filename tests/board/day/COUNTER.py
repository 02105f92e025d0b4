"""Stands in for a sensor: each value is another, and the file `truth` says when it was."""

import time

BUS, FIELDS, SCALES, TEXT = "i2c", (0,), (100,), "%.2f C"


def read(bus, address):
    try:
        with open("truth") as file:
            count = sum(1 for _ in file)
    except OSError:
        count = 0
    with open("truth", "a") as file:
        file.write("%d %d\n" % (count, time.world_ms()))
    return (count / 100,)
