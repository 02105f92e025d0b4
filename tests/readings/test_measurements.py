"""Sequences: which reading of which boot."""

from __future__ import annotations

import pytest

from readings.measurements import Sequence, parse_sequence
from readings.values import InvalidValue


@pytest.mark.parametrize(
    ("text", "sequence"),
    [
        ("b00t-1", Sequence("b00t", 1)),
        ("0-0", Sequence("0", 0)),
        ("abcdefgh-999999999", Sequence("abcdefgh", 999_999_999)),
    ],
)
def test_a_sequence_is_a_boot_and_a_number(text: str, sequence: Sequence) -> None:
    assert parse_sequence(text) == sequence


@pytest.mark.parametrize("text", ["", "1", "-1", "b-", "B-1", "abcdefghi-1", "b-1234567890", "b-٣"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"^bad seq: boot-number$"):
        parse_sequence(text)
