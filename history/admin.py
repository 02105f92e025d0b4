"""What this room adds to the admin."""

from history.imports.admin import ImportJobAdmin

__all__ = ["ImportJobAdmin"]
