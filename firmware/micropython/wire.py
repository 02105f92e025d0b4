"""Many readings in one request."""

import json
import time

import config
import wifitools

# MicroPython counts seconds from 1970 or, on boards, from 2000.
EPOCH_S = 946684800 if time.gmtime(0)[0] == 2000 else 0


def iso(ms):
    """2026-11-25T02:40:04.123Z of milliseconds since 1970."""
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % (
        time.gmtime(ms // 1000 - EPOCH_S)[:6] + (ms % 1000,)
    )


def send_batch(mac, backlog, sensor, now, most):
    """Send the oldest readings in one request: (status, text, the last number, how many values)."""
    last = count = 0
    for number, _, _, values in backlog.take(most):
        last = number
        count += len(values)

    def pieces():
        comma = '{"mac":%s,"readings":[' % json.dumps(mac)
        for number, at, elapsed, values in backlog.take(most):
            if at is None:
                when = '"age":%d' % ((now - elapsed + 500) // 1000)
            else:
                when = '"measured_at":"%s"' % iso(at)
            for place, value in enumerate(values):
                yield '%s{"field":%d,"value":%.2f,%s,"seq":"%s-%d"}' % (
                    comma,
                    config.FIELD + sensor.FIELDS[place],
                    value / sensor.SCALES[place],
                    when,
                    backlog.memory.boot,
                    number,
                )
                comma = ","
        yield "]}"

    answer = wifitools.ask(config.SERVER, "POST", "/api/v1/readings/", config.API_KEY, pieces)
    return answer[0], answer[1], last, count
