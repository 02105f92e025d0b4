"""Hand the backlog to the server: an outage in a batch, a single reading as it comes.

A reading leaves the backlog only when the server has answered for it.
"""

import gc
import os

import config
import sets
import wifitools
import wire
from hourly import Hourly

BATCH = 60  # readings in one request


def backoff_ms(failures, interval):
    """How long to wait after so many failures in a row: at most five minutes.

    A little random, so that the stations of a house do not all return at once.
    """
    first = min(interval // 6, 10000)
    longest = min(interval * 5, 300000)
    wait = min(first << min(failures - 1, 10), longest)
    return wait * (192 + os.urandom(1)[0] // 4) // 256


class Sender:
    def __init__(self, backlog, clock, watchdog, sensor, interval):
        self.backlog, self.memory = backlog, backlog.memory
        self.clock, self.watchdog = clock, watchdog
        self.sensor, self.interval = sensor, interval
        self.mac = config.MAC_ADDRESS or wifitools.getmac()
        self.hourly = Hourly(self.mac, backlog, clock)
        self.due = clock.ms()
        self.failures = self.unanswered = 0
        self.most = BATCH

    def step(self, until):
        """The oldest readings first, until the next measurement is due."""
        if len(self.backlog) and self.clock.ms() >= self.due:
            self.send(until)
        if not len(self.backlog):
            self.hourly.update_if_due()

    def send(self, until):
        if not self.is_online():
            return self.back_off()
        if self.hourly.is_due() and not self.hourly.take(self.ask(self.hourly.report)):
            return self.back_off()
        while len(self.backlog):
            if not self.send_oldest():
                return self.back_off()
            self.failures = 0
            self.watchdog.feed()
            gc.collect()
            if self.clock.ms() >= until:
                return

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

    def ask(self, question, *arguments):
        """The answer of the server, or None."""
        try:
            answer = question(*arguments)
        except (OSError, ValueError, MemoryError) as error:
            # Nothing that one request runs into may cost the readings in memory.
            print("server does not answer:", error)
            self.unanswered += 1
            return None
        self.unanswered = 0
        return answer

    def send_oldest(self):
        """True when the oldest readings are done with, one way or the other."""
        if len(self.backlog) == 1:
            return self.send_live()
        answer = self.ask(
            wire.send_batch, self.mac, self.backlog, self.sensor, self.clock.ms(), self.most
        )
        if not answer:
            return False
        status, text, last, count = answer
        if status == 200 and '"acknowledged": %d}' % count in text:
            self.most = min(BATCH, self.most * 2)
            return self.settle(last)
        if status in (400, 413) and self.most > 1:
            self.most = 1  # one of them is to blame: the others must not suffer
            return True
        return self.is_refused(status, text, last)

    def send_live(self):
        """One reading that comes as it was measured."""
        for number, _, elapsed, values in self.backlog.take(1):
            age = (self.clock.ms() - elapsed + 500) // 1000
            seq = "%s-%d" % (self.memory.boot, number)
            for place, value in enumerate(values):
                field = config.FIELD + self.sensor.FIELDS[place]
                text = "%.2f" % (value / self.sensor.SCALES[place])
                answer = self.ask(
                    wifitools.post, config.SERVER, config.API_KEY, self.mac, field, text, age, seq
                )
                if not answer:
                    return False
                status, reason = answer
                # Only the server says OK: the sign-in page of a hotspot is a 200, too.
                # A proxy may wrap it in a chunk, which reads 2OK0.
                if not (status == 200 and "OK" in reason[:4]):
                    return self.is_refused(status, reason, number)
            return self.settle(number)

    def settle(self, number):
        self.backlog.settle(number)
        sets.confirm()
        print("sent,", len(self.backlog), "waiting")
        return True

    def is_refused(self, status, reason, number):
        """True for what the server will never take: it is dropped."""
        if status == 400:
            self.backlog.settle(number)
            print("server refuses this reading, dropped:", reason)
        elif status == 403:
            print("key or MAC not registered:", self.mac, reason)
        else:
            print("server answered", status, reason)
        return status == 400

    def back_off(self):
        self.failures += 1
        wait = backoff_ms(self.failures, self.interval)
        self.due = self.clock.ms() + wait
        print("%d waiting, next try in %d s" % (len(self.backlog), wait // 1000))
