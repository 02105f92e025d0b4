"""The Maxim DS18B20 thermometer on one wire, read by MicroPython's own `onewire` and `ds18x20`.

Maxim data sheet DS18B20: scratchpad (figure 8), power-on value 85 C (table 1), conversion
time 750 ms (table 2).
"""

import time

import ds18x20
import onewire

BUS, FIELDS, SCALES, TEXT = "pin", (0,), (100,), "%.2f C"
FAMILY = 0x28
CONVERSION_MS = 800
POWER_ON = 0x0550  # 85 C: what it holds before the first conversion
NO_ANSWER = "no DS18B20 answers: check its wires, the 4.7 kOhm resistor, and PIN"


def celsius(raw):
    """The temperature registers in degrees: two's complement, 1/16 C each."""
    return (raw - 0x10000 if raw & 0x8000 else raw) / 16


def read(pin, address=None):
    """(degrees Celsius,) of the first one on the wire. Raises OSError and says why."""
    try:
        data = _scratchpad(ds18x20.DS18X20(onewire.OneWire(pin)))
    except onewire.OneWireError:
        raise OSError(NO_ANSWER)
    raw = data[0] | data[1] << 8
    if data[4] & 0x1F != 0x1F:  # bits that are always set: a short circuit reads as zeros
        raise OSError("nothing but zeros from the DS18B20: check its wires")
    if raw == POWER_ON:
        raise OSError("the DS18B20 lost its power while it measured")
    found = celsius(raw)
    if not -55 <= found <= 125:
        raise OSError("impossible answer from the DS18B20: %.1f C" % found)
    return (found,)


def _scratchpad(wire):
    found = [rom for rom in wire.scan() if rom[0] == FAMILY]
    if not found:
        raise OSError(NO_ANSWER)
    wire.convert_temp()
    time.sleep_ms(CONVERSION_MS)
    try:
        return wire.read_scratch(found[0])
    except onewire.OneWireError:
        raise
    except Exception:  # what `ds18x20` raises for a wrong CRC
        raise OSError("wrong checksum from the DS18B20: are its wires long or loose?")
