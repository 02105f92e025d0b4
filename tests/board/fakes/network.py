"""Stands in for MicroPython's `network` on a computer.

Fake because no computer here has the board's radio. The network is in reach
while the file `wifi` says `up`. As on the ESP32, a connect() while another is
still trying is refused.
"""

STA_IF = 0
AP_IF = 1
MAC = b"\xa0\xb1\xc2\xd3\xe4\xf5"


class WLAN:
    is_ap_active = True  # as on a new ESP8266
    _joined = False
    _trying = False

    def __init__(self, interface):
        self._interface = interface

    def active(self, is_active=None):
        if self._interface == AP_IF:
            WLAN.is_ap_active = is_active

    def isconnected(self):
        with open("wifi") as file:
            is_up = file.read().strip() == "up"
        if not is_up:
            WLAN._joined = False
        elif WLAN._trying:
            WLAN._joined, WLAN._trying = True, False
        return WLAN._joined

    def connect(self, ssid, password):
        if WLAN._trying:
            raise OSError("Wifi Internal Error")
        print("joining", ssid)
        WLAN._trying = True

    def disconnect(self):
        print("leaving the network")
        WLAN._trying = WLAN._joined = False

    def status(self, name):
        assert name == "rssi"
        return -61

    def config(self, name):
        assert name == "mac"
        return MAC
