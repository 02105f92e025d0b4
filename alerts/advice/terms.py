"""What a household wants of its advice. Pure."""

from __future__ import annotations

from datetime import time
from typing import Any, NamedTuple, Self


class Terms(NamedTuple):
    """Temperatures and differences in degrees C.

    `open_margin`: by how much it must be cooler outside; at `close_margin` the windows are
    closed again. `comfort`: no cooling below it. `season`: no cooling advice while outside
    stayed below it for days. At least `dwell_min` minutes lie between two changes.
    """

    comfort: float = 22.0
    open_margin: float = 1.0
    close_margin: float = 0.3
    season: float = 18.0
    dwell_min: int = 20
    quiet_from: time | None = None
    quiet_until: time | None = None

    def stored(self) -> dict[str, Any]:
        """Return what JSON can hold; `restored` makes it terms again."""
        return {
            name: value.isoformat() if isinstance(value, time) else value
            for name, value in self._asdict().items()
        }

    @classmethod
    def restored(cls, stored: dict[str, Any]) -> Self:
        """Return stored terms; what an older version did not know has its default."""
        known = {name: value for name, value in stored.items() if name in cls._fields}
        for name in ("quiet_from", "quiet_until"):
            if isinstance(known.get(name), str):
                known[name] = time.fromisoformat(known[name])
        return cls(**known)

    def is_quiet(self, clock: time) -> bool:
        """True within the quiet hours, which may pass midnight."""
        start, end = self.quiet_from, self.quiet_until
        if start is None or end is None or start == end:
            return False
        return start <= clock < end if start < end else clock >= start or clock < end
