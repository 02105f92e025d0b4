"""`history.calibration.proposal`: an offset, or why there is none."""

from __future__ import annotations

import pytest

from history.calibration.proposal import NoProposal, propose
from readings.times import MINUTE_MS


def _values(values: list[float], *, shift_ms: int = 0) -> list[tuple[int, float]]:
    return [(n * MINUTE_MS + shift_ms, value) for n, value in enumerate(values)]


def test_the_offset_is_what_lacks_to_the_reference() -> None:
    found = propose("temperature", _values([21.0] * 60), _values([21.7] * 60, shift_ms=20_000))
    assert found.offset == pytest.approx(-0.7)
    assert (found.spread, found.pairs) == (0, 60)


def test_a_few_wild_values_do_not_carry_it_away() -> None:
    tested = [20.5] * 55 + [35.0] * 5
    assert propose("temperature", _values([21.0] * 60), _values(tested)).offset == 0.5


def test_both_may_move_together() -> None:
    reference = [20 + n / 10 for n in range(60)]
    tested = [value - 1 for value in reference]
    found = propose("temperature", _values(reference), _values(tested))
    assert [found.offset, found.drift] == pytest.approx([1, 0])


def test_several_values_of_a_minute_are_one() -> None:
    tested = [(n * MINUTE_MS // 2, 20.0) for n in range(60)]
    assert propose("temperature", _values([21.0] * 30), tested).pairs == 30


@pytest.mark.parametrize(
    ("quantity", "tested", "text"),
    [
        ("temperature", [21.0] * 9, "9 minutes only"),
        ("temperature", [20.0, 22.0] * 30, "spread by"),
        ("temperature", [20 + n / 30 for n in range(60)], "still settling"),
        ("temperature", [5.0] * 60, "more than any working sensor"),
        ("rain", [21.0] * 60, "Only temperature"),
    ],
)
def test_what_would_not_tell_the_truth_is_refused(
    quantity: str, tested: list[float], text: str
) -> None:
    with pytest.raises(NoProposal, match=text):
        propose(quantity, _values([21.0] * 60), _values(tested))
