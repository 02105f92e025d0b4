from django.apps import AppConfig


class IotserverConfig(AppConfig):
    name = "iotserver"
