"""The admin's pages for API keys: rotate one, end an old one, show a new one once.

A new key is part of the answer to the POST that made it and of nothing else: not
of a message, which would put it into a cookie, nor of the session or database.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import split_domain_port
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from stations import keys, rotation, verbs
from stations.admin_forms import RotateKeyForm
from stations.models import Station
from stations.verbs import NewKey

if TYPE_CHECKING:
    StationModelAdmin = admin.ModelAdmin[Station]
else:
    StationModelAdmin = admin.ModelAdmin

TEST_VALUE = "21.5"
_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")  # no board reaches the server there


class KeyPages(StationModelAdmin):
    """What a station's admin can do with API keys."""

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        own = [
            path(
                "<int:station_id>/rotate-key/",
                site.admin_view(self.rotate_key_view),
                name="stations_station_rotate_key",
            ),
            path(
                "<int:station_id>/end-old-key/",
                site.admin_view(self.end_old_key_view),
                name="stations_station_end_old_key",
            ),
        ]
        return own + super().get_urls()

    @method_decorator(sensitive_post_parameters("api_key"))
    def rotate_key_view(self, request: HttpRequest, station_id: int) -> HttpResponse:
        """Ask, then give one station a new key and show it."""
        station = self._station(request, station_id)
        form = RotateKeyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            new = verbs.rotate_key(station, form.cleaned_data["api_key"])
            self.log_change(request, station, "Rotated the API key.")
            return self.show_keys(request, [new])
        return self._ask(request, "rotate_key", station, form=form)

    def end_old_key_view(self, request: HttpRequest, station_id: int) -> HttpResponse:
        """Ask, then stop accepting the key that a rotation replaced."""
        station = self._station(request, station_id)
        if request.method == "POST":
            verbs.end_old_key(station.pk)
            self.log_change(request, station, "Ended the old API key.")
            text = f"The old key of {station} is no longer accepted."
            self.message_user(request, text, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:stations_station_change", args=[station.pk]))
        use = rotation.old_key_use(station)
        return self._ask(request, "end_old_key", station, old_key_use=use)

    @admin.action(description="Rotate API key", permissions=["change"])
    def rotate_keys(self, request: HttpRequest, queryset: QuerySet[Station]) -> HttpResponse:
        """Ask, then give each selected station a new key and show them all."""
        stations = list(queryset)
        if "post" not in request.POST:
            return self._ask(request, "rotate_keys", None, stations=stations)
        new = [verbs.rotate_key(station) for station in stations]
        for station in stations:
            self.log_change(request, station, "Rotated the API key.")
        return self.show_keys(request, new)

    def show_keys(self, request: HttpRequest, new: Sequence[NewKey]) -> HttpResponse:
        """Answer with new keys. It is the only time that anyone sees them."""
        for one in new:
            self.warn_of_weak_key(request, one.api_key)
        context = self.page_context(
            request, "Write the key down now" if len(new) == 1 else "New keys"
        )
        context |= {"issued": [(one, _test_url(request, one)) for one in new]}
        response = TemplateResponse(
            request, "admin/stations/station/keys.html", context, status=HTTPStatus.OK
        )
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def warn_of_weak_key(self, request: HttpRequest, api_key: str) -> None:
        if keys.is_weak(api_key):
            text = "This key is short enough to guess. Rotate it when you can reflash the board."
            self.message_user(request, text, messages.WARNING)

    def _station(self, request: HttpRequest, station_id: int) -> Station:
        station = Station.objects.filter(pk=station_id).first()
        if station is None:
            raise Http404("This station is gone. Go back to the list.")
        if not self.has_change_permission(request, station):
            raise PermissionDenied
        return station

    def _ask(
        self, request: HttpRequest, template: str, station: Station | None, **extra: Any
    ) -> HttpResponse:
        title = "End the old API key" if template == "end_old_key" else "Rotate the API key"
        context = self.page_context(request, title) | {
            "station": station,
            "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
            **extra,
        }
        return TemplateResponse(request, f"admin/stations/station/{template}.html", context)

    def page_context(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "media": self.media,
            "is_local": split_domain_port(request.get_host())[0] in _THIS_MACHINE,
        }


def trial_path(new: NewKey) -> str:
    """Return what the board will ask for."""
    return f"/update/API_key={new.api_key}/mac={new.station.mac}/field=1/data={TEST_VALUE}"


def _test_url(request: HttpRequest, new: NewKey) -> str:
    """Return what to try. Plain HTTP: small boards speak no TLS."""
    return f"http://{request.get_host()}{trial_path(new)}"
