"""URLs of this room's pages."""

from django.urls import path

from alerts import views

urlpatterns = [
    path("alerts/", views.show_alerts, name="alerts"),
    path("alerts/subscribe/", views.subscribe, name="alerts-subscribe"),
    path("alerts/unsubscribe/", views.unsubscribe, name="alerts-unsubscribe"),
    path("service-worker.js", views.service_worker, name="service-worker"),
]
