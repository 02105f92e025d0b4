from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from alerts.advice.pairs import current_ids
        from history import pair

        pair.ask(current_ids)  # charts compare what the advice compares
