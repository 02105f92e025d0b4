"""The Sensirion SHT31 (and SHT30, SHT35): thermometer and hygrometer.

Sensirion data sheet SHT3x-DIS, sections 4.3 (single shot), 4.12 (checksum), 4.13 (conversion).
"""

import time

BUS, FIELDS, SCALES, TEXT = "i2c", (0, 1), (100, 100), "%.2f C, %.1f %%"
ADDRESS = 0x44  # 0x45 with its pin ADR at 3 V
MEASURE = b"\x24\x00"  # high repeatability, no clock stretching
DURATION_MS = 20  # 15.5 at most


def checksum(data):
    """CRC-8, polynomial 0x31, beginning with 0xFF: of 0xBEEF it is 0x92."""
    found = 0xFF
    for byte in data:
        found ^= byte
        for _ in range(8):
            found = (found << 1 ^ (0x31 if found & 0x80 else 0)) & 0xFF
    return found


def read(i2c, address=None):
    """(degrees Celsius, % relative humidity). Raises OSError and says why."""
    address = address or ADDRESS
    try:
        i2c.writeto(address, MEASURE)
        time.sleep_ms(DURATION_MS)
        data = i2c.readfrom(address, 6)
    except OSError:
        raise OSError("no SHT31 answers at 0x%02x: check its wires" % address)
    celsius = -45 + 175 * _word(data[0:3]) / 65535
    humidity = 100 * _word(data[3:6]) / 65535
    if not -40 <= celsius <= 125:
        raise OSError("impossible answer from the SHT31: %.1f C" % celsius)
    return celsius, humidity


def _word(data):
    if checksum(data[:2]) != data[2]:
        raise OSError("wrong checksum from the SHT31: are its wires long or loose?")
    return data[0] << 8 | data[1]
