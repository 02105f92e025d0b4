"""API keys stay out of every log."""

from __future__ import annotations

import io
import logging

import pytest

from iotserver.logs import RedactKeys, redact

KEY = "s3cr3t.key~of-20_lett"


class Log:
    """A logger as the product configures its own, writing into memory."""

    def __init__(self) -> None:
        self._stream = io.StringIO()
        handler = logging.StreamHandler(self._stream)
        handler.addFilter(RedactKeys())
        self.logger = logging.Logger("tests.logs")
        self.logger.addHandler(handler)

    @property
    def text(self) -> str:
        return self._stream.getvalue()


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f"/update/API_key={KEY}/mac=5c:cf/field=1", "/update/API_key=***/mac=5c:cf/field=1"),
        (f"/update/api_key={KEY}/mac=5c:cf", "/update/api_key=***/mac=5c:cf"),
        (f"/update/API_key%3D{KEY}/mac=5c:cf", "/update/API_key%3D***/mac=5c:cf"),
        (f"/update?api_key={KEY}&field1=20", "/update?api_key=***&field1=20"),
        (f"?field1=20&apikey={KEY}", "?field1=20&apikey=***"),
        (f"?field1=20&APIKEY%3d{KEY}&x=1", "?field1=20&APIKEY%3d***&x=1"),
        (f"'GET /API_key={KEY}' and API_key={KEY}", "'GET /API_key=***' and API_key=***"),
        (f"/update/API%5Fkey={KEY}/mac=x", "/update/API%5Fkey=***/mac=x"),
        (f"/update/API%255fkey%3D{KEY}/mac=x", "/update/API%255fkey%3D***/mac=x"),
        (f'{{"api_key": "{KEY}", "mac": "x"}}', '{"api_key": "***", "mac": "x"}'),
        (f"{{'api_key': '{KEY}'}}", "{'api_key': '***'}"),
        (f"Authorization: Bearer {KEY}", "Authorization: Bearer ***"),
        (f"(b'authorization', b'bearer {KEY}')", "(b'authorization', b'bearer ***')"),
        (f"Not Found: /h/{KEY}", "Not Found: /h/***"),
        (f"GET http://house:8000/h/{KEY}/ HTTP/1.1", "GET http://house:8000/h/***/ HTTP/1.1"),
        (f"%2Fh%2F{KEY}&x=1", "%2Fh%2F***&x=1"),
        (f"Cookie: household_link={KEY}; x=1", "Cookie: household_link=*** x=1"),
        (f"{{'__Host-household_link': '{KEY}'}}", "{'__Host-household_link': '***'}"),
        ("rising 0.3 °C/h, see /help/x", "rising 0.3 °C/h, see /help/x"),
        ("5c:cf posted 21.5", "5c:cf posted 21.5"),
    ],
)
def test_every_key_is_replaced_and_the_rest_kept(written: str, kept: str) -> None:
    assert redact(written) == kept


def test_a_key_in_an_argument_is_replaced(log: Log) -> None:
    log.logger.warning("Bad Request: %s", f"/update/API_key={KEY}/mac=x")
    assert log.text == "Bad Request: /update/API_key=***/mac=x\n"


def test_a_key_in_a_traceback_is_replaced(log: Log) -> None:
    try:
        raise ValueError(f"no such path: /API_key={KEY}/mac=x")
    except ValueError:
        log.logger.exception("Failed")
    assert "ValueError: no such path: /API_key=***/mac=x" in log.text
    assert KEY not in log.text


def test_a_key_in_the_cause_of_an_error_is_replaced(log: Log) -> None:
    try:
        try:
            raise ValueError(f"/API_key={KEY}/")
        except ValueError as error:
            raise RuntimeError("outer") from error
    except RuntimeError:
        log.logger.exception("Failed")
    assert ("direct cause" in log.text, KEY in log.text) == (True, False)


def test_a_key_in_a_traceback_that_is_formatted_already_is_replaced(log: Log) -> None:
    record = log.logger.makeRecord("x", logging.ERROR, "x.py", 1, "Failed", (), None)
    record.exc_text = f"Traceback: /API_key={KEY}/"
    log.logger.handle(record)
    assert "Traceback: /API_key=***/" in log.text


def test_a_key_in_a_stack_is_replaced(log: Log) -> None:
    record = log.logger.makeRecord("x", logging.ERROR, "x.py", 1, "Slow", (), None)
    record.stack_info = f"Stack: /API_key={KEY}/"
    log.logger.handle(record)
    assert "Stack: /API_key=***/" in log.text


def test_a_message_that_does_not_fit_its_arguments_stops_nobody(log: Log) -> None:
    log.logger.warning("%s of %s", f"API_key={KEY}")
    assert ("'%s of %s'" in log.text, KEY in log.text) == (True, False)


def handlers_of(name: str) -> set[logging.Handler]:
    """Return the handlers that a record of this logger reaches."""
    found: set[logging.Handler] = set()
    logger: logging.Logger | None = logging.getLogger(name)
    while logger:
        found |= set(logger.handlers)
        logger = logger.parent if logger.propagate else None
    return {handler for handler in found if type(handler) is logging.StreamHandler}


@pytest.mark.parametrize("name", ["django.request", "django.server", "readings.devices", "other"])
def test_every_logger_writes_through_the_filter(name: str) -> None:
    filters = [[type(one) for one in handler.filters] for handler in handlers_of(name)]
    assert filters == [[RedactKeys]]
