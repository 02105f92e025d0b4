"""The process that sends one message: what arrives, what is refused, what it tells."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.outgoing import dispatch, services
from alerts.outgoing.outcomes import Outcome
from tests.alerts.receivers import Mailbox, Receiver, receiving

_IN_HOUSE = "leads into the house's own network"


def _tell(url: str, *, is_in_house: bool = True) -> Outcome:
    return dispatch.tell(url, "Attic is silent", "Since 05:42, ½ an hour.", is_in_house=is_in_house)


def test_a_text_arrives(ntfy: Receiver) -> None:
    assert _tell(ntfy.url) == Outcome(True, "ntfy took it.")
    body = ntfy.next().body.decode("unicode_escape")
    assert "Attic is silent" in body
    assert "Since 05:42, ½ an hour." in body


def test_no_picture_is_fetched_from_elsewhere(ntfy: Receiver) -> None:
    _tell(ntfy.url)
    assert "X-Icon" not in ntfy.next().headers


def test_a_mail_arrives(mail: tuple[Mailbox, str]) -> None:
    mailbox, url = mail
    assert _tell(url) == Outcome(True, "E-Mail took it.")
    arrived = mailbox.next()
    assert (arrived["Subject"], arrived["To"]) == ("Attic is silent", "mum@example.org")
    body = arrived.get_body(("plain", "html"))
    assert body and "Since 05:42, ½ an hour." in body.get_content()


def test_a_mail_server_that_refuses_is_told(mail: tuple[Mailbox, str]) -> None:
    mailbox, url = mail
    mailbox.replies.append("554 no")
    outcome = _tell(url)
    assert not outcome.is_ok
    assert outcome.text.startswith("E-Mail did not take it.")


def test_a_service_that_fails_is_told_with_its_status(ntfy: Receiver) -> None:
    ntfy.statuses.append(507)
    outcome = _tell(ntfy.url)
    assert not outcome.is_ok
    assert "error=507" in outcome.text


def test_nobody_there_is_told(ntfy: Receiver) -> None:
    with receiving() as gone:
        url = gone.url
    assert not _tell(url).is_ok


def test_the_house_is_out_of_bounds_unless_that_is_meant(ntfy: Receiver) -> None:
    assert _IN_HOUSE in _tell(ntfy.url, is_in_house=False).text
    assert ntfy.arrived.empty()


@pytest.mark.parametrize(
    ("scheme", "host"),
    [
        ("form", "127.0.0.1"),
        ("gotify", "127.0.0.1"),
        ("mailto", "127.0.0.1"),
        ("json", "localhost"),
        ("json", "[::1]"),
        ("json", "0x7f.1"),
    ],
)
def test_no_kind_of_address_leads_around_that(ntfy: Receiver, scheme: str, host: str) -> None:
    """As looked at when the connection is made: a name is worth what it leads to then."""
    url = f"{scheme}://{host}:{ntfy.port}/{'t' * 20}?from=a@b.org&to=c@d.org&token={'t' * 20}"
    outcome = _tell(url, is_in_house=False)
    assert not outcome.is_ok
    assert ntfy.arrived.empty()


def test_a_redirect_is_not_followed(ntfy: Receiver) -> None:
    with receiving() as elsewhere:
        ntfy.statuses.append(307)
        ntfy.headers["Location"] = f"http://{elsewhere.place}/"
        assert not _tell(ntfy.url).is_ok
        assert elsewhere.arrived.empty()


@pytest.mark.parametrize("name", ["redirect=yes", "attach=/etc/passwd", "template=/etc/passwd"])
def test_parameters_that_would_undo_this_are_refused(ntfy: Receiver, name: str) -> None:
    outcome = services.tell(f"json://{ntfy.place}/?{name}", "title", "body")
    assert outcome == Outcome(False, f"Leave “{name.partition('=')[0]}” out of the address.")
    assert ntfy.arrived.empty()


@pytest.mark.parametrize("url", ["syslog://", "dbus://"])
def test_programs_of_this_machine_are_no_channel(url: str) -> None:
    assert "stays on this machine" in services.describe(url).text


@pytest.mark.parametrize("url", ["", "x", "file:///etc/passwd", "nothing://x", "\0"])
def test_what_apprise_does_not_know_is_told(url: str) -> None:
    assert "does not know" in services.describe(url).text


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("ntfys://needle-topic", "ntfy"),
        ("ntfy://user:needle@192.168.1.5:8080/needle", "ntfy, 192.168.1.5:8080"),
        ("mailtos://user:needle@gmail.com", "E-Mail, gmail.com:587"),
        ("tgram://123456789:needle_needle_needle/12345678", "Telegram"),
        ("signal://192.168.1.5:8080/+15551234567/+15557654321", "Signal API, 192.168.1.5:8080"),
        ("json://example.org/needle?+X-Key=needle", "JSON, example.org"),
    ],
)
def test_an_address_is_described_without_its_secrets(url: str, shown: str) -> None:
    assert services.describe(url) == Outcome(True, shown)


@pytest.mark.parametrize("status", [401, 404, 500])
def test_no_failure_repeats_a_secret(ntfy: Receiver, status: int) -> None:
    ntfy.statuses.append(status)
    url = f"ntfy://needle-user:needle-word@{ntfy.place}/needle-topic"
    assert "needle" not in _tell(url).text


def test_a_service_that_does_not_answer_is_given_up(
    ntfy: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "WITHIN_S", 1.5)
    ntfy.hold.clear()
    assert _tell(f"{ntfy.url}?rto=600").text == "There was no answer within 1.5 seconds."


def test_a_program_that_cannot_be_run_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "_COMMAND", ["/nowhere/python"])
    assert _tell("ntfys://topic").text == "The program that sends messages ended before its time."


def test_it_knows_nothing_of_this_server(ntfy: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a proxy's address nor a secret of the environment goes with it."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("SECRET_KEY", "x")
    assert _tell(ntfy.url).is_ok


_TRIES = """
import json, os, socket, subprocess, sys
from alerts.outgoing.gate import Gate
Gate(is_in_house=False).close()
tries = {
    "file": lambda: open(sys.argv[1]),
    "own code": lambda: open(os.__file__).close(),
    "writing": lambda: open(os.__file__, "a"),
    "program": lambda: subprocess.run(["true"]),
    "shell": lambda: os.system("true"),
    "fork": lambda: os.fork(),
    "udp": lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
    "unix": lambda: socket.socket(socket.AF_UNIX).connect("/run/x"),
    "nothing": lambda: None,
}
for name, what in tries.items():
    try:
        what()
        print(name, "was done")
    except PermissionError as error:
        print(name, type(error).__name__)
