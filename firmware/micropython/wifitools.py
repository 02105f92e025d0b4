"""Wi-Fi, and the one HTTP request a station makes.

The request is written on a bare socket: the urequests of older boards has no
timeout and leaks a socket whenever an answer surprises it.
"""

import socket
import time

import network

TIMEOUT_S = 10
REPLY_LIMIT = 400  # bytes; the server's own answers are far shorter
UNRESERVED = "-._~:"


def connect(ssid, password, timeout_s=15, afresh=False):
    """Join the network: True when joined, False when the time ran out.

    Raises OSError when the radio refuses. afresh = leave the network first.
    """
    network.WLAN(network.AP_IF).active(False)
    wlan = network.WLAN(network.STA_IF)
    wlan.active(True)
    if afresh:
        wlan.disconnect()
    elif wlan.isconnected():
        return True
    wlan.connect(ssid, password)
    started = time.ticks_ms()
    while not wlan.isconnected():
        if time.ticks_diff(time.ticks_ms(), started) > timeout_s * 1000:
            # The ESP32 refuses a new connect() while an old one still tries.
            wlan.disconnect()
            return False
        time.sleep_ms(100)
    return True


def getmac():
    """The board's address as aa:bb:cc:dd:ee:ff."""
    mac = network.WLAN(network.STA_IF).config("mac")
    return ":".join("%02x" % byte for byte in mac)


def post(server, api_key, mac, field, value, age, seq, timeout_s=TIMEOUT_S):
    """Send one reading; returns (HTTP status, the server's words).

    Raises OSError when no proper answer comes within about twice timeout_s.
    """
    path = "/update/API_key=%s/mac=%s/field=%d/data=%s/age=%d/seq=%s" % (
        quote(api_key), quote(mac), field, value, age, seq,
    )  # fmt: skip
    status, text = get(server, path, timeout_s)
    # Some servers repeat the address they were asked for: the console is no
    # place for the key.
    return status, text.replace(quote(api_key), "***").replace(api_key, "***")


def quote(text):
    """Percent-encoded, so that no key or address can break the request line."""
    return "".join(
        chr(b) if chr(b).isalpha() or chr(b).isdigit() or chr(b) in UNRESERVED else "%%%02X" % b
        for b in text.encode()
    )


def split(server):
    """'https://host:1234/iot' as (is_tls, host, port, host as typed, '/iot')."""
    scheme, _, rest = server.rpartition("://")
    is_tls = scheme == "https"
    netloc, _, prefix = rest.partition("/")
    host, _, port = netloc.partition(":")
    prefix = "/" + prefix.strip("/") if prefix.strip("/") else ""
    return is_tls, host, int(port or (443 if is_tls else 80)), netloc, prefix


def get(server, path, timeout_s):
    """GET the path: (status, text). The socket is closed whatever happens."""
    is_tls, host, port, netloc, prefix = split(server)
    address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
    sock = stream = socket.socket(address[0], address[1], address[2])
    try:
        sock.settimeout(timeout_s)
        sock.connect(address[-1])
        if is_tls:
            stream = _tls(sock, host)
        request = "GET %s%s HTTP/1.0\r\nHost: %s\r\n\r\n" % (prefix, path, netloc)
        stream.write(request.encode())
        return _answer(_receive(stream, timeout_s))
    finally:
        stream.close()
        sock.close()


def _tls(sock, host):
    # Encrypts, but proves nothing: the ESP8266 cannot check certificates, so
    # whoever sits between the board and the server could read the key.
    import ssl  # only here: it costs memory that http does not need

    return ssl.wrap_socket(sock, server_hostname=host)


def _receive(stream, timeout_s):
    """What the server says until it closes, or enough of it."""
    started = time.ticks_ms()
    data = bytearray()
    try:
        # Byte by byte: read(n) would wait for all n with a fresh timeout for
        # each byte, so a server that dribbles could hold the board for hours.
        while len(data) < REPLY_LIMIT:
            byte = stream.read(1)
            if not byte or time.ticks_diff(time.ticks_ms(), started) > timeout_s * 1000:
                break
            data.extend(byte)
    except OSError:
        if b"\r\n" not in data:
            raise
    return bytes(data)


def _answer(data):
    """(status, text) of an HTTP answer; OSError when it is none."""
    line, end, rest = data.partition(b"\r\n")
    words = line.split()
    if not end or not line.startswith(b"HTTP/") or len(words) < 2 or not words[1].isdigit():
        raise OSError("no HTTP answer: is SERVER right?")
    body = rest.partition(b"\r\n\r\n")[2]
    return int(words[1]), "".join(chr(b) for b in body[:80] if 32 <= b < 127)
