"""What advice rests on, line by line: the numbers a curious member of the family asks for."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from alerts.advice.advise import Advice, Side, usable
from alerts.advice.fold import COMFORT_SPAN
from alerts.advice.skill import OVER_DAYS
from alerts.advice.wording import Viewer, amount, comparison, degrees, signed, span
from readings import display


class Fact(NamedTuple):
    """One line. `at`: when it was measured, in milliseconds; the page says how long ago."""

    label: str
    text: str
    at: int | None = None


def explanation(advice: Advice, viewer: Viewer) -> tuple[Fact, ...]:
    known = advice.known
    facts = [
        _measured(_("Inside"), known.inside, viewer),
        _measured(_("Outside"), known.outside, viewer),
    ]
    if advice.difference is not None:
        facts.append(Fact(_("Difference"), _difference(advice, viewer)))
    facts += [
        Fact(_("Rule"), _rule(advice, viewer)),
        Fact(_("Comfort"), _comfort(advice, viewer)),
        Fact(_("Season"), _season(advice, viewer)),
    ]
    if (changed_at := advice.state.changed_at) is not None:
        moment = display.moment(changed_at, viewer.zone)
        facts.append(Fact(_("Last change"), date_format(moment, "SHORT_DATETIME_FORMAT")))
    if advice.kind == "wait":
        facts += _forecast(advice, viewer)
    return tuple(facts)


def _measured(label: str, side: Side, viewer: Viewer) -> Fact:
    said = {"name": side.name, "value": degrees(side.celsius, viewer)}
    if side.celsius is None:
        return Fact(label, _("%(name)s: nothing yet") % said)
    return Fact(label, _("%(name)s: %(value)s") % said, side.measured_at)


def _difference(advice: Advice, viewer: Viewer) -> str:
    said = {
        "now": comparison(advice, viewer, with_since=False),
        "steady": signed(-(advice.state.difference or 0.0), viewer),
    }
    return _("%(now)s now; %(steady)s between the medians of the last minutes, which decide") % said


def _rule(advice: Advice, viewer: Viewer) -> str:
    terms = advice.terms
    return _(
        "Open at %(open)s cooler outside or more, close at %(close)s or less;"
        " at least %(dwell)d minutes between two changes"
    ) % {
        "open": amount(terms.open_margin, viewer),
        "close": amount(terms.close_margin, viewer),
        "dwell": terms.dwell_min,
    }


def _comfort(advice: Advice, viewer: Viewer) -> str:
    comfort = advice.terms.comfort
    return _("Open only above %(comfort)s inside, and close below %(low)s") % {
        "comfort": degrees(comfort, viewer),
        "low": degrees(comfort - COMFORT_SPAN, viewer),
    }


def _season(advice: Advice, viewer: Viewer) -> str:
    said = {"limit": degrees(advice.terms.season, viewer), "warmest": ""}
    if advice.known.recent_max is None:
        return _("Cooling begins once it reaches %(limit)s outside") % said
    said["warmest"] = degrees(advice.known.recent_max, viewer)
    return _("Cooling begins at %(limit)s outside; the last three days reached %(warmest)s") % said


def _forecast(advice: Advice, viewer: Viewer) -> list[Fact]:
    label, outlook = _("Forecast"), usable(advice.known.outlook, viewer.now)
    if outlook is None:
        return [Fact(label, _("None yet: it needs the readings of a whole day before"))]
    text = _(
        "From the same hours of the last %(days)d days, from where the difference stands and from"
        " how it changes now: %(slope)s per hour"
    ) % {"days": outlook.days, "slope": signed(-outlook.slope, viewer)}
    return [Fact(label, text), Fact(_("Its error"), _error(advice.error_min))]


def _error(error_min: int | None) -> str:
    if error_min is None:
        return _("Not known yet: that takes such forecasts on five days at least")
    return _(
        "Of the forecasts of the last %(days)d days that looked as far ahead, two of three came"
        " within %(error)s"
    ) % {"days": OVER_DAYS, "error": span(error_min)}
