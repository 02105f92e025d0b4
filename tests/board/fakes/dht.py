"""Stands in for MicroPython's `dht`: no computer has the sensor or times its pulses.

As the shipped one it takes 40 bits, checks their sum and raises what that raises. As the
sensor it answers with what it measured the time before.
"""


class DHT22:
    humidity_now = 48.2
    sent = b"\x01\xf4\x00\x00\xf5"  # what it had measured when it was last asked: 50 %, 0 C
    is_damaged = False

    def __init__(self, pin):
        self.buf = bytearray(5)

    def measure(self):
        with open("temperature") as file:
            state = file.read().strip()
        if state == "missing":
            raise OSError(110)  # ETIMEDOUT
        self.buf[:] = DHT22.sent
        DHT22.sent = bytes(5) if state == "zeros" else _frame(float(state), self.humidity_now)
        if self.is_damaged:
            self.buf[4] ^= 1
        if sum(self.buf[:4]) & 0xFF != self.buf[4]:
            raise Exception("checksum error")

    def humidity(self):
        return (self.buf[0] << 8 | self.buf[1]) * 0.1

    def temperature(self):
        found = ((self.buf[2] & 0x7F) << 8 | self.buf[3]) * 0.1
        return -found if self.buf[2] & 0x80 else found


def _frame(celsius, humidity):
    tenths, percent = round(abs(celsius) * 10), round(humidity * 10)
    data = bytes(
        (percent >> 8, percent & 0xFF, tenths >> 8 | (0x80 if celsius < 0 else 0), tenths & 0xFF)
    )
    return data + bytes((sum(data) & 0xFF,))
