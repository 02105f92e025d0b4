"""URLs of this room's pages."""

from datetime import date

from django.urls import path, register_converter

from history import views
from history.exports.views import export
from history.ledger import views as ledger


class DayConverter:
    """A day such as 2026-01-31 in an address."""

    regex = r"\d{4}-\d\d-\d\d"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")

urlpatterns = [
    path("export/", export, name="export"),
    path("stations/<int:station_id>/days/", ledger.days, name="station-days"),
    path("stations/<int:station_id>/days/<day:day>/", ledger.day, name="station-day"),
    path("stations/<int:station_id>/", views.show_station, name="station"),
    path("stations/<int:station_id>/outliers/", views.mark_outlier, name="outliers"),
]
