"""The Bosch BME280: a BMP280 that measures humidity, too.

Bosch data sheet BST-BME280-DS002, sections 4.2.2 (calibration), 4.2.3 (formula), 5.4.3 (control).
"""

import struct

import BMP280

BUS, FIELDS, SCALES = "i2c", (0, 1, 2), (100, 100, 20)
TEXT = "%.2f C, %.1f %%, %.2f hPa"
H1, H2 = 0xA1, 0xE1
CONTROL_HUMIDITY = 0xF2  # counts with the next write of the other control register
NOT_MEASURED = 0x8000


def humidity_1024(adc, fine, h1, h2, h3, h4, h5, h6):
    """The relative humidity in 1/1024 % from the raw 16 bits and the calibration."""
    a = fine - 76800
    b = (((adc << 14) - (h4 << 20) - h5 * a) + 16384) >> 15
    c = (((((a * h6) >> 10) * (((a * h3) >> 11) + 32768)) >> 10) + 2097152) * h2 + 8192
    b = b * (c >> 14)
    b -= ((((b >> 15) * (b >> 15)) >> 7) * h1) >> 4
    return min(max(b, 0), 419430400) >> 12


def read(i2c, address=None):
    """(degrees Celsius, % relative humidity, hPa). Raises OSError and says why."""
    return BMP280.told(i2c, address or BMP280.ADDRESS, _read, "BME280")


def readtemp(i2c, address=None):
    return read(i2c, address)[0]


def _read(i2c, address):
    if i2c.readfrom_mem(address, BMP280.CHIP_ID, 1)[0] == BMP280.BMP280:
        raise OSError('the chip at 0x%02x is a BMP280: set SENSOR = "BMP280"' % address)
    i2c.writeto_mem(address, CONTROL_HUMIDITY, b"\x01")
    ids = (BMP280.BME280,)
    celsius, hectopascals, fine, data = BMP280.measure(i2c, address, "BME280", ids, 8)
    raw = data[6] << 8 | data[7]
    if raw == NOT_MEASURED:
        raise OSError("the BME280 measured no humidity")
    humidity = humidity_1024(raw, fine, *_calibration(i2c, address)) / 1024
    return celsius, humidity, hectopascals


def _calibration(i2c, address):
    """H1 to H6. H4 and H5 have 12 bits each and share a byte."""
    h1 = i2c.readfrom_mem(address, H1, 1)[0]
    data = i2c.readfrom_mem(address, H2, 7)
    h2, h3, a, b, c, h6 = struct.unpack("<hBbBbb", data)
    return h1, h2, h3, a << 4 | b & 15, c << 4 | b >> 4, h6
