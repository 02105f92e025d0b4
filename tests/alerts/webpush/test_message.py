"""Encryption for one browser, held against the example of RFC 8291, appendix A."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from alerts.webpush import base64url, message
from tests.alerts.push_reader import PushReader

_TEXT = b"When I grow up, I want to be a watermelon"
_BROWSER_PUBLIC = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
_BROWSER_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
_AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
_SENDER_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
_SALT = "DGv6ra1nlYgDCS1FRnbzlw"
_BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
    "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def _private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(base64url.decode(text)), ec.SECP256R1())


def _to(reader: PushReader) -> message.Recipient:
    return message.recipient(reader.p256dh, reader.auth)


def test_the_example_of_the_rfc_comes_out_byte_for_byte() -> None:
    body = message.encrypt(
        _TEXT,
        message.recipient(_BROWSER_PUBLIC, _AUTH),
        _private(_SENDER_PRIVATE),
        base64url.decode(_SALT),
    )
    assert base64url.encode(body) == _BODY


def test_the_tests_own_browser_reads_the_example_of_the_rfc() -> None:
    reader = PushReader(_private(_BROWSER_PRIVATE), base64url.decode(_AUTH))
    assert (reader.p256dh, reader.read(base64url.decode(_BODY))) == (_BROWSER_PUBLIC, _TEXT)


@given(st.binary(max_size=message.MOST_BYTES))
def test_its_browser_reads_any_message(text: bytes) -> None:
    reader = PushReader()
    assert reader.read(message.encrypt(text, _to(reader))) == text


def test_no_other_browser_can_read_it() -> None:
    body = message.encrypt(_TEXT, _to(PushReader()))
    with pytest.raises(InvalidTag):
        PushReader().read(body)


def test_the_longest_message_fits_what_push_services_take() -> None:
    body = message.encrypt(bytes(message.MOST_BYTES), _to(PushReader()))
    assert len(body) == 4096


def test_a_longer_message_is_refused() -> None:
    with pytest.raises(ValueError, match="at most"):
        message.encrypt(bytes(message.MOST_BYTES + 1), _to(PushReader()))


def test_each_message_has_keys_of_its_own() -> None:
    to = _to(PushReader())
    assert message.encrypt(_TEXT, to) != message.encrypt(_TEXT, to)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", _AUTH),
        (_BROWSER_PUBLIC, ""),
        (_BROWSER_PUBLIC, "AAAA"),
        (_BROWSER_PUBLIC[:-4], _AUTH),
        ("B" + "A" * 86, _AUTH),  # no point of the curve
        ("not base64!", _AUTH),
        ("ключ", _AUTH),
        (_BROWSER_PUBLIC, "{}"),
    ],
)
def test_what_is_no_subscription_is_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (whatever it says, the caller has one answer)
        message.recipient(p256dh, auth)
