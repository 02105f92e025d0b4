"""Readings over https, with a certificate nobody vouches for."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.board.conftest import RunScript, StartBoard
from tests.board.scripted_server import HANG, ScriptedServer
from tests.board.test_board_exchange import IMPATIENT, post

# Python's own `wrap_socket` drops the socket of a client that has already hung up.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Self-signed, with its key, in one file. RSA: the ESP8266 knows no ECDSA."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "station-test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def https_server(certificate: Path) -> Iterator[ScriptedServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = ScriptedServer(tls=context)
    yield server
    server.stop()


def test_reading_arrives_over_https(board: StartBoard, https_server: ScriptedServer) -> None:
    station = board(https_server, temperature=18.5)
    station.wait_for("sent, 0 waiting")
    assert https_server.requests[0]["data"] == "18.50"


def test_https_connections_are_closed(board: StartBoard, https_server: ScriptedServer) -> None:
    board(https_server, interval=60)
    https_server.wait_for_requests(1)
    assert https_server.wait_until_all_closed(timeout=40) == 2  # the report's, too


def test_https_server_that_hangs_does_not_hold_the_board(
    board: StartBoard, https_server: ScriptedServer
) -> None:
    https_server.answers = [HANG]
    station = board(https_server, boot=IMPATIENT)
    station.wait_for("server does not answer")
    station.wait_for("sent")


def test_https_to_a_plain_port_fails_in_good_time(
    run_script: RunScript, server: ScriptedServer
) -> None:
    """The plain server waits for the end of a request that never comes."""
    url = server.url.replace("http:", "https:")
    assert post(run_script, url, timeout=0.3).startswith("OSError")


def test_plain_http_to_an_https_port_fails_in_good_time(
    run_script: RunScript, https_server: ScriptedServer
) -> None:
    url = https_server.url.replace("https:", "http:")
    assert post(run_script, url).startswith("OSError")
