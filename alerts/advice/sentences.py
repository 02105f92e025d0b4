"""Advice in one sentence, without a full stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from alerts.advice.advise import Advice, Kind, Side, usable
from alerts.advice.forecast import HORIZON_MS
from alerts.advice.skill import OVER_DAYS
from alerts.advice.wording import AS_WARM, Viewer, comparison, degrees, span
from readings import display
from readings.times import HOUR_MS, MINUTE_MS, SECOND_MS

_ROUND_MS = 10 * MINUTE_MS
_SOON_MS = 5 * MINUTE_MS


def sentence(advice: Advice, viewer: Viewer) -> str:
    return _SENTENCES[advice.kind](advice, viewer)


def _open(advice: Advice, viewer: Viewer) -> str:
    said = {"comparison": comparison(advice, viewer)}
    if (advice.difference or 0) < AS_WARM:  # for a moment: the medians still say cooler
        return _("The windows may stay open: %(comparison)s") % said
    return _("Open the windows: %(comparison)s") % said


def _close(advice: Advice, viewer: Viewer) -> str:
    return _("Close the windows: %(comparison)s") % {"comparison": comparison(advice, viewer)}


def _wait(advice: Advice, viewer: Viewer) -> str:
    said = {"comparison": comparison(advice, viewer), "hours": HORIZON_MS // HOUR_MS}
    if usable(advice.known.outlook, viewer.now) is None:
        return _("Keep them closed: %(comparison)s") % said
    if advice.expected_at is None:
        return _("Keep them closed: not cooler outside within the next %(hours)d hours") % said
    return _turning(advice.expected_at, advice.error_min, viewer)


def _turning(expected_at: int, error_min: int | None, viewer: Viewer) -> str:
    if expected_at - viewer.now < _SOON_MS:
        return _("Keep them closed: outside falls below inside in a few minutes")
    rounded = round(expected_at / _ROUND_MS) * _ROUND_MS
    time = display.clock(rounded, viewer.zone)
    if error_min is None:
        return _("Keep them closed: outside falls below inside at about %(time)s") % {"time": time}
    return _(
        "Keep them closed: outside falls below inside at about %(time)s"
        " (±%(error)s over the last %(days)d days)"
    ) % {"time": time, "error": span(error_min), "days": OVER_DAYS}


def _nearly(advice: Advice, viewer: Viewer) -> str:
    said = {"comparison": comparison(advice, viewer)}
    return _("Keep them closed for now: %(comparison)s") % said


def _cooled(advice: Advice, viewer: Viewer) -> str:
    said = {"inside": degrees(advice.known.inside.celsius, viewer)}
    return _("Close the windows: %(inside)s inside is cool enough") % said


def _comfortable(advice: Advice, viewer: Viewer) -> str:
    said = {"inside": degrees(advice.known.inside.celsius, viewer)}
    return _("Nothing to do: comfortable at %(inside)s inside") % said


def _cold(advice: Advice, viewer: Viewer) -> str:
    return _("Nothing to do: no need of cooling at this time of the year")


def _no_clock(advice: Advice, viewer: Viewer) -> str:
    return _("No advice: the clock of this server cannot be right")


def _unknown(side: Side, viewer: Viewer) -> str:
    said = {"name": side.name, "duration": ""}
    if side.celsius is None or side.measured_at is None:
        return _("No advice yet: %(name)s has not posted a temperature") % said
    if side.is_silent and side.quiet_s is not None:
        said["duration"] = display.duration(side.quiet_s)
        return _("No advice: %(name)s has been silent for %(duration)s") % said
    said["duration"] = display.duration((viewer.now - side.measured_at) / SECOND_MS)
    return _("No advice: the newest temperature of %(name)s is %(duration)s old") % said


_SENTENCES: Mapping[Kind, Callable[[Advice, Viewer], str]] = {
    "open": _open,
    "close": _close,
    "wait": _wait,
    "nearly": _nearly,
    "settling": _nearly,
    "cooled": _cooled,
    "comfortable": _comfortable,
    "cold": _cold,
    "clock": _no_clock,
    "inside unknown": lambda advice, viewer: _unknown(advice.known.inside, viewer),
    "outside unknown": lambda advice, viewer: _unknown(advice.known.outside, viewer),
}
