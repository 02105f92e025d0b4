"""Real receivers, and a clock that the tests move."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts import courier, trial
from tests.alerts.receivers import Mailbox, Receiver, make_certificate, receiving, receiving_mail


@pytest.fixture
def ntfy() -> Iterator[Receiver]:
    """A real HTTP server that stands in for ntfy."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def mail() -> Iterator[tuple[Mailbox, str]]:
    with receiving_mail() as found:
        yield found


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def push_service(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A push service over TLS, whose certificate this process and its children trust."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    with receiving(certificate) as receiver:
        yield receiver


class Clock:
    """What the outbox takes for now."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(1_790_000_000_000)  # 2026-09-21, 16:13 in Berlin
    for module in (courier, trial):
        monkeypatch.setattr(module, "now_ms", clock)
    return clock
