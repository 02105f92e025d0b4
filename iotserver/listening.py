"""Can anybody listen where the server is to listen?"""

from __future__ import annotations

import errno
import socket
import sys
import time

# Workers whose master was killed look for it once a second, and then let go of the port.
_ORPHANS_LET_GO_WITHIN_S = 3.0
_POLL_S = 0.1


def objection(host: str, port: int) -> str:
    """Return why nobody can listen there and what to do about it, else an empty text.

    Asked before anything is touched: a second start must not gather static files anew
    under a server that runs.
    """
    error = _refusal(host, port)
    return _explained(error, host, port) if error else ""


def objection_in_the_end(host: str, port: int) -> str:
    """Return `objection`'s answer once the workers of a server that was killed may have ended.

    Only they are waited for: a port that is root's or an address that is not ours stays so.
    """
    deadline = time.monotonic() + _ORPHANS_LET_GO_WITHIN_S
    while _is_in_use(error := _refusal(host, port)) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    return _explained(error, host, port) if error else ""


def _refusal(host: str, port: int) -> OSError | None:
    host = host.strip("[]")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        if sys.platform != "win32":  # there it would let two listen
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


def _is_in_use(error: OSError | None) -> bool:
    return error is not None and error.errno == errno.EADDRINUSE


def _explained(error: OSError, host: str, port: int) -> str:
    if _is_in_use(error):
        return (
            f"Port {port} is in use: is the server running already?"
            " Stop that one, or set PORT to another number."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} is the system's own. Set PORT to a number above 1023."
    return f"Nobody can listen at {host}, port {port} ({error.strerror}). Look at HOST and PORT."
