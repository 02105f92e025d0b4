"""The URLs of the API and of its description."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

from history.api import SeriesView
from history.exports.api import CsvExportView, JsonExportView
from iotserver.api_docs import api_docs
from readings.api import StationViewSet
from upkeep.api import StatusView

router = DefaultRouter(use_regex_path=False)
router.include_format_suffixes = False  # everything is JSON
router.register("stations", StationViewSet, basename="station")

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", api_docs, name="api-docs"),
    path("series/", SeriesView.as_view(), name="api-series"),
    path("status/", StatusView.as_view(), name="api-status"),
    path("readings/export.csv", CsvExportView.as_view(), name="api-export-csv"),
    path("readings/export.json", JsonExportView.as_view(), name="api-export-json"),
    path("", include(router.urls)),
]
