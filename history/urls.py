"""URLs of this room's pages."""

from django.urls import path

from history import views

urlpatterns = [
    path("stations/<int:station_id>/", views.show_station, name="station"),
    path("stations/<int:station_id>/outliers/", views.mark_outlier, name="outliers"),
]
