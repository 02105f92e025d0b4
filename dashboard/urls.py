"""URLs for people."""

from django.urls import path

from dashboard import views

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("cards/", views.cards, name="cards"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
]
