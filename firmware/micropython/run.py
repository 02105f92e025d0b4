"""Measure, queue, send: for ever.

Every reading goes into the backlog first and leaves it only when the server
has answered for it, so an outage of the server, the Wi-Fi or the internet
costs nothing until the backlog is full.
"""

import gc
import os
import time

import config
import machine
import wifitools
from backlog import Backlog
from clock import Clock, Watchdog

BURST = 20  # readings sent in one go after an outage ...
PAUSE_MS = 3000  # ... before the server gets this rest
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


def boot_id():
    """A random word for this start: with it the server knows a resend."""
    return "".join(ALPHABET[byte % 36] for byte in os.urandom(8))


def next_slot(due, now, interval):
    """The next time on the schedule: no drift, and missed times are not made up."""
    return due + ((now - due) // interval + 1) * interval


def backoff_ms(failures, interval):
    """How long to wait after so many failures in a row: at most five minutes.

    A little random, so that the stations of a house do not all return at once.
    """
    first = min(interval // 6, 10000)
    longest = min(interval * 5, 300000)
    wait = min(first << min(failures - 1, 10), longest)
    return wait * (192 + os.urandom(1)[0] // 4) // 256


def open_i2c():
    # SoftI2C works on any pins; older MicroPythons call it I2C.
    kind = getattr(machine, "SoftI2C", None) or machine.I2C
    return kind(scl=machine.Pin(config.SCL), sda=machine.Pin(config.SDA), freq=100000)


class Station:
    def __init__(self):
        self.backlog = Backlog()  # first: it needs the largest pieces of memory
        self.clock = Clock()
        self.watchdog = Watchdog()
        self.sensor = __import__(config.SENSOR)
        self.i2c = open_i2c()
        self.mac = config.MAC_ADDRESS or wifitools.getmac()
        self.boot = boot_id()
        self.interval = max(100, int(config.INTERVAL * 1000))
        self.sample_at = self.send_at = self.failures = self.unanswered = 0

    def run(self):
        print("station", self.mac, "reads", config.SENSOR, "for", config.SERVER)
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
        if len(self.backlog) and self.clock.ms() >= self.send_at:
            self.send()

    def rest(self):
        """Until something is due, in short naps so that the watchdog gets fed."""
        due = self.sample_at
        if len(self.backlog):
            due = min(due, self.send_at)
        time.sleep_ms(max(0, min(due - self.clock.ms(), 1000)))

    def sample(self, now):
        try:
            celsius = self.sensor.readtemp(self.i2c, config.ADDRESS)
        except OSError as error:
            print("sensor:", error)
            return
        print("measured %.2f C" % celsius)
        if self.backlog.push(now // 1000, celsius):
            print("memory full: the oldest reading is lost")

    def send(self):
        """The oldest readings first, until the next measurement is due."""
        if not self.is_online():
            return self.back_off()
        for _ in range(BURST):
            if not self.send_oldest():
                return self.back_off()
            self.failures = 0
            self.watchdog.feed()
            if not len(self.backlog) or self.clock.ms() >= self.sample_at:
                return
        self.send_at = self.clock.ms() + min(PAUSE_MS, self.interval)

    def is_online(self):
        # An ESP8266 can believe that it is connected when it no longer is.
        is_doubtful = self.unanswered >= 3
        if is_doubtful:
            self.unanswered = 0
        try:
            if wifitools.connect(config.SSID, config.WIFI_PASSWORD, afresh=is_doubtful):
                return True
            print("no Wi-Fi: is SSID right, and the network in reach?")
        except OSError as error:
            print("no Wi-Fi:", error)
        return False

    def send_oldest(self):
        """True when the oldest reading is done with, one way or the other."""
        seconds, celsius, number = self.backlog.oldest()
        age = self.clock.ms() // 1000 - seconds
        seq = "%s-%d" % (self.boot, number)
        try:
            status, reason = wifitools.post(
                config.SERVER, config.API_KEY, self.mac, config.FIELD, "%.2f" % celsius, age, seq
            )
        except (OSError, ValueError, MemoryError) as error:
            # Nothing that one request runs into may cost the others in memory.
            print("server does not answer:", error)
            self.unanswered += 1
            return False
        self.unanswered = 0
        return self.is_settled(status, reason)

    def is_settled(self, status, reason):
        # Only the server says OK: the sign-in page of a hotspot is a 200, too.
        # A proxy may wrap it in a chunk, which reads 2OK0.
        if status == 200 and "OK" in reason[:4]:
            self.backlog.drop_oldest()
            print("sent,", len(self.backlog), "waiting")
            return True
        if status == 400:
            self.backlog.drop_oldest()
            print("server refuses this reading, dropped:", reason)
            return True
        if status == 403:
            print("key or MAC not registered:", self.mac, reason)
        else:
            print("server answered", status, reason)
        return False

    def back_off(self):
        self.failures += 1
        wait = backoff_ms(self.failures, self.interval)
        self.send_at = self.clock.ms() + wait
        print("%d waiting, next try in %d s" % (len(self.backlog), wait // 1000))


def main():
    Station().run()
