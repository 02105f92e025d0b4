"""Brings the database to this version's tables: wholly, or not at all."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection, transaction

from upkeep import space


def migrate() -> None:
    """Apply what is missing.

    Django commits a migration and the note that it was applied one after the other.
    A power cut in between would leave a database that every later start fails on
    ("table already exists"); in one transaction there is no in between. SQLite allows
    that when foreign keys are not enforced from before it begins; each migration ends
    with a check of them.
    """
    if connection.vendor != "sqlite":
        _migrate()  # PostgreSQL cannot alter a table whose rows were changed in the same breath
        return
    with connection.constraint_checks_disabled(), transaction.atomic():
        _migrate()
    space.let_the_file_shrink()  # takes no transaction


def _migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)
