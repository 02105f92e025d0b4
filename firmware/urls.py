"""URLs of this room: what boards ask, apart from readings."""

from django.urls import path, re_path

from firmware import device_views

urlpatterns = [
    # `SECURE_REDIRECT_EXEMPT` and the proxies in deploy/ name these paths, too.
    re_path(r"^firmware/report/?\Z", device_views.report),
    re_path(r"^firmware/manifest/?\Z", device_views.manifest),
    path("firmware/files/<str:name>", device_views.firmware_file),
]
