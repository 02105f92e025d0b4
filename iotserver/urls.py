from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

from iotserver import health


def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """Browsers ask for it on pages that name no icon, the admin's among them."""
    return HttpResponseRedirect(static("iotserver/icon.svg"))


handler500 = "iotserver.errors.server_error"

urlpatterns = [
    path("", include("readings.device_urls")),
    path("", include("dashboard.urls")),
    path("", include("alerts.urls")),
    path("", include("history.urls")),
    path("", include("firmware.urls")),
    path("", include("viewers.urls")),
    path("", include("upkeep.urls")),
    path("api/v1/", include("iotserver.api")),
    path("healthz", health.healthz, name="healthz"),
    path("favicon.ico", favicon),
    path(
        "sign-in/",
        auth_views.LoginView.as_view(
            template_name="sign_in.html", redirect_authenticated_user=True
        ),
        name="sign-in",
    ),
    path("sign-out/", auth_views.LogoutView.as_view(), name="sign-out"),
    path("admin", RedirectView.as_view(url="/admin/")),  # as people type it
    path("admin/", admin.site.urls),
]
