"""Calibrations in the admin: choose two sensors and an hour, look, apply; list and undo."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from history.calibration import verbs
from history.calibration.proposal import LIMITS, NoProposal, Proposal
from readings.display import moment, unit_label
from readings.locks import write_transaction
from readings.times import HOUR_MS, now_ms, to_ms
from stations.models import Calibration, Sensor

if TYPE_CHECKING:
    CalibrationModelAdmin = admin.ModelAdmin[Calibration]
else:
    CalibrationModelAdmin = admin.ModelAdmin

_MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def _sensors() -> QuerySet[Sensor]:
    found = Sensor.objects.filter(quantity__in=LIMITS).select_related("station")
    return found.order_by("station__name", "field")


def _unit(sensor: Sensor) -> str:
    """Offsets are in stored units, whatever the board sends and the admin likes to read."""
    return unit_label(sensor.quantity, sensor.unit, "C")


class WizardForm(forms.Form):
    """Times are the house's; `valid_from` left empty is the beginning of the comparison."""

    reference = forms.ModelChoiceField(_sensors(), help_text="The one that is right.")
    sensor = forms.ModelChoiceField(_sensors(), help_text="The one to be set by it.")
    begin = forms.DateTimeField(widget=_MOMENT, help_text="When both lay side by side.")
    hours = forms.IntegerField(min_value=1, max_value=24, initial=1)
    valid_from = forms.DateTimeField(
        widget=_MOMENT,
        required=False,
        help_text="Values count as corrected from here on; left empty, from that begin on.",
    )
    note = forms.CharField(max_length=200, required=False)

    def bounds(self) -> tuple[int, int]:
        begin = to_ms(self.cleaned_data["begin"])
        return begin, begin + self.cleaned_data["hours"] * HOUR_MS

    def since(self) -> int:
        return to_ms(self.cleaned_data["valid_from"] or self.cleaned_data["begin"])

    def proposal(self) -> Proposal | None:
        """Return the proposal; what speaks against one becomes the form's error."""
        asked = self.cleaned_data
        try:
            return verbs.proposal_for(asked["sensor"], asked["reference"], *self.bounds())
        except (NoProposal, verbs.CannotCalibrate) as error:
            self.add_error(None, str(error))
            return None


@admin.register(Calibration)
class CalibrationAdmin(CalibrationModelAdmin):
    list_display = ("sensor", "shown_offset", "valid_from", "made", "note")
    list_select_related = ("sensor__station",)
    actions = None

    class Media:
        css = {"all": ("history/admin.css",)}

    @admin.display(description="offset")
    def shown_offset(self, calibration: Calibration) -> str:
        return f"{calibration.offset:+.2f} {_unit(calibration.sensor)}"

    @admin.display(description="valid from", ordering="since")
    def valid_from(self, calibration: Calibration) -> datetime:
        return moment(calibration.since, ZoneInfo(settings.TIME_ZONE))

    @admin.display(description="made", ordering="made_at")
    def made(self, calibration: Calibration) -> datetime:
        return moment(calibration.made_at, ZoneInfo(settings.TIME_ZONE))

    def has_change_permission(self, request: HttpRequest, obj: Calibration | None = None) -> bool:
        """One is taken back and made anew, never edited."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Calibration | None = None) -> bool:
        return self.has_add_permission(request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        sent = request.method == "POST"
        form = WizardForm(request.POST if sent else None, initial=_an_hour_ago())
        found = form.proposal() if sent and form.is_valid() else None
        if found and request.POST.get("do") == "apply":
            applied = self._apply(request, form, found)
            if applied:
                return applied
        context = {
            **self.admin_site.each_context(request),
            "title": "Calibrate a sensor",
            "opts": self.model._meta,
            "media": self.media,
            "form": form,
            "proposal": found if not form.errors else None,
            "unit": _unit(form.cleaned_data["sensor"]) if found else "",
        }
        return TemplateResponse(request, "admin/history/calibration/wizard.html", context)

    def _apply(
        self, request: HttpRequest, form: WizardForm, found: Proposal
    ) -> HttpResponse | None:
        if request.POST.get("shown") != f"{found.offset:.2f}":  # the form or the readings changed
            text = "Nothing was changed yet: look at the offset below, then apply it."
            self.message_user(request, text, messages.WARNING)
            return None
        asked = form.cleaned_data
        note = asked["note"] or f"by {asked['reference']}, {found.pairs} minutes"
        try:
            made = verbs.calibrate(asked["sensor"], form.since(), found.offset, note)
        except verbs.CannotCalibrate as error:
            form.add_error(None, str(error))
            return None
        self.log_addition(request, made, "Calibrated.")
        what = f"{self.shown_offset(made)} from {self.valid_from(made):%Y-%m-%d %H:%M} on"
        text = f"{made.sensor}: {what}; charts follow within moments."
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:stations_calibration_changelist"))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method != "POST":
            return super().delete_view(request, object_id, extra_context)
        with write_transaction():  # Django's own, inside, would not queue with the boards
            return super().delete_view(request, object_id, extra_context)

    def delete_model(self, request: HttpRequest, obj: Calibration) -> None:
        verbs.undo(obj)


def _an_hour_ago() -> dict[str, Any]:
    """Return what the form begins with; the hour that autumn repeats cannot be typed into it."""
    now, zone = now_ms(), ZoneInfo(settings.TIME_ZONE)
    hours = (moment(now - number * HOUR_MS, zone) for number in count(1))
    begin = next(one for one in hours if not _comes_twice(one))
    return {"begin": begin.replace(second=0, microsecond=0)}


def _comes_twice(local: datetime) -> bool:
    return local.replace(fold=1 - local.fold).utcoffset() != local.utcoffset()
