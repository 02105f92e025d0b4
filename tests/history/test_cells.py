"""`history.exports.cells`: no name becomes a formula, and every name comes back."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from history.exports.cells import cell, plain, safe

_DANGEROUS = ["=1+1", "+49", "-x", "@SUM(A1)", "\t=1", "\r=1", " =1", "=1", "＝1", "\n=1"]


@pytest.mark.parametrize("text", _DANGEROUS)
def test_text_that_begins_like_a_formula_is_marked_as_text(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Living room", "21 °C", "a=b", "'tis", "", "'"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


@given(st.text(alphabet="'=+-@ ab\t\r\n＝\"", max_size=8))
def test_every_text_comes_back(text: str) -> None:
    assert plain(safe(text)) == text


@given(st.text(alphabet="'=,;+ a\"\r\nü", max_size=8))
def test_a_cell_is_one_cell_to_a_reader_of_csv(text: str) -> None:
    ((found, _),) = (
        csv.reader([f"{cell(text)},x"])
        if "\n" not in text and "\r" not in text
        else [next(csv.reader(f"{cell(text)},x\r\n".splitlines(keepends=True)))]
    )
    assert plain(found) == text
