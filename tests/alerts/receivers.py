"""Real receivers on this machine: an HTTP service, a mail server, a push service over TLS."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.patience import PATIENCE_S
from tests.serving import free_port


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What arrived, in order. `statuses` are given first, then 200; `hold` keeps replies back."""

    port: int
    scheme: str = "http"
    arrived: Queue[Request] = field(default_factory=Queue)
    statuses: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    hold: Event = field(default_factory=Event)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """As an address of Apprise, with a topic that is a secret."""
        return f"ntfy://{self.place}/needle-topic"

    def next(self) -> Request:
        """Wait for the next request."""
        return self.arrived.get(timeout=PATIENCE_S)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length", 0))
        body = handler.rfile.read(length)
        self.arrived.put(Request(handler.path, dict(handler.headers), body))
        self.hold.wait(PATIENCE_S)
        handler.send_response(self.statuses.pop(0) if self.statuses else 200)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"{}")


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Whoever asked has gone: what some tests are about."""


@contextmanager
def receiving(tls: Path | None = None) -> Iterator[Receiver]:
    """Run an HTTP service; with a folder of `make_certificate` it speaks TLS."""
    with free_port() as port:
        receiver = Receiver(port, "https" if tls else "http")
        receiver.hold.set()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.answer(self)

            do_GET = do_PUT = do_POST

            def log_message(self, *_: Any) -> None:
                pass

        server = _Quiet(("127.0.0.1", port), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls / "cert.pem", tls / "key.pem")
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.hold.set()
            server.shutdown()
            server.server_close()
            thread.join(PATIENCE_S)


def make_certificate(folder: Path) -> Path:
    """Make a certificate for localhost that is its own authority; return its folder."""
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    command = ["openssl", "req", "-x509", *kind, *subject, *files]
    subprocess.run(command, check=True, capture_output=True)
    return folder


class Mailbox:
    """A mail server's inbox. `replies` are given to the first mails in place of taking them."""

    def __init__(self) -> None:
        self.arrived: Queue[EmailMessage] = Queue()
        self.replies: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.replies:
            return self.replies.pop(0)
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.arrived.put(mail)
        return "250 OK"

    def next(self) -> EmailMessage:
        return self.arrived.get(timeout=PATIENCE_S)


@contextmanager
def receiving_mail() -> Iterator[tuple[Mailbox, str]]:
    """Run a mail server; yields its inbox and its address for Apprise."""
    mailbox = Mailbox()
    with free_port() as port:
        controller = Controller(mailbox, hostname="127.0.0.1", port=port)
        controller.start()
        try:
            yield mailbox, f"mailto://127.0.0.1:{port}?from=house@example.org&to=mum@example.org"
        finally:
            controller.stop()
