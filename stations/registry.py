"""What workers hold a copy of: every change of it counts up one number that all compare."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.models import F

_VERSION = "SELECT version FROM stations_registry WHERE id = 1"


class Registry(models.Model):
    """One row that counts every change to who may write.

    Each worker keeps the stations in memory and compares this number before
    it trusts its copy, so a revoked key stops everywhere with the next request.
    """

    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.version)

    @classmethod
    def current(cls) -> int:
        """Return the version; by the driver itself, since every batch of readings asks."""
        database = connections[DEFAULT_DB_ALIAS]  # `connection` looks for it at each turn
        database.ensure_connection()
        with database.wrap_database_errors:
            found = database.connection.execute(_VERSION).fetchone()
        return found[0] if found else 0

    @classmethod
    def touch(cls) -> None:
        if not cls.objects.filter(pk=1).update(version=F("version") + 1):
            cls.objects.create(pk=1, version=1)


class Registered(models.Model):
    """A row the workers hold a copy of: saving or deleting it says so."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():  # nobody sees the change without its version
            super().save(*args, **kwargs)
            Registry.touch()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            deleted = super().delete(*args, **kwargs)
            Registry.touch()
        return deleted
