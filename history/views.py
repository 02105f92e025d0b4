"""A station's page. HTTP only."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from history.page import Page
from history.questions import ask
from readings.outliers import set_outlier
from readings.times import now_ms
from stations.models import Sensor, Station
from viewers.access import viewer_required
from viewers.preferences import viewer_unit


@require_safe
@viewer_required
def show_station(request: HttpRequest, station_id: int) -> HttpResponse:
    """What one station measured, over any stretch of time."""
    station = get_object_or_404(Station, pk=station_id)
    now, zone = now_ms(), ZoneInfo(settings.TIME_ZONE)
    asked = ask(station, request.GET, now, zone)
    context = Page(asked, viewer_unit(request), zone, now).context() if asked else {}
    context |= {"station": station, "may_change": _may_change(request)}
    status = 400 if asked and asked.complaint else 200
    response = render(request, "history/station.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response


class OutlierForm(forms.Form):
    sensor = forms.IntegerField()
    at = forms.IntegerField()
    hide = forms.ChoiceField(choices=[("yes", ""), ("no", "")])


@require_POST
def mark_outlier(request: HttpRequest, station_id: int) -> HttpResponse:
    """Hide a reading or show it again, then go back to where the visitor was."""
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("station", args=[station_id]))
    if not _may_change(request):
        raise PermissionDenied
    form = OutlierForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("Which reading? Use the buttons of the station's page.\n")
    asked = form.cleaned_data
    sensor = get_object_or_404(Sensor, pk=asked["sensor"], station_id=station_id)
    set_outlier(sensor.pk, asked["at"], asked["hide"] == "yes")
    query = request.GET.urlencode()
    return HttpResponseRedirect(f"{reverse('station', args=[station_id])}?{query}#outliers")


def _may_change(request: HttpRequest) -> bool:
    """True for those who run the server: everybody else only looks."""
    user = request.user
    return user.is_active and user.is_staff and user.has_perm("readings.change_reading")
