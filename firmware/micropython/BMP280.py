"""The Bosch BMP280 (and BME280): its thermometer.

Registers, calibration and the 32-bit integer formula: Bosch data sheet
BST-BMP280-DS001, sections 3.11 (worked example in 3.12), 4.2 and 4.3.
"""

import struct
import time

ADDRESS = 0x77  # Adafruit's board; many others answer at 0x76
CHIP_ID = 0xD0
BMP280, BME280 = 0x58, 0x60
CALIBRATION = 0x88
STATUS = 0xF3
CONTROL = 0xF4
TEMPERATURE = 0xFA
MEASURING = 0x08
MEASURE_ONCE = 0x21  # temperature x1, no pressure, forced mode
NOT_MEASURED = 0x80000  # what the data registers hold before a measurement


def hundredths(adc, t1, t2, t3):
    """The temperature in 1/100 C from the raw 20 bits and the calibration."""
    coarse = (((adc >> 3) - (t1 << 1)) * t2) >> 11
    offset = (adc >> 4) - t1
    fine = (((offset * offset) >> 12) * t3) >> 14
    return ((coarse + fine) * 5 + 128) >> 8


def readtemp(i2c, address=None):
    """The temperature in degrees Celsius. Raises OSError and says why."""
    address = address or ADDRESS
    try:
        return _possible(_measure(i2c, address) / 100)
    except OSError as error:
        if len(error.args) == 1 and isinstance(error.args[0], str):
            raise
        raise OSError("no BMP280 answers at 0x%02x: check its wires" % address)


def _measure(i2c, address):
    if i2c.readfrom_mem(address, CHIP_ID, 1)[0] not in (BMP280, BME280):
        raise OSError("the chip at 0x%02x is not a BMP280" % address)
    calibration = struct.unpack("<Hhh", i2c.readfrom_mem(address, CALIBRATION, 6))
    if calibration[0] in (0, 0xFFFF):
        raise OSError("the BMP280 has no calibration")
    i2c.writeto_mem(address, CONTROL, bytes((MEASURE_ONCE,)))
    _wait(i2c, address)
    return hundredths(_raw(i2c, address), *calibration)


def _wait(i2c, address):
    """Until the measurement is done: 6.4 ms at most by the data sheet."""
    for _ in range(10):
        time.sleep_ms(10)
        if not i2c.readfrom_mem(address, STATUS, 1)[0] & MEASURING:
            return
    raise OSError("the BMP280 does not finish measuring")


def _raw(i2c, address):
    high, middle, low = i2c.readfrom_mem(address, TEMPERATURE, 3)
    adc = high << 12 | middle << 4 | low >> 4
    if adc == NOT_MEASURED:
        raise OSError("the BMP280 measured nothing")
    return adc


def _possible(value):
    if not -40 <= value <= 85:
        raise OSError("impossible answer from the BMP280: %.1f C" % value)
    return value
