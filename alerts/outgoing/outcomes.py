"""What came of an errand."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """`text` is a sentence for a person and holds no secret."""

    is_ok: bool
    text: str
    is_gone: bool = False  # nobody is at that address any more, nor will be

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
