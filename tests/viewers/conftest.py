"""A phone with a household link."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client

from viewers import links
from viewers.models import HouseholdLink


@dataclass
class Phone:
    """A browser of its own that opened a link."""

    client: Client
    link: HouseholdLink
    secret: str

    def stored(self) -> HouseholdLink:
        return HouseholdLink.objects.get(pk=self.link.pk)


def phone_of(name: str, *, is_for_wall: bool = False) -> Phone:
    new = links.make_link(name, is_for_wall=is_for_wall)
    client = Client()
    client.get(f"/h/{new.secret}")
    return Phone(client, new.link, new.secret)


@pytest.fixture
def phone(db: None) -> Phone:
    return phone_of("Anna's phone")
