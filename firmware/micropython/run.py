"""Measure, queue, send: for ever.

Every reading goes into the backlog first and leaves it only when the server
has answered for it, so an outage of the server, the Wi-Fi or the internet
costs nothing until the backlog is full.
"""

# The largest first: compiling takes memory, which a board has most of now.
# isort: off
import sets  # noqa: F401
import wifitools  # noqa: F401
import memory
import files  # noqa: F401
import sender
from backlog import Backlog
from clock import Clock, Watchdog

import gc
import time

import config
import machine
# isort: on

NAP_MS = 250  # a reset costs the clock no more


def next_slot(due, now, interval):
    """The next time on the schedule: no drift, and missed times are not made up."""
    return due + ((now - due) // interval + 1) * interval


def open_bus(sensor):
    """The sensor's pin, or the I2C bus."""
    if sensor.BUS == "pin":
        return machine.Pin(config.PIN)
    # SoftI2C works on any pins; older MicroPythons call it I2C.
    kind = getattr(machine, "SoftI2C", None) or machine.I2C
    return kind(scl=machine.Pin(config.SCL), sda=machine.Pin(config.SDA), freq=100000)


class Station:
    def __init__(self):
        self.sensor = __import__(config.SENSOR)
        self.bus = open_bus(self.sensor)
        self.backlog = Backlog(len(self.sensor.SCALES))
        self.memory = self.backlog.memory
        self.clock = Clock(elapsed=self.memory.elapsed_now())
        self.watchdog = Watchdog(self.memory, self.clock)
        self.interval = max(100, int(config.INTERVAL * 1000))
        self.sender = sender.Sender(
            self.backlog, self.clock, self.watchdog, self.sensor, self.interval
        )
        self.sample_at = self.clock.ms()

    def run(self):
        print("station", self.sender.mac, "reads", config.SENSOR, "for", config.SERVER)
        if len(self.backlog):
            print(len(self.backlog), "waiting from before")
        try:
            while True:
                self.step()
                self.watchdog.feed()
                gc.collect()
                self.rest()
        finally:
            # Else it would reset the board while somebody works at the prompt.
            self.watchdog.stop()

    def step(self):
        now = self.clock.ms()
        if now >= self.sample_at:
            self.sample(now)
            self.sample_at = next_slot(self.sample_at, now, self.interval)
        self.sender.step(self.sample_at)

    def rest(self):
        """Until something is due, in short naps: the watchdog gets fed, the time kept."""
        due = self.sample_at
        if len(self.backlog):
            due = min(due, self.sender.due)
        now = self.clock.ms()
        self.memory.keep_time(now)
        time.sleep_ms(max(0, min(due - now, NAP_MS)))

    def sample(self, now):
        try:
            values = self.sensor.read(self.bus, config.ADDRESS)
            if any(value != value for value in values):
                raise OSError("no number")
        except OSError as error:
            print("sensor:", error)
            return
        print("measured", self.sensor.TEXT % values)
        scaled = [round(value * scale) for value, scale in zip(values, self.sensor.SCALES)]
        lost = self.backlog.push(now, scaled)
        if lost:
            print("memory full: the oldest are lost, %d" % lost)


def main():
    station = Station()
    try:
        station.run()
    except Exception:
        station.memory.why = memory.ERROR
        station.memory.keep_time(station.clock.ms())
        raise
