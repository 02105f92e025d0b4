"""The admin's walk from a bare board to its first reading.

The page with a new key is the answer to the POST that made it, as in `stations.admin_keys`;
only this one's forms carry the key on, in their bodies. Without the key the same page can
be opened at any time.
"""

from __future__ import annotations

import shlex
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from firmware import bundle, sightings
from firmware.forms import BundleForm
from firmware.server_address import server_for_boards
from readings.admin import MeasuringStationAdmin
from readings.times import now_ms
from stations.admin_keys import TEST_VALUE, trial_path
from stations.models import Station
from stations.verbs import NewKey

_STATION = "admin/stations/station"
_SECRETS = ("api_key", "ssid", "wifi_password")


class WalkPages(MeasuringStationAdmin):
    """What a station's admin does for its board."""

    def get_urls(self) -> list[URLPattern]:
        views = {"board": self.board_view, "board/bundle": self.bundle_view}
        views["board/seen"] = self.seen_view
        own = [
            path(
                f"<int:station_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"stations_station_{name.replace('/', '_')}",
            )
            for name, view in views.items()
        ]
        return own + super().get_urls()

    def show_keys(self, request: HttpRequest, new: Any) -> HttpResponse:
        """Answer with the walk where there is one board to walk with."""
        if len(new) != 1:
            return super().show_keys(request, new)
        (one,) = new
        self.warn_of_weak_key(request, one.api_key)
        return self._walk(request, one.station, _new_form(request, one), one.api_key)

    @method_decorator(require_GET)
    def board_view(self, request: HttpRequest, station_id: int) -> HttpResponse:
        """The walk without the key, for a board that has it or for who wrote it down."""
        station = self._station(request, station_id)
        initial = {"server": server_for_boards(request)}
        return self._walk(
            request, station, BundleForm(station, initial=initial, is_key_known=False)
        )

    @method_decorator(require_POST)
    @method_decorator(sensitive_post_parameters(*_SECRETS))
    def bundle_view(self, request: HttpRequest, station_id: int) -> HttpResponse:
        """Answer with the station's own firmware: a zip, or JSON for the page's script."""
        station = self._station(request, station_id)
        is_key_known = "is_key_known" in request.POST
        form = BundleForm(station, request.POST, is_key_known=is_key_known)
        wants_json = "application/json" in request.headers.get("Accept", "")
        if not form.is_valid():
            if wants_json:
                return _kept_by_nobody(JsonResponse({"errors": form.errors}, status=400))
            key = request.POST.get("api_key", "") if "api_key" not in form.errors else ""
            return self._walk(request, station, form, key if is_key_known else "")
        files = bundle.bundle(form.settings())
        if wants_json:
            return _kept_by_nobody(JsonResponse({"files": files}))
        name = bundle.folder_name(station.name)
        headers = {"Content-Disposition": f'attachment; filename="{name}.zip"'}
        content = bundle.zipped(files, name)
        return _kept_by_nobody(HttpResponse(content, "application/zip", headers=headers))

    @method_decorator(require_GET)
    @method_decorator(never_cache)
    def seen_view(self, request: HttpRequest, station_id: int) -> HttpResponse:
        """The panel that waits, by itself: the page asks for it every two seconds."""
        station = self._station(request, station_id)
        context = self._panel(request, station)
        if request.GET.get("shown") == context["seen"].mark:
            return HttpResponse(status=204)  # nobody is told the same again
        return TemplateResponse(request, f"{_STATION}/_seen.html", context)

    def _panel(self, request: HttpRequest, station: Station) -> dict[str, Any]:
        now = now_ms()
        asked = request.GET.get("since", "")
        since = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None
        if since is None:
            since = sightings.waiting_since(station, now)
        seen = sightings.look(station, since, now, request.META.get("REMOTE_ADDR", ""))
        return {"station": station, "since": since, "seen": seen}

    def _walk(
        self, request: HttpRequest, station: Station, form: BundleForm, api_key: str = ""
    ) -> HttpResponse:
        title = "Write the key down now" if api_key else f"The board of {station}"
        context = self.page_context(request, title) | self._panel(request, station)
        context |= {
            "form": form,
            "api_key": api_key,
            "trial_path": trial_path(NewKey(station, api_key)) if api_key else "",
            "trial_value": TEST_VALUE,
            "server": server_for_boards(request),
            "quoted_name": _quoted(station.name),
            "folder": bundle.folder_name(station.name),
            "board_folders": bundle.folders(),
            "board_files": bundle.file_names(),
        }
        response = TemplateResponse(request, f"{_STATION}/walk.html", context)
        return _kept_by_nobody(response)


def _quoted(text: str) -> str:
    """Return a text as one word of a command line, in double quotes where Windows takes it too."""
    return shlex.quote(text) if set(text) & set("\"'$`\\!%") else f'"{text}"'


def _new_form(request: HttpRequest, new: NewKey) -> BundleForm:
    initial = {"api_key": new.api_key, "server": server_for_boards(request)}
    return BundleForm(new.station, initial=initial, is_key_known=True)


def _kept_by_nobody(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
