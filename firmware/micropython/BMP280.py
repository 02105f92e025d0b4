"""The Bosch BMP280: thermometer and barometer.

Registers, calibration and the integer formulas: Bosch data sheet BST-BMP280-DS001,
sections 3.11 (worked example in 3.12), 4.2 and 4.3. BME280.py builds on this file.
"""

import struct
import time

BUS, FIELDS, SCALES, TEXT = "i2c", (0, 2), (100, 20), "%.2f C, %.2f hPa"
ADDRESS = 0x77  # Adafruit's board; many others answer at 0x76
CHIP_ID = 0xD0
BMP280, BME280 = 0x58, 0x60
CALIBRATION = 0x88
STATUS = 0xF3
CONTROL = 0xF4
DATA = 0xF7
MEASURING = 0x08
MEASURE_ONCE = 0x25  # temperature x1, pressure x1, forced mode
NOT_MEASURED = 0x80000  # what the data registers hold before a measurement


def hundredths(adc, t1, t2, t3):
    """The temperature in 1/100 C from the raw 20 bits and the calibration."""
    return (fine_temperature(adc, t1, t2, t3) * 5 + 128) >> 8


def fine_temperature(adc, t1, t2, t3):
    coarse = (((adc >> 3) - (t1 << 1)) * t2) >> 11
    offset = (adc >> 4) - t1
    return coarse + ((((offset * offset) >> 12) * t3) >> 14)


def pascals_256(adc, fine, p):
    """The pressure in 1/256 Pa from the raw 20 bits, fine_temperature() and P1 to P9."""
    a = fine - 128000
    b = a * a * p[5] + ((a * p[4]) << 17) + (p[3] << 35)
    a = ((a * a * p[2]) >> 8) + ((a * p[1]) << 12)
    a = (((1 << 47) + a) * p[0]) >> 33
    if a == 0:
        raise OSError("the BMP280 has no calibration")
    found = (((1048576 - adc) << 31) - b) * 3125 // a
    a = (p[8] * (found >> 13) * (found >> 13)) >> 25
    b = (p[7] * found) >> 19
    return ((found + a + b) >> 8) + (p[6] << 4)


def read(i2c, address=None):
    """(degrees Celsius, hPa). Raises OSError and says why."""
    return told(i2c, address or ADDRESS, _read, "BMP280")


def readtemp(i2c, address=None):
    return read(i2c, address)[0]


def _read(i2c, address):
    celsius, hectopascals, _, _ = measure(i2c, address, "BMP280", (BMP280, BME280), 6)
    return celsius, hectopascals


def told(i2c, address, read, name):
    """What was read, or an OSError that names the chip."""
    try:
        return read(i2c, address)
    except OSError as error:
        if len(error.args) == 1 and isinstance(error.args[0], str):
            raise
        raise OSError("no %s answers at 0x%02x: check its wires" % (name, address))


def measure(i2c, address, name, ids, count):
    """(Celsius, hPa, fine_temperature(), the data registers)."""
    if i2c.readfrom_mem(address, CHIP_ID, 1)[0] not in ids:
        raise OSError("the chip at 0x%02x is not a %s" % (address, name))
    found = struct.unpack("<HhhHhhhhhhhh", i2c.readfrom_mem(address, CALIBRATION, 24))
    if found[0] in (0, 0xFFFF):
        raise OSError("the %s has no calibration" % name)
    i2c.writeto_mem(address, CONTROL, bytes((MEASURE_ONCE,)))
    _wait(i2c, address, name)
    data = i2c.readfrom_mem(address, DATA, count)
    raw = data[3] << 12 | data[4] << 4 | data[5] >> 4
    raw_pressure = data[0] << 12 | data[1] << 4 | data[2] >> 4
    if raw == NOT_MEASURED or raw_pressure == NOT_MEASURED:
        raise OSError("the %s measured nothing" % name)
    fine = fine_temperature(raw, *found[:3])
    celsius = ((fine * 5 + 128) >> 8) / 100
    hectopascals = pascals_256(raw_pressure, fine, found[3:]) / 25600
    if not -40 <= celsius <= 85:
        raise OSError("impossible answer from the %s: %.1f C" % (name, celsius))
    if not 300 <= hectopascals <= 1100:
        raise OSError("impossible answer from the %s: %.1f hPa" % (name, hectopascals))
    return celsius, hectopascals, fine, data


def _wait(i2c, address, name):
    """Until the measurement is done: 6.4 ms at most by the data sheet, 9.3 with humidity."""
    for _ in range(10):
        time.sleep_ms(10)
        if not i2c.readfrom_mem(address, STATUS, 1)[0] & MEASURING:
            return
    raise OSError("the %s does not finish measuring" % name)
