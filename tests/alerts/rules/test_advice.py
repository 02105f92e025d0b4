"""Which advice is news."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from alerts.rules.advice import news, no_adviser


@dataclass(frozen=True)
class Advice:
    is_open: bool | None
    pair: int = 1
    sentence: str = "1.8 °C cooler outside"
    since: int = 0


@pytest.mark.parametrize(
    ("were_open", "is_open", "is_news"),
    [
        ({}, True, True),
        ({}, False, False),
        ({1: True}, False, True),
        ({1: False}, True, True),
        ({1: True}, True, False),
        ({1: False}, False, False),
        ({1: True}, None, False),
        ({}, None, False),
    ],
)
def test_what_changed_is_news_alone(
    were_open: dict[int, bool], is_open: bool | None, is_news: bool
) -> None:
    advice = Advice(is_open)
    assert news(were_open, [advice]) == ([advice] if is_news else [])


def test_each_pair_stands_for_itself() -> None:
    upstairs, downstairs = Advice(True, pair=1), Advice(True, pair=2)
    assert news({1: True}, [upstairs, downstairs]) == [downstairs]


def test_without_an_adviser_there_is_no_advice() -> None:
    assert list(no_adviser(0)) == []
