"""The Aosong DHT22 (AM2302): thermometer and hygrometer, read by MicroPython's own `dht`.

Aosong data sheet AM2302, section 7.3: each reading tells what was measured at the one before,
and two seconds have to lie between them.
"""

import time

import dht

BUS, FIELDS, SCALES, TEXT = "pin", (0, 1), (100, 100), "%.1f C, %.1f %%"
PAUSE_MS = 2100


def read(pin, address=None):
    """(degrees Celsius, % relative humidity). Raises OSError and says why."""
    sensor = dht.DHT22(pin)
    _measure(sensor)  # wakes it: the answer may be an hour old
    time.sleep_ms(PAUSE_MS)
    _measure(sensor)
    celsius, humidity = sensor.temperature(), sensor.humidity()
    if not (-40 <= celsius <= 80 and 0 <= humidity <= 100):
        raise OSError("impossible answer from the DHT22: %.1f C, %.1f %%" % (celsius, humidity))
    if celsius == 0 and humidity == 0:
        raise OSError("nothing but zeros from the DHT22: check its wires")
    return celsius, humidity


def _measure(sensor):
    try:
        sensor.measure()
    except OSError:
        raise OSError("no DHT22 answers: check its wires, and PIN")
    except Exception:  # what `dht` raises for a wrong checksum
        raise OSError("wrong checksum from the DHT22: are its wires long or loose?")
