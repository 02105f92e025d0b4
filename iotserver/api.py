"""The URLs of the API and of its description."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

from readings.api import StationViewSet

router = DefaultRouter(use_regex_path=False)
router.register("stations", StationViewSet, basename="station")

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("", include(router.urls)),
]
