from django.apps import AppConfig


class StationsConfig(AppConfig):
    name = "stations"
    verbose_name = "Weather stations"
    default_auto_field = "django.db.models.BigAutoField"
