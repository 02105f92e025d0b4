"""Why there is a gap, as far as anybody can know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from history.ledger.tally import Gap
from history.models import Downtime
from stations.models import RefusedDay, Station


@dataclass(frozen=True, slots=True)
class Explained:
    """A gap with its causes, the most certain first."""

    gap: Gap
    causes: list[str]


def explain(
    gaps: Sequence[Gap],
    station: Station,
    downtimes: Sequence[Downtime],
    refused: Sequence[RefusedDay],
) -> list[Explained]:
    return [Explained(gap, _causes(gap, station, downtimes, refused)) for gap in gaps]


def _causes(
    gap: Gap, station: Station, downtimes: Sequence[Downtime], refused: Sequence[RefusedDay]
) -> list[str]:
    found: list[str] = []
    for one in downtimes:
        if one.since < gap.until and one.until > gap.since:
            found.append(_of_server(one))
    for day in refused:
        if day.first_at < gap.until and day.last_at > gap.since:
            found.append(_of_refusals(day))
    if not found and not station.is_active:
        found.append(_("the station is not active: what it sends is refused"))
    return list(dict.fromkeys(found)) or [_("the station was silent")]


def _of_server(downtime: Downtime) -> str:
    if downtime.cause == Downtime.Cause.CLOCK:
        return _("the server’s clock was wrong, so it stored nothing")
    return _("the server was down, or could not store")


def _of_refusals(day: RefusedDay) -> str:
    words = {
        "wrong key": _("wrong key"),
        "bad value": _("bad value"),
        "inactive station": _("the station was not active"),
        "too fast": _("too many at once"),
    }
    text = ngettext(
        "%(count)d request was refused: %(cause)s",
        "%(count)d requests were refused: %(cause)s",
        day.count,
    )
    return text % {"count": day.count, "cause": words.get(day.cause, day.cause)}
