"""URLs of how a viewer comes in and what a viewer chooses."""

from django.urls import path

from viewers import views

urlpatterns = [
    path("h/<str:secret>", views.open_link, name="open-link"),
    path("h/<str:secret>/", views.open_link),
    path("settings/", views.choose, name="settings"),
    path("unit/", views.set_unit, name="set-unit"),
]
