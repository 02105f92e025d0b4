from django.contrib import admin
from django.urls import include, path

from iotserver import health

urlpatterns = [
    path("", include("readings.device_urls")),
    path("healthz", health.healthz, name="healthz"),
    path("admin/", admin.site.urls),
]
