"""A start that cannot listen says so before it touches anything."""

from __future__ import annotations

import errno
import socket
import time

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from iotserver import listening, static_files
from iotserver.listening import objection, objection_in_the_end
from tests.serving import free_port


def test_a_free_port_is_fine() -> None:
    with free_port() as port:
        assert objection("127.0.0.1", port) == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_port_that_somebody_listens_at_is_told(host: str) -> None:
    with free_port() as port, socket.create_server(("127.0.0.1", port)):
        assert objection(host, port).startswith(f"Port {port} is in use: is the server running")


def test_an_address_that_is_not_this_computers_is_told() -> None:
    with free_port() as port:
        text = objection("192.0.2.1", port)
    assert text.startswith(f"Nobody can listen at 192.0.2.1, port {port}")
    assert text.endswith("Look at HOST and PORT.")


@pytest.fixture
def for_root_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: socket.socket, address: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)


@pytest.mark.usefixtures("for_root_alone")
def test_a_port_for_root_alone_is_told() -> None:
    assert objection("0.0.0.0", 80).endswith("Set PORT to a number above 1023.")


def test_a_start_waits_until_the_workers_of_a_killed_server_have_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with free_port() as port, socket.create_server(("127.0.0.1", port)) as orphan:
        monkeypatch.setattr(time, "sleep", lambda _: orphan.close())
        assert objection_in_the_end("127.0.0.1", port) == ""


def test_a_start_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_ORPHANS_LET_GO_WITHIN_S", 0.0)
    with free_port() as port, socket.create_server(("127.0.0.1", port)):
        assert "in use" in objection_in_the_end("127.0.0.1", port)


@pytest.mark.usefixtures("for_root_alone")
def test_a_start_does_not_wait_for_what_no_waiting_mends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("waited"))
    assert objection_in_the_end("0.0.0.0", 80).endswith("Set PORT to a number above 1023.")


def test_a_second_start_touches_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "_ORPHANS_LET_GO_WITHIN_S", 0.0)
    monkeypatch.setattr(static_files, "gather", lambda: pytest.fail("gathered under a server"))
    with free_port() as port, socket.create_server(("127.0.0.1", port)):
        settings.HOST, settings.PORT = "127.0.0.1", port
        with pytest.raises(CommandError, match="is the server running already"):
            call_command("serve")
