"""What this room adds to the admin."""

from history.calibration.admin import CalibrationAdmin
from history.imports.admin import ImportJobAdmin

__all__ = ["CalibrationAdmin", "ImportJobAdmin"]
