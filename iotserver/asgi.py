"""ASGI entry point: device URLs first, static files next, Django for the rest."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotserver.settings")
django_application = get_asgi_application()

from django.conf import settings  # noqa: E402  (settings are ready only now)
from servestatic import ServeStaticASGI  # noqa: E402

import iotserver.urls  # noqa: E402, F401  (once, for all workers)
from readings import callers, refused_boards  # noqa: E402
from readings.front import DeviceFront  # noqa: E402
from upkeep import running  # noqa: E402

running.hold()
callers.collector.write_with(refused_boards.write)

application = DeviceFront(
    ServeStaticASGI(
        django_application,
        root=settings.STATIC_ROOT,
        prefix=settings.STATIC_URL,
        immutable_file_test=r"\.[0-9a-f]{12}\.",
        allow_all_origins=False,
    )
)
