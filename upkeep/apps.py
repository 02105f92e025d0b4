from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    """Backups, retention, integrity and status: what keeps the server running for years."""

    name = "upkeep"
