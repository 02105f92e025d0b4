from __future__ import annotations

import math

import pytest

from stations import keys


def test_a_generated_key_has_128_bits() -> None:
    letters = len(set("".join(keys.generate_key() for _ in range(400))))
    assert len(keys.generate_key()) * math.log2(letters) >= 128


def test_no_two_generated_keys_are_alike() -> None:
    assert len({keys.generate_key() for _ in range(1_000)}) == 1_000


def test_a_generated_key_has_no_letter_that_is_misread() -> None:
    assert not set("".join(keys.generate_key() for _ in range(200))) & set("0o1li")


def test_a_generated_key_could_have_been_typed() -> None:
    key = keys.generate_key()
    assert keys.check_typed_key(key) == key


@pytest.mark.parametrize("key", ["TGS894F", "aB3_", "a.b~c-d_e", "x" * 64])
def test_a_key_of_a_flashed_board_is_taken(key: str) -> None:
    assert keys.check_typed_key(key) == key


@pytest.mark.parametrize(
    "key", ["", "abc", "x" * 65, "with space", "sl/ash", "per%cent", "que?ry", "schlüssel", "key\n"]
)
def test_a_key_that_no_url_path_carries_is_refused(key: str) -> None:
    with pytest.raises(keys.InvalidKey, match="4 to 64 letters"):
        keys.check_typed_key(key)


def test_a_short_key_is_weak() -> None:
    assert keys.is_weak("TGS894F")


def test_a_generated_key_is_not_weak() -> None:
    assert not keys.is_weak(keys.generate_key())


def test_a_hint_shows_the_ends_of_a_long_key() -> None:
    assert keys.hint("abcdefghijklmnop") == "ab…op"


def test_a_hint_shows_one_letter_of_a_short_key() -> None:
    assert keys.hint("TGS894F") == "T…"


def test_a_digest_is_64_hex_digits_and_not_the_key() -> None:
    digest = keys.digest("TGS894F")
    assert (len(digest), set(digest) <= set("0123456789abcdef")) == (64, True)


def test_only_the_same_key_matches() -> None:
    stored = keys.digest("TGS894F")
    assert keys.matches(keys.digest("TGS894F"), stored)
    assert not keys.matches(keys.digest("TGS894f"), stored)


@pytest.mark.parametrize("key", ["schlüssel", "\ud800", "🌡", "\0"])
def test_any_text_off_the_wire_has_a_digest(key: str) -> None:
    assert not keys.matches(keys.digest(key), keys.digest("TGS894F"))
