"""Units: what a board sends, what is stored, what is shown."""

from __future__ import annotations

import pytest

from readings import units


@pytest.mark.parametrize(
    ("value", "quantity", "unit", "stored"),
    [
        (68.0, "temperature", "F", 20.0),
        (-40.0, "temperature", "F", -40.0),
        (293.15, "temperature", "K", 20.0),
        (101_325.0, "pressure", "Pa", 1013.25),
        (29.92, "pressure", "inHg", 1013.21),
        (36.0, "wind_speed", "km/h", 10.0),
        (10.0, "wind_speed", "mph", 4.4704),
        (1.0, "rain", "in", 25.4),
    ],
)
def test_what_a_board_sends_is_stored_in_one_unit(
    value: float, quantity: str, unit: str, stored: float
) -> None:
    assert units.to_canonical(value, quantity, unit) == pytest.approx(stored, abs=0.005)


@pytest.mark.parametrize("quantity", units.CANONICAL)
def test_the_stored_unit_passes_unchanged(quantity: str) -> None:
    assert units.to_canonical(21.5, quantity, units.CANONICAL[quantity]) == 21.5


def test_an_unknown_unit_passes_unchanged() -> None:
    assert units.to_canonical(21.5, "other", "lux") == 21.5


def test_a_quantity_names_the_units_it_takes_its_own_first() -> None:
    assert units.accepted_units("temperature") == ["C", "F", "K"]
    assert units.accepted_units("other") == []


@pytest.mark.parametrize(
    ("value", "quantity"),
    [
        (-90.0, "temperature"),
        (80.0, "temperature"),
        (0.0, "humidity"),
        (100.0, "humidity"),
        (300.0, "pressure"),
        (1e12, "other"),
    ],
)
def test_what_the_world_can_be_is_physical(value: float, quantity: str) -> None:
    assert units.is_physical(value, quantity)


@pytest.mark.parametrize(
    ("value", "quantity"),
    [
        (-127.0, "temperature"),
        (85.0, "temperature"),
        (-0.1, "humidity"),
        (100.1, "humidity"),
        (-1.0, "wind_speed"),
        (-1.0, "rain"),
        (0.0, "pressure"),
    ],
)
def test_what_broken_sensors_say_is_not(value: float, quantity: str) -> None:
    assert not units.is_physical(value, quantity)


def test_fahrenheit_has_an_offset_that_differences_have_not() -> None:
    assert units.celsius_to("F", 20.0) == 68.0
    assert units.celsius_difference_to("F", 20.0) == 36.0


def test_celsius_is_what_is_stored() -> None:
    assert (units.celsius_to("C", 20.0), units.celsius_difference_to("C", 20.0)) == (20.0, 20.0)
