from django.apps import AppConfig


class IotserverConfig(AppConfig):
    name = "iotserver"

    def ready(self) -> None:
        from iotserver import checks  # noqa: F401  (they register themselves)
