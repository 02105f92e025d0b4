"""Household links: made, found again by their secret, and what their viewers chose."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from readings.locks import write_transaction
from stations import keys
from viewers.choices import Choices
from viewers.models import HouseholdLink

_NOTE_USE_EVERY = timedelta(hours=1)


class NewLink(NamedTuple):
    """A link and its secret, which is shown this once."""

    link: HouseholdLink
    secret: str


def give_secret(link: HouseholdLink) -> str:
    """Make the secret of a link that is about to be saved, and return it."""
    secret = keys.generate_key()
    link.secret_digest, link.secret_hint = keys.digest(secret), keys.hint(secret)
    return secret


def make_link(name: str, *, is_for_wall: bool = False) -> NewLink:
    link = HouseholdLink(name=name, is_for_wall=is_for_wall)
    secret = give_secret(link)
    with write_transaction():
        link.save()
    return NewLink(link, secret)


def find_link(secret: str) -> HouseholdLink | None:
    """Return the link of a secret. It is looked up each time, so that one revoked ends at once."""
    digest = keys.digest(secret)
    link = HouseholdLink.objects.filter(secret_digest=digest).first()
    return link if link and keys.matches(digest, link.secret_digest) else None


def note_use(link: HouseholdLink) -> bool:
    """Remember that a link is in use; True once an hour, when that was written.

    A disk that is full keeps nobody out.
    """
    now = timezone.now()
    noted_before = now - _NOTE_USE_EVERY
    if link.last_used_at is not None and noted_before < link.last_used_at <= now:
        return False
    is_due = Q(last_used_at=None) | Q(last_used_at__lte=noted_before) | Q(last_used_at__gt=now)
    with suppress(DatabaseError, OSError), write_transaction():
        due = HouseholdLink.objects.filter(is_due, pk=link.pk)
        return bool(due.update(last_used_at=now))
    return False


def choices_of(link: HouseholdLink) -> Choices:
    return Choices(link.unit, link.language, frozenset(link.hidden_stations))


def remember(link: HouseholdLink, choices: Choices) -> None:
    """Keep what this link's viewer chose: the phone may forget its cookies."""
    with write_transaction():
        HouseholdLink.objects.filter(pk=link.pk).update(
            unit=choices.unit,
            language=choices.language,
            hidden_stations=sorted(choices.hidden_stations),
        )
