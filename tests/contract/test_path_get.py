"""The path GET, as every board in the field sends it. Runs on the front and on the view."""

from __future__ import annotations

import pytest

from readings.models import Reading
from readings.times import now_ms
from stations.models import Station
from tests.contract import catalogue
from tests.contract.drivers import Answer, Ask
from tests.factories import make_station, update_path

pytestmark = pytest.mark.usefixtures("tutorial_station")


def _plain(status: int, line: str, **more: str) -> Answer:
    """A whole reply: whoever adds a header to it finds it here."""
    headers = (
        ("content-type", "text/plain; charset=utf-8"),
        ("content-length", str(len(line))),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; style-src 'self'"),
        *more.items(),
    )
    return Answer(status, line.encode(), headers)


STORED = _plain(200, "OK")
DENIED = _plain(403, "wrong key or MAC")


def _refuses(answer: Answer, expected: Answer) -> bool:
    """True when the answer is the expected one, fits a board, and nothing was stored."""
    assert answer == expected
    assert len(answer.body) <= 20
    return not Reading.objects.exists()


@pytest.mark.parametrize("path", catalogue.STORED_PATHS.values(), ids=catalogue.STORED_PATHS)
def test_every_documented_form_is_stored(ask: Ask, path: str) -> None:
    assert ask(path) == STORED
    assert Reading.objects.get().value == 21.5


@pytest.mark.parametrize("mac", catalogue.MACS.values(), ids=catalogue.MACS)
def test_every_notation_of_a_mac_is_the_same_board(ask: Ask, mac: str) -> None:
    assert ask(update_path(mac=mac)) == STORED
    assert Reading.objects.get().sensor.station.name == "Tutorial"


@pytest.mark.parametrize(("text", "value"), catalogue.VALUES.items(), ids=catalogue.VALUES)
def test_plain_decimals_are_stored(ask: Ask, text: str, value: float) -> None:
    assert ask(update_path(data=text)) == STORED
    assert Reading.objects.get().value == value


@pytest.mark.parametrize("field", [1, 7, 99])
def test_a_field_names_the_sensor(ask: Ask, field: int) -> None:
    assert ask(update_path(field=field)) == STORED
    assert Reading.objects.get().sensor.field == field


@pytest.mark.parametrize("text", catalogue.BAD_NUMBERS)
def test_what_is_no_plain_decimal_is_refused(ask: Ask, text: str) -> None:
    assert _refuses(ask(update_path(data=text)), _plain(400, "bad data: number"))


@pytest.mark.parametrize("text", catalogue.TOO_LARGE)
def test_what_no_sensor_can_mean_is_refused(ask: Ask, text: str) -> None:
    assert _refuses(ask(update_path(data=text)), _plain(400, "bad data: too large"))


@pytest.mark.parametrize("text", catalogue.BAD_FIELDS)
def test_a_field_is_a_number_from_1_to_99(ask: Ask, text: str) -> None:
    assert _refuses(ask(update_path(field=text)), _plain(400, "bad field: 1-99"))


@pytest.mark.parametrize("form", ["/age=", "?age="])
@pytest.mark.parametrize("text", catalogue.BAD_AGES)
def test_an_age_is_whole_seconds(ask: Ask, text: str, form: str) -> None:
    answer = ask(update_path(rest=form + text))
    assert _refuses(answer, _plain(400, "bad age: seconds"))


@pytest.mark.parametrize("form", ["/seq=", "?seq="])
@pytest.mark.parametrize("text", catalogue.BAD_SEQUENCES)
def test_a_sequence_is_boot_and_number(ask: Ask, text: str, form: str) -> None:
    answer = ask(update_path(rest=form + text))
    assert _refuses(answer, _plain(400, "bad seq: boot-number"))


@pytest.mark.parametrize(("path", "line"), catalogue.MALFORMED.items())
def test_a_malformed_path_names_its_first_fault(ask: Ask, path: str, line: str) -> None:
    assert _refuses(ask(path), _plain(400, line))


