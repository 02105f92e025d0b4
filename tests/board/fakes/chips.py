"""Models of the sensors' registers, for the fake `machine`: no computer has the chips."""

import struct


class MCP9808:
    reads_before_first = 0  # after power-up, until the first conversion is done

    def read(self, register, state):
        if register == 0x06:
            return b"\x00\x54" if state != "wrong" else b"\xff\xff"
        if register == 0x07:
            return b"\x04\x00"
        if register == 0x05 and self.reads_before_first:
            self.reads_before_first -= 1
        elif register == 0x05:
            raw = round(float(state) * 16)
            # Against the limits' power-on value of 0 C.
            alerts = 0x2000 if raw < 0 else 0xC000
            word = (raw & 0x1FFF) | alerts
            return bytes((word >> 8, word & 0xFF))
        return b"\x00\x00"

    def write(self, register, data, state):
        pass


class BMP280:
    """Forced mode, with the calibration of the data sheet's worked example.

    As a BME280 (ID = 0x60) it has a hygrometer, with a calibration that real chips have.
    """

    T1, T2, T3 = 27504, 26435, -1000
    CALIBRATION = struct.pack(
        "<HhhHhhhhhhhh",
        *(T1, T2, T3),
        *(36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000),
    )
    HUMIDITY_1 = b"\x4b"
    HUMIDITY_2 = struct.pack("<hBbBbb", 362, 0, 19, 0x2C, 3, 30)  # H4 = 316, H5 = 50
    ID = 0x58
    is_lazy = False  # says that it is done, and has measured nothing
    pressure_adc = 415148  # of the worked example: 1006.53 hPa at 25.08 C
    humidity_adc = 30000

    def __init__(self):
        self.registers = bytearray(256)
        self.registers[0x88:0xA0] = self.CALIBRATION
        self.registers[0xA1:0xA2] = self.HUMIDITY_1
        self.registers[0xE1:0xE8] = self.HUMIDITY_2
        self._clear()
        self.polls = 0
        self.measures_humidity = False

    def _clear(self):
        self.registers[0xF7:0xFF] = b"\x80\0\0\x80\0\0\x80\0"

    def read(self, register, state):
        self.registers[0xD0] = 0x61 if state == "wrong" else self.ID
        if register == 0xF3:
            self._progress(state)
        return bytes(self.registers[register : register + 24])

    def write(self, register, data, state):
        if register == 0xF2:
            self.measures_humidity = bool(data[0] & 7)
        if register == 0xF4 and data[0] & 3 == 1 and data[0] >> 5:
            self.polls = 2
            self.registers[0xF3] = 0x08
            self.measures_pressure = bool(data[0] >> 2 & 7)
            self._clear()

    def _progress(self, state):
        if state == "stuck" or not self.polls:
            return
        self.polls -= 1
        if self.polls:
            return
        self.registers[0xF3] = 0
        if self.is_lazy:
            return
        self.registers[0xFA:0xFD] = _left20(self._adc(float(state)))
        if self.measures_pressure:
            self.registers[0xF7:0xFA] = _left20(self.pressure_adc)
        if self.measures_humidity and self.ID == 0x60:
            self.registers[0xFD:0xFF] = struct.pack(">H", self.humidity_adc)

    def _celsius(self, adc):
        """The data sheet's floating point formula (its section 8.1)."""
        x = adc / 16384 - self.T1 / 1024
        y = adc / 131072 - self.T1 / 8192
        return (x * self.T2 + y * y * self.T3) / 5120

    def _adc(self, celsius):
        low, high = 0, 1 << 20
        while high - low > 1:
            middle = (low + high) // 2
            if self._celsius(middle) <= celsius:
                low = middle
            else:
                high = middle
        return low


class SHT31:
    """Single shot without clock stretching: a command, then six bytes once it is done."""

    humidity = 48.25
    is_damaged = False  # a bit turns over on the wire
    is_pending = False

    def command(self, data, state):
        if data != b"\x24\x00" or state == "wrong":
            raise OSError(19)
        self.is_pending = True

    def answer(self, state):
        if not self.is_pending or state == "stuck":
            raise OSError(19)
        self.is_pending = False
        raw = round((float(state) + 45) * 65535 / 175), round(self.humidity * 65535 / 100)
        words = [struct.pack(">H", word) for word in raw]
        sent = b"".join(word + bytes((crc8(word),)) for word in words)
        return bytes((sent[0] ^ 1,)) + sent[1:] if self.is_damaged else sent


def crc8(data):
    """The data sheet's: polynomial 0x31, beginning with 0xFF. By table of remainders."""
    found = 0xFF
    for byte in data:
        found = REMAINDERS[found ^ byte]
    return found


def _remainder(byte):
    for _ in range(8):
        byte = byte << 1 ^ (0x131 if byte & 0x80 else 0)
    return byte


REMAINDERS = bytes(_remainder(byte) for byte in range(256))


def _left20(adc):
    return bytes((adc >> 12, adc >> 4 & 0xFF, adc << 4 & 0xF0))
