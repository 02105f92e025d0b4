"""Who looks at histories."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture
def bob(client: Client, django_user_model: type[User]) -> Client:
    """Bob lives here: signed in, no admin."""
    client.force_login(django_user_model.objects.create_user("bob"))
    return client


@pytest.fixture
def alice(client: Client, django_user_model: type[User]) -> Client:
    """Alice runs the server."""
    client.force_login(django_user_model.objects.create_superuser("alice"))
    return client
