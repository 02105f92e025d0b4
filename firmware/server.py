"""Can a board reach the server, and is it the server whose database this command writes?"""

from __future__ import annotations

import http.client
import ssl
import time
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from readings.models import Heartbeat

_PATIENCE_S = 10
_HEARTBEAT = "healthz"  # with which /healthz proves that it can write
_ONLY_HERE = ("127.", "localhost", "[::1]", "0.0.0.0")


class ServerTrouble(Exception):
    """No board should be sent to this server as it is; the text says what to do."""


def check_server(url: str) -> None:
    """Raise `ServerTrouble` unless the server can store readings in this very database."""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise ServerTrouble(f"{url} is no address. Give it like http://192.168.1.10:8000.")
    before = _heartbeat()
    _ask(f"{url.rstrip('/')}/healthz", url)
    if _heartbeat() == before:
        raise ServerTrouble(
            f"The server at {url} works with another database than this command. Run the command"
            " on the server's computer, in its folder and with its DATA_DIR or DATABASE_URL."
        )


def is_only_here(url: str) -> bool:
    """True for an address that means this computer to itself and nothing to a board."""
    netloc = urlsplit(url).netloc.rpartition("@")[2]
    return netloc.startswith(_ONLY_HERE)


def _heartbeat() -> int:
    time.sleep(0.002)  # two beats within one millisecond could not be told apart
    beat = Heartbeat.objects.filter(name=_HEARTBEAT).first()
    return beat.beat_at if beat else 0


def _ask(healthz: str, url: str) -> None:
    request = Request(healthz, headers={"User-Agent": "iotserver provision"})  # noqa: S310 - http
    try:
        # A board takes any certificate; so does this look at whether the server is there.
        context = ssl._create_unverified_context()  # noqa: S323
        with urlopen(request, timeout=_PATIENCE_S, context=context) as reply:  # noqa: S310
            said = reply.read(100).strip()
    except HTTPError as error:
        words = error.read(300).decode(errors="replace").strip()
        if error.code == 503:
            raise ServerTrouble(f"The server cannot store readings now: {words}") from error
        raise ServerTrouble(_wrong_place(url, f"status {error.code}")) from error
    except (URLError, OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise ServerTrouble(
            f"The server does not answer at {url} ({reason}). Start it with make serve, or say"
            " where it is with --server."
        ) from error
    if said != b"ok":
        raise ServerTrouble(_wrong_place(url, "not ok"))


def _wrong_place(url: str, answer: str) -> str:
    return (
        f"Something else answers at {url} ({answer} for /healthz). Say where the server is with"
        " --server, with the path that a proxy gives it."
    )
