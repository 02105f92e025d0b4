"""Numbers off the wire: plain ASCII decimals and nothing else that Python would take."""

from __future__ import annotations

import pytest

from readings.values import InvalidValue, parse_age_s, parse_field, parse_value


@pytest.mark.parametrize(
    ("text", "value"),
    [("21.5", 21.5), ("-3", -3.0), ("0.1", 0.1), ("1.2e1", 12.0), ("1E-2", 0.01), ("1e12", 1e12)],
)
def test_plain_decimals_are_values(text: str, value: float) -> None:
    assert parse_value(text) == value


def test_minus_zero_is_zero() -> None:
    assert str(parse_value("-0.0")) == "0.0"


@pytest.mark.parametrize(
    "text",
    [
        *("nan", "inf", "-inf", "1_000", "٢١", "２１", "²", "", " 1", "1 ", "1\n", "+5", ".5"),
        *("5.", "0x10", "1e", "1,5", "1\x00", "--1", "1e1000"),
    ],
)
def test_what_float_takes_beyond_plain_decimals_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"^bad data: number$"):
        parse_value(text)


@pytest.mark.parametrize("text", ["1e400", "-1e400", "1.1e12", "1000000000001", "9" * 32])
def test_values_beyond_any_sensor_are_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"^bad data: too large$"):
        parse_value(text)


def test_a_value_is_refused_for_its_length_before_it_is_read() -> None:
    with pytest.raises(InvalidValue, match="number"):
        parse_value("0" * 33)


@pytest.mark.parametrize(("text", "field"), [("1", 1), ("99", 99), ("07", 7)])
def test_fields_go_from_1_to_99(text: str, field: int) -> None:
    assert parse_field(text) == field


@pytest.mark.parametrize("text", ["0", "100", "-1", "1.0", "", "x", "٣", "1\n", "9" * 30])
def test_other_fields_are_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"^bad field: 1-99$"):
        parse_field(text)


def test_an_age_may_be_as_long_as_readings_are_taken() -> None:
    assert (parse_age_s("0", 60), parse_age_s("60", 60)) == (0, 60)


def test_an_older_age_is_refused() -> None:
    with pytest.raises(InvalidValue, match=r"^bad age: too old$"):
        parse_age_s("61", 60)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1e3", "٣", "+1", "9" * 11])
def test_an_age_is_whole_seconds(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"^bad age: seconds$"):
        parse_age_s(text, 60)
