"""How far a change of keys has got, in words for the admin and the command line."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.timesince import timesince

from stations.models import Contact, Station


def old_key_used_at(station: Station) -> datetime | None:
    """Return when a rotating station last used its old key; None when it did not, or is done."""
    contact: Contact | None = getattr(station, "contact", None)
    return contact.old_key_used_at if contact and station.is_rotating else None


def old_key_use(station: Station) -> str:
    """Return who still uses the old key, e.g. `last used 3 minutes ago`."""
    used_at = old_key_used_at(station)
    return f"last used {ago(used_at)}" if used_at else "not used since the rotation"


def ago(moment: datetime) -> str:
    """Return how long ago it was, e.g. `3 minutes ago`."""
    now = timezone.now()
    if (now - moment).total_seconds() < 60:
        return "just now"
    return timesince(moment, now, depth=1).replace("\N{NO-BREAK SPACE}", " ") + " ago"
