"""URLs of this room's pages."""

from django.urls import URLPattern, path

from history.exports.views import export

urlpatterns: list[URLPattern] = [
    path("export/", export, name="export"),
]
