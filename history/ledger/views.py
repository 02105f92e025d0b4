"""The calendar of a station and the gaps of a day. HTTP only."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from history.ledger import downtimes
from history.ledger.calendar import month_grid
from history.ledger.causes import explain
from history.ledger.days import tally_of, today, zone
from readings.display import moment
from readings.times import date_of, day_number, day_start_ms
from stations.models import RefusedDay, Station
from viewers.access import viewer_required

_FIRST_YEAR, _LAST_YEAR = 2001, 2099


@require_safe
@viewer_required
def days(request: HttpRequest, station_id: int) -> HttpResponse:
    """A month of a station: how complete each day is."""
    station = get_object_or_404(Station, pk=station_id)
    first = _month(request.GET.get("month", ""))
    before, after = (first - timedelta(days=1)).replace(day=1), first + timedelta(days=32)
    context = {
        "station": station,
        "first": first,
        "before": before if before.year >= _FIRST_YEAR else None,
        "after": after if after.replace(day=1) <= date_of(today()) else None,
        "weeks": month_grid(station, first.year, first.month),
        "today": date_of(today()),
    }
    return _private(render(request, "history/days.html", context))


@require_safe
@viewer_required
def day(request: HttpRequest, station_id: int, day: date) -> HttpResponse:
    """The gaps of one day and why they are there."""
    station = get_object_or_404(Station, pk=station_id)
    number = day_number(day)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR or number > today():
        raise Http404
    since, until = (day_start_ms(one, zone()) for one in (number, number + 1))
    found = tally_of(station, number)
    refused = list(RefusedDay.objects.filter(station=station, day=number))
    gaps = explain(found.gaps, station, downtimes.between(since, until), refused)
    context = {
        "station": station,
        "day": day,
        "tally": found,
        "hours": (until - since) // 3_600_000,
        "refused": refused,
        "gaps": [
            {
                "since": moment(one.gap.since, zone()),
                "until": moment(one.gap.until, zone()),
                "missing": one.gap.missing,
                "causes": one.causes,
            }
            for one in gaps
        ],
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if number < today() else None,
    }
    return _private(render(request, "history/day.html", context))


def _month(text: str) -> date:
    """Return the first of a month such as `2026-01`; of this month for anything else."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = date_of(today()).replace(day=1)
    is_known = _FIRST_YEAR <= first.year <= _LAST_YEAR
    return first if is_known else date_of(today()).replace(day=1)


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response
