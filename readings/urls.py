"""URLs for people."""

from django.urls import path

from readings import views

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("cards/", views.cards, name="cards"),
    path("unit/", views.set_unit, name="set-unit"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
]
