"""The page that hands readings out as a file. HTTP only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from history.exports import files
from history.exports.forms import ExportForm
from history.exports.names import filename
from history.exports.streaming import file_response
from readings.times import now_ms
from viewers.access import viewer_required
from viewers.preferences import viewer_unit


@require_safe
@viewer_required
def export(request: HttpRequest) -> HttpResponse:
    """A form; sent, it answers with the file."""
    kind = request.GET.get("as", "")
    form = ExportForm(request.GET if kind else None, initial={"unit": viewer_unit(request)})
    if kind and form.is_valid():
        scope = form.scope(unit=viewer_unit(request))
        name = filename(scope, now_ms(), "json" if kind == "json" else "csv")
        if kind == "json":
            return file_response(request, files.as_json(scope), name, "application/json")
        parts = files.as_csv(scope, with_bom=True)  # people open it in Excel
        return file_response(request, parts, name, "text/csv; charset=utf-8")
    context = {
        "form": form,
        "days": [form[name] for name in ("since", "until")],
        "choices": [form[name] for name in ("every", "unit", "time")],
    }
    return render(request, "history/export.html", context, status=400 if kind else 200)
