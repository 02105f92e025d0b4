"""First starts begin with nothing here: they are what some of these tests are about."""

from __future__ import annotations

import pytest


@pytest.fixture
def first_data() -> None:
    return None
