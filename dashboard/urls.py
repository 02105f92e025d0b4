"""URLs for people."""

from django.urls import path
from django.views.generic import RedirectView

from dashboard import views

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("cards/", views.cards, name="cards"),
    path("wall/", views.wall, name="wall"),
    path("wall", RedirectView.as_view(pattern_name="wall")),  # as people type it
    path("wall/cards/", views.wall_cards, name="wall-cards"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
]
