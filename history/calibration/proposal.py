"""From two stations side by side to an offset, or to the reason why there is none. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean, median

from readings.times import MINUTE_MS

LEAST_PAIRS = 10
# Of a quantity: the widest spread and drift of the differences, and the greatest offset
# that is still one of a working sensor. In stored units.
LIMITS = {"temperature": (0.5, 10.0), "humidity": (3.0, 25.0), "pressure": (1.0, 50.0)}

Values = Iterable[tuple[int, float]]  # time in milliseconds, value


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to add to the sensor, in its stored unit: no finer than it is shown.

    `spread` is half the width that holds the middle half of the differences; `drift` how far
    the last third of them lies from the first.
    """

    offset: float
    spread: float
    drift: float
    pairs: int


class NoProposal(Exception):
    """The two do not agree well enough. The message says what to do."""


def propose(quantity: str, reference: Values, tested: Values) -> Proposal:
    """Compare minute by minute; raise `NoProposal` when an offset would not tell the truth."""
    if quantity not in LIMITS:
        raise NoProposal("Only temperature, humidity and air pressure can be calibrated by offset.")
    ours, theirs = _by_minute(tested), _by_minute(reference)
    minutes = sorted(ours.keys() & theirs.keys())
    if len(minutes) < LEAST_PAIRS:
        raise NoProposal(
            f"Both measured in {len(minutes)} minutes only; {LEAST_PAIRS} are needed."
            " Let them lie side by side for longer."
        )
    differences = [theirs[minute] - ours[minute] for minute in minutes]
    offset = round(median(differences), 2)
    found = Proposal(offset, _spread(differences), _drift(differences), len(minutes))
    _judge(quantity, found)
    return found


def _judge(quantity: str, found: Proposal) -> None:
    widest, greatest = LIMITS[quantity]
    if found.spread > widest:
        raise NoProposal(
            f"The differences spread by ±{found.spread:.2f}, more than {widest}: the two do not"
            " measure the same air. Put them close together, out of sun and draught."
        )
    if abs(found.drift) > widest:
        raise NoProposal(
            f"The difference moved by {found.drift:+.2f} meanwhile, more than {widest}: one of them"
            " is still settling. Wait until both have been there for half an hour."
        )
    if abs(found.offset) > greatest:
        raise NoProposal(
            f"They differ by {found.offset:+.2f}, more than any working sensor: check its wiring"
            " and the unit it sends."
        )


def _by_minute(values: Values) -> Mapping[int, float]:
    minutes: dict[int, list[float]] = {}
    for at, value in values:
        minutes.setdefault(at // MINUTE_MS, []).append(value)
    return {minute: fmean(held) for minute, held in minutes.items()}


def _spread(differences: list[float]) -> float:
    middle = median(differences)
    return median(abs(one - middle) for one in differences)


def _drift(differences: list[float]) -> float:
    third = len(differences) // 3
    return median(differences[-third:]) - median(differences[:third])
