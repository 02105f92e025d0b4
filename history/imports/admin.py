"""Imports in the admin: hand a file in, see what it would do, confirm, watch it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from history.imports import jobs
from history.imports.preview import Preview
from history.imports.targets import BadChoice
from history.models import ImportJob
from readings.display import moment
from stations.models import Station

if TYPE_CHECKING:
    JobAdmin = admin.ModelAdmin[ImportJob]
else:
    JobAdmin = admin.ModelAdmin


class UploadForm(forms.Form):
    file = forms.FileField(
        help_text="Our CSV, ThingSpeak’s feeds.csv, or a copy of the original server’s SQLite file."
    )

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > settings.IMPORT_MAX_MB * 1_000_000:
            raise forms.ValidationError(
                f"It is larger than {settings.IMPORT_MAX_MB} MB. Raise IMPORT_MAX_MB in .env, or"
                " run manage.py import_readings on the server itself."
            )
        return file


@admin.register(ImportJob)
class ImportJobAdmin(JobAdmin):
    list_display = ("name", "state_text", "handed_in_at", "by", "text")
    list_display_links = ("name",)

    class Media:
        css = {"all": ("history/admin.css",)}

    def get_urls(self) -> list[URLPattern]:
        look = self.admin_site.admin_view(self.progress_view)
        return [
            path("<int:pk>/progress/", look, name="history_importjob_progress"),
            *super().get_urls(),
        ]

    def has_change_permission(self, request: HttpRequest, obj: ImportJob | None = None) -> bool:
        """To store readings is more than to look: it takes the right to add."""
        return super().has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: ImportJob | None = None) -> bool:
        return False

    @admin.display(description="state", ordering="state")
    def state_text(self, job: ImportJob) -> str:
        return job.get_state_display()

    @admin.display(description="handed in", ordering="created_at")
    def handed_in_at(self, job: ImportJob) -> Any:
        return moment(job.created_at, ZoneInfo(settings.TIME_ZONE))

    # --- handing in -----------------------------------------------------------------

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            job = jobs.hand_in(file.name, file.chunks(), request.user.get_username())
            self.log_addition(request, job, "Handed in.")
            return _to_page(job)
        context = self._context(request, "Import readings") | {"form": form}
        return TemplateResponse(request, "admin/history/importjob/upload.html", context)

    # --- one import --------------------------------------------------------------------

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        job = get_object_or_404(ImportJob, pk=object_id)
        if not self.has_change_permission(request, job):
            raise PermissionDenied
        if request.method == "POST":
            return self._act(request, job)
        context = self._context(request, job.name) | _shown(job)
        return TemplateResponse(request, "admin/history/importjob/job.html", context)

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part of a page that refreshes itself; the whole page once there is news."""
        job = get_object_or_404(ImportJob, pk=pk)
        if not self.has_change_permission(request, job):
            raise PermissionDenied
        if not job.is_at_work:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return TemplateResponse(request, "admin/history/importjob/_progress.html", _shown(job))

    def _act(self, request: HttpRequest, job: ImportJob) -> HttpResponse:
        try:
            done = self._do(request, job, request.POST.get("do", ""))
        except jobs.Changed:
            done = ""
        except BadChoice as error:
            self.message_user(request, str(error), messages.WARNING)
            return _to_page(job)
        if done:
            self.log_change(request, job, done)
        else:
            job.refresh_from_db()
            text = f"That cannot be done now: this import is {job.get_state_display()}."
            self.message_user(request, text, messages.WARNING)
        return _to_page(job)

    def _do(self, request: HttpRequest, job: ImportJob, what: str) -> str:
        """Return what was done, empty when it could not be."""
        if what == "store" and job.can_be_stored:
            jobs.confirm(job)
            return "Confirmed."
        if what == "choose" and job.state == ImportJob.State.READY:
            jobs.choose(job, _choices(request, job))
            return "Chose where it goes."
        if what == "cancel" and job.can_be_cancelled:
            jobs.cancel(job)
            return "Cancelled."
        return ""

    def _context(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.model._meta,
            "media": self.media,
        }


def _to_page(job: ImportJob) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:history_importjob_change", args=[job.pk]))


def _shown(job: ImportJob) -> dict[str, Any]:
    """Return what the page of an import shows."""
    preview = Preview.from_json(job.preview) if job.preview else None
    seen, total = job.progress.get("seen", 0), preview.lines if preview else 0
    is_storing = job.state == ImportJob.State.CONFIRMED
    return {
        "job": job,
        "preview": preview,
        "stations": Station.objects.order_by("name"),
        "seen": seen,
        "total": total if is_storing else 0,
        "percent": 100 * seen // total if is_storing and total else 0,
        "max_mb": settings.IMPORT_MAX_MB,
    }


def _choices(request: HttpRequest, job: ImportJob) -> dict[str, str]:
    """Return where the page's form sends each series; what stays as it was is not named."""
    preview = Preview.from_json(job.preview or {})
    chosen = {}
    for place, series in enumerate(preview.series):
        station = request.POST.get(f"station-{place}", "keep")
        if station == "none":
            chosen[series.name] = ""
        elif station.isdecimal() and (found := Station.objects.filter(pk=station).first()):
            chosen[series.name] = f"{found.mac}:{request.POST.get(f'field-{place}', '')}"
    return chosen
