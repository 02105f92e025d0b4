"""URLs of what a viewer chooses."""

from django.urls import path

from viewers import views

urlpatterns = [
    path("unit/", views.set_unit, name="set-unit"),
]
