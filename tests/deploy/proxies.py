"""The shipped nginx.conf and Caddyfile, run as they are but for ports and certificate."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.serving import Server, free_port, wait_until

NAME = "weather.example.org"
_DEPLOY = Path(__file__).resolve().parents[2] / "deploy"

# As Debian's nginx.conf includes a site, but eager to compress and with logs of the test.
_AROUND = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/proxy.log info;
{user} events {{}}
http {{
    access_log {folder}/access.log; gzip on; gzip_min_length 1; gzip_types *;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/site.conf;
}}
"""


@dataclass
class Proxy:
    """One proxy before one server."""

    folder: Path
    server: Server
    http: int
    https: int

    def ask(self, request: bytes, *, tls: bool = False, source: str = "127.0.0.1") -> bytes:
        """Send raw bytes as a client at `source`; return everything that comes back."""
        port = self.https if tls else self.http
        with socket.create_connection(("127.0.0.1", port), 20, (source, 0)) as plain:
            if not tls:
                return _exchange(plain, request)
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with context.wrap_socket(plain, server_hostname=NAME) as secure:
                return _exchange(secure, request)

    def logs(self) -> str:
        """Return all that the proxy wrote anywhere."""
        files = [file for file in self.folder.rglob("*.log") if file.is_file()]
        return "".join(file.read_text() for file in files)


@contextmanager
def running_proxy(kind: str, folder: Path, server: Server) -> Iterator[Proxy]:
    program = shutil.which(kind)
    if program is None:
        assert "CI" not in os.environ, f"CI must have {kind}: .ci/run installs it."
        pytest.skip(f"no {kind} here: install it")
    folder.mkdir()
    with ExitStack() as stack:
        http, https = (stack.enter_context(free_port()) for _ in range(2))
        proxy = Proxy(folder, server, http, https)
        command = (_nginx if kind == "nginx" else _caddy)(proxy)
        with (folder / "proxy.log").open("ab") as log:
            process = subprocess.Popen(
                [program, *command],
                env=os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "share")},
                stdout=log,
                stderr=log,
            )
        try:
            wait_until(lambda: _is_up(proxy, process), proxy.logs)
            yield proxy
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _nginx(proxy: Proxy) -> list[str]:
    folder = proxy.folder
    _make_certificate(folder)
    site = _pointed_at(proxy, "nginx.conf")
    for old, new in (
        ("listen 80 ", f"listen 127.0.0.1:{proxy.http} "),
        ("listen 443 ", f"listen 127.0.0.1:{proxy.https} "),
        ("listen [::]:80 default_server;", ""),
        ("listen [::]:443 ssl;", ""),
        (f"/etc/letsencrypt/live/{NAME}", str(folder)),
    ):
        assert old in site, f"{old} is not in the shipped file"
        site = site.replace(old, new)
    (folder / "site.conf").write_text(site)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_AROUND.format(folder=folder, user=user))
    return ["-p", str(folder), "-c", str(folder / "nginx.conf")]


def _caddy(proxy: Proxy) -> list[str]:
    """Let Caddy sign the certificate itself, listen on our ports and tell all it can."""
    ours = (
        f"{{\n\tadmin off\n\thttp_port {proxy.http}\n\thttps_port {proxy.https}\n\tlocal_certs\n"
        "\tdebug\n\tskip_install_trust\n\tdefault_bind 127.0.0.1\n"
        # HTTP/3 would want the UDP port that `free_port` claims.
        "\tservers {\n\t\tprotocols h1 h2\n\t}\n"
    )
    shipped = _pointed_at(proxy, "Caddyfile")
    assert "\n{\n" in shipped
    (proxy.folder / "Caddyfile").write_text(shipped.replace("\n{\n", "\n" + ours, 1))
    return ["run", "--config", str(proxy.folder / "Caddyfile"), "--adapter", "caddyfile"]


def _pointed_at(proxy: Proxy, name: str) -> str:
    shipped = (_DEPLOY / name).read_text()
    assert "127.0.0.1:8000" in shipped
    return shipped.replace("127.0.0.1:8000", f"127.0.0.1:{proxy.server.port}")


def _make_certificate(folder: Path) -> None:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", f"/CN={NAME}", "-keyout", "privkey.pem", "-out", "fullchain.pem"),
        ],
        cwd=folder,
        capture_output=True,
        check=True,
    )


def _is_up(proxy: Proxy, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, proxy.logs()
    request = f"GET /healthz HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode()
    with suppress(OSError):
        return all(b"200 OK" in proxy.ask(request, tls=tls) for tls in (False, True))
    return False


def _exchange(connection: socket.socket, request: bytes) -> bytes:
    connection.sendall(request)
    found = b""
    while piece := connection.recv(65_536):
        found += piece
    return found
