"""Wi-Fi, and HTTP as far as a station needs it.

Requests are written on a bare socket: the urequests of older boards has no
timeout and leaks a socket whenever an answer surprises it.
"""

import socket
import time

import network

TIMEOUT_S = 10
REPLY_LIMIT = 4000  # bytes; what a proxy adds is part of it
TEXT_LIMIT = 80
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


def signal():
    """How strong the network is here, in dBm; None when the radio does not say."""
    try:
        return network.WLAN(network.STA_IF).status("rssi")
    except (ValueError, OSError):
        return None


def post(server, api_key, mac, field, value, age, seq, timeout_s=TIMEOUT_S):
    """Send one reading; returns (HTTP status, the server's words).

    Raises OSError when no proper answer comes within about twice timeout_s.
    """
    path = "/update/API_key=%s/mac=%s/field=%d/data=%s/age=%d/seq=%s" % (
        quote(api_key), quote(mac), field, value, age, seq,
    )  # fmt: skip
    return ask(server, "GET", path, api_key, timeout_s=timeout_s, names_key=False)


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


def ask(server, method, path, key, body=None, sink=None, timeout_s=TIMEOUT_S, names_key=True):
    """One request: (status, text). The socket is closed whatever happens.

    body() yields the pieces of a JSON document, twice: once to be counted.
    sink(byte) gets the body of a good answer; the text is empty then.
    """
    is_tls, host, port, netloc, prefix = split(server)
    head = "%s %s%s HTTP/1.0\r\nHost: %s\r\n" % (method, prefix, path, netloc)
    if names_key:
        head += "Authorization: Bearer %s\r\n" % key
    if body:
        length = sum(len(piece) for piece in body())
        head += "Content-Type: application/json\r\nContent-Length: %d\r\n" % length
    address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
    sock = stream = socket.socket(address[0], address[1], address[2])
    try:
        sock.settimeout(timeout_s)
        sock.connect(address[-1])
        if is_tls:
            stream = _tls(sock, host)
        stream.write((head + "\r\n").encode())
        for piece in body() if body else ():
            stream.write(piece.encode())
        status, text = _answer(_receive(stream, timeout_s, sink), sink)
    finally:
        stream.close()
        sock.close()
    # Some servers repeat what they were asked for: the console is no place for the key.
    return status, text.replace(quote(key), "***").replace(key, "***")


def _tls(sock, host):
    # Encrypts, but proves nothing: the ESP8266 cannot check certificates, so
    # whoever sits between the board and the server could read the key.
    import ssl  # only here: it costs memory that http does not need

    return ssl.wrap_socket(sock, server_hostname=host)


def _receive(stream, timeout_s, sink=None):
    """Yield what the server says, byte by byte, until it closes or has said enough.

    read(n) would wait for all n with a fresh timeout for each byte, so a server
    that dribbles could hold the board for hours.
    """
    started = time.ticks_ms()
    limit = 40000 if sink else REPLY_LIMIT
    for count in range(limit):
        try:
            byte = stream.read(1)
        except OSError:
            if not count:
                raise
            return
        if not byte or time.ticks_diff(time.ticks_ms(), started) > timeout_s * 1000:
            return
        yield byte


def _answer(data, sink):
    """(status, text) of an HTTP answer; OSError when it is none."""
    status = _status(_line(data))
    while _line(data):
        pass  # headers
    text = ""
    for byte in data:
        if sink and status == 200:
            sink(byte)
        elif 32 <= byte[0] < 127:
            text += chr(byte[0])
            if len(text) >= TEXT_LIMIT:
                break
    return status, text


def _line(data):
    """The bytes up to the next end of a line; at most 80 are kept, none of one that has no end."""
    line = bytearray()
    for byte in data:
        if byte == b"\n":
            return bytes(line)
        if len(line) < 80 and byte != b"\r":
            line.extend(byte)
    return b""


def _status(line):
    words = line.split()
    if not line.startswith(b"HTTP/") or len(words) < 2 or not words[1].isdigit():
        raise OSError("no HTTP answer: is SERVER right?")
    return int(words[1])
