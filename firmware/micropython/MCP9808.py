"""The Microchip MCP9808 thermometer.

Registers and formula: Microchip data sheet DS25095A, sections 5.1.3
(ambient temperature, equation 5-1), 5.1.4 and 5.1.5 (identity).
"""

import time

BUS, FIELDS, SCALES, TEXT = "i2c", (0,), (100,), "%.2f C"
ADDRESS = 0x18
AMBIENT = 0x05
MANUFACTURER = 0x06
MICROCHIP = 0x0054


def celsius(raw):
    """The ambient register in degrees: 13 bits in two's complement, 1/16 C each."""
    raw &= 0x1FFF  # bits 15..13 are alert flags
    if raw & 0x1000:
        raw -= 0x2000
    return raw / 16


def read(i2c, address=None):
    return (readtemp(i2c, address),)


def readtemp(i2c, address=None):
    """The temperature in degrees Celsius. Raises OSError and says why."""
    address = address or ADDRESS
    if _register(i2c, address, MANUFACTURER) != MICROCHIP:
        raise OSError("the chip at 0x%02x is not an MCP9808" % address)
    raw = _register(i2c, address, AMBIENT)
    if raw == 0:
        # All bits clear is what the register holds after power-up, before the
        # first conversion (250 ms); a real 0 C carries an alert flag.
        time.sleep_ms(300)
        raw = _register(i2c, address, AMBIENT)
    return _possible(celsius(raw))


def _register(i2c, address, register):
    try:
        high, low = i2c.readfrom_mem(address, register, 2)
    except OSError:
        raise OSError("no MCP9808 answers at 0x%02x: check its wires" % address)
    return high << 8 | low


def _possible(value):
    if not -40 <= value <= 125:
        raise OSError("impossible answer from the MCP9808: %.1f C" % value)
    return value
