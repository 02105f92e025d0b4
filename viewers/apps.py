from django.apps import AppConfig


class ViewersConfig(AppConfig):
    name = "viewers"
    default_auto_field = "django.db.models.BigAutoField"