@pytest.mark.parametrize(
    ("key", "mac"), catalogue.WRONG_CREDENTIALS.values(), ids=catalogue.WRONG_CREDENTIALS
)
def test_wrong_credentials_get_one_answer(ask: Ask, key: str, mac: str) -> None:
    assert _refuses(ask(update_path(api_key=key, mac=mac)), DENIED)


def test_the_key_of_another_station_is_wrong(ask: Ask) -> None:
    make_station(api_key="another-stations-key")
    assert _refuses(ask(update_path(api_key="another-stations-key")), DENIED)


def test_an_inactive_station_is_denied_from_its_next_reading_on(ask: Ask) -> None:
    ask(update_path())
    Station.objects.update(is_active=False)
    assert ask(update_path()) == DENIED
    assert Reading.objects.count() == 1


def test_who_has_no_key_is_not_told_what_is_wrong_with_a_value(ask: Ask) -> None:
    assert _refuses(ask(update_path(api_key="guessed", data="nan", field="x")), DENIED)


@pytest.mark.parametrize("rest", ["/age=120", "?age=120", "/age=120/", "/age=120?age=5"])
def test_an_age_moves_the_reading_back(ask: Ask, rest: str) -> None:
    earliest = now_ms() - 120_000
    assert ask(update_path(rest=rest)) == STORED
    assert earliest <= Reading.objects.get().measured_at <= now_ms() - 120_000


def test_an_age_beyond_what_is_kept_is_refused(ask: Ask) -> None:
    answer = ask(update_path(rest=f"/age={367 * 86_400}"))
    assert _refuses(answer, _plain(400, "bad age: too old"))


def test_a_resend_is_acknowledged_and_stored_once(ask: Ask) -> None:
    assert ask(update_path(rest="/age=60/seq=b00t-7")) == STORED
    assert ask(update_path(rest="/age=61/seq=b00t-7")) == STORED
    assert Reading.objects.count() == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_store_nothing(ask: Ask, method: str) -> None:
    assert _refuses(ask(update_path(), method), _plain(405, "GET only", allow="GET"))


def test_head_stores_nothing_and_has_no_body(ask: Ask) -> None:
    answer = ask(update_path(), "HEAD")
    get_only = _plain(405, "GET only", allow="GET")
    assert answer == Answer(405, b"", get_only.headers)
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Sec-Purpose", "prefetch"),
        ("Sec-Purpose", "prefetch;prerender"),
        ("Purpose", "prefetch"),
        ("Purpose", "Prefetch"),
        ("X-Moz", "prefetch"),
        ("X-Purpose", "preview"),
        ("Purpose", "preview"),
    ],
)
def test_a_browser_that_fetches_ahead_stores_nothing(ask: Ask, name: str, value: str) -> None:
    answer = ask(update_path(), headers={name: value})
    assert _refuses(answer, _plain(503, "prefetch not stored"))


@pytest.mark.parametrize(
    ("name", "value"),
    [("Content-Length", "5"), ("Content-Length", "05"), ("Transfer-Encoding", "chunked")],
)
def test_a_get_with_a_body_stores_nothing(ask: Ask, name: str, value: str) -> None:
    assert _refuses(ask(update_path(), headers={name: value}), _plain(400, "no body in a GET"))


def test_a_body_of_no_bytes_is_none(ask: Ask) -> None:
    assert ask(update_path(), headers={"Content-Length": "0"}) == STORED


def test_a_browser_gets_a_page(ask: Ask) -> None:
    answer = ask(update_path(), headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert answer.status == 200
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert answer.header("content-length") == str(len(answer.body))
    assert b"21.5" in answer.body


def test_a_refused_browser_gets_a_page_with_the_reason(ask: Ask) -> None:
    answer = ask(update_path(data="nan"), headers={"Accept": "text/html"})
    assert answer.status == 400
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert b"bad data: number" in answer.body


def test_a_page_repeats_no_key(ask: Ask) -> None:
    answer = ask(update_path(), headers={"Accept": "text/html"})
    assert b"TGS894F" not in answer.body


@pytest.mark.parametrize("accept", ["*/*", "text/plain", ""])
def test_anyone_else_gets_one_plain_line(ask: Ask, accept: str) -> None:
    assert ask(update_path(), headers={"Accept": accept}) == STORED