"""


def test_the_gate_keeps_files_programs_and_sockets_shut(tmp_path: Path) -> None:
    secret = tmp_path / "secret_key"
    secret.write_text("x")
    done = subprocess.run(
        [sys.executable, "-B", "-c", _TRIES, str(secret)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(dispatch.__file__).parents[2],
    )
    assert done.stdout.split("\n") == [
        "file NotAllowed",
        "own code was done",
        "writing NotAllowed",
        "program NotAllowed",
        "shell NotAllowed",
        "fork NotAllowed",
        "udp NotAllowed",
        "unix NotAllowed",
        "nothing was done",
        "",
    ]


_SENDER = "from alerts.outgoing import dispatch; dispatch.tell({url!r}, 't', 'b', is_in_house=True)"


@pytest.fixture
def sender(ntfy: Receiver) -> Iterator[subprocess.Popen[bytes]]:
    """A process that sends, and is in the middle of it."""
    ntfy.hold.clear()
    command = [sys.executable, "-c", _SENDER.format(url=f"{ntfy.url}?rto=600")]
    with subprocess.Popen(command, cwd=Path(dispatch.__file__).parents[2]) as process:
        try:
            ntfy.next()
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
def test_an_errand_ends_with_whoever_sent_it(sender: subprocess.Popen[bytes]) -> None:
    children = Path(f"/proc/{sender.pid}/task/{sender.pid}/children").read_text().split()
    assert len(children) == 1
    errand = os.pidfd_open(int(children[0]))
    sender.send_signal(signal.SIGKILL)
    sender.wait()
    try:
        import select

        assert select.select([errand], [], [], 30)[0], "it lives on"
    finally:
        os.close(errand)


def test_what_is_pushed_arrives(push_service: Receiver) -> None:
    endpoint = f"https://localhost:{push_service.port}/abc?d=e"
    outcome = dispatch.push(endpoint, {"TTL": "60"}, "AP8=", is_in_house=True)
    assert outcome == Outcome(True, "The browser's push service took it.")
    request = push_service.next()
    assert (request.path, request.headers["TTL"], request.body) == ("/abc?d=e", "60", b"\0\xff")


@pytest.mark.parametrize(
    ("status", "is_gone"), [(201, False), (404, True), (410, True), (403, False), (503, False)]
)
def test_a_push_service_says_which_browsers_are_gone(
    push_service: Receiver, status: int, is_gone: bool
) -> None:
    push_service.statuses.append(status)
    endpoint = f"https://localhost:{push_service.port}/"
    outcome = dispatch.push(endpoint, {}, "AA==", is_in_house=True)
    assert (outcome.is_ok, outcome.is_gone) == (status == 201, is_gone)


def test_nothing_is_pushed_into_the_house(push_service: Receiver) -> None:
    endpoint = f"https://localhost:{push_service.port}/"
    assert _IN_HOUSE in dispatch.push(endpoint, {}, "AA==", is_in_house=False).text
    assert push_service.arrived.empty()


def test_nothing_is_pushed_over_plain_http(ntfy: Receiver) -> None:
    endpoint = f"http://127.0.0.1:{ntfy.port}/"
    assert "HTTPS alone" in dispatch.push(endpoint, {}, "AA==", is_in_house=True).text
    assert ntfy.arrived.empty()


def test_a_push_service_that_redirects_is_not_followed(push_service: Receiver) -> None:
    push_service.statuses.append(307)
    push_service.headers["Location"] = f"https://localhost:{push_service.port}/other"
    outcome = dispatch.push(f"https://localhost:{push_service.port}/", {}, "AA==", is_in_house=True)
    assert not outcome.is_ok
    assert push_service.next().path == "/"
    assert push_service.arrived.empty()


def test_a_push_service_without_a_good_certificate_gets_nothing(
    push_service: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    endpoint = f"https://localhost:{push_service.port}/"
    assert "was not reached" in dispatch.push(endpoint, {}, "AA==", is_in_house=True).text
