"""How a viewer comes in and what a viewer chooses. HTTP only."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stations.wire import is_ahead_of_its_user
from viewers import cookies, guesses, links, preferences
from viewers.access import ask_to_wait, viewer_required
from viewers.forms import ChoicesForm


@require_safe
@never_cache
def open_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Let a phone in. Nothing is written: messengers, too, open what is sent to a family."""
    if is_ahead_of_its_user(request.headers):
        return HttpResponse(status=503)  # browsers then ask again when somebody clicks
    address = request.META.get("REMOTE_ADDR", "")
    if wait_s := guesses.wait_s(address):
        return _unreferred(ask_to_wait(request, wait_s))
    link = links.find_link(secret)
    if link is None:
        guesses.count(address)
        return _unreferred(render(request, "viewers/no_link.html", status=404))
    response = HttpResponseRedirect(reverse("wall" if link.is_for_wall else "dashboard"))
    if request.method == "GET":
        cookies.keep_link(response, secret)
    return _unreferred(response)


@require_http_methods(["GET", "HEAD", "POST"])
@viewer_required
def choose(request: HttpRequest) -> HttpResponse:
    """The page where a viewer chooses unit, language and rooms."""
    before = preferences.viewer_choices(request)
    form = ChoicesForm(request.POST or None, preferences.viewer_unit(request), before)
    if not form.is_valid():
        context = {"form": form, "languages": dict(settings.LANGUAGES)}
        return render(request, "viewers/settings.html", context, status=422 if form.errors else 200)
    response = HttpResponseRedirect(reverse("dashboard"), status=303)
    preferences.keep(request, response, form.chosen())
    return response


@require_POST
def set_unit(request: HttpRequest) -> HttpResponse:
    """Remember whether to show Celsius or Fahrenheit."""
    response = HttpResponseRedirect(reverse("dashboard"), status=303)
    unit = "F" if request.POST.get("unit") == "F" else "C"
    chosen = replace(preferences.viewer_choices(request), unit=unit)
    preferences.keep(request, response, chosen)
    return response


def _unreferred(response: HttpResponse) -> HttpResponse:
    """The secret is in the address: no page may pass it on."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
