"""What this server's management commands have in common."""

from __future__ import annotations

from django.core.management import BaseCommand


class QuickCommand(BaseCommand):
    """A command that does its work without Django's system checks.

    They load every URL, form and serializer, half of a command's time and seconds on a
    Raspberry Pi. `manage.py doctor` and `manage.py check` make them.
    """

    requires_system_checks = ()
