"""WSGI entry point, for servers that speak no ASGI (Windows)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotserver.settings")
django_application = get_wsgi_application()

from django.conf import settings  # noqa: E402  (settings are ready only now)
from servestatic import ServeStatic  # noqa: E402

from readings import callers, refused_boards  # noqa: E402
from upkeep import running  # noqa: E402

running.hold()
callers.collector.write_with(refused_boards.write)

application = ServeStatic(
    django_application,
    root=settings.STATIC_ROOT,
    prefix=settings.STATIC_URL,
    immutable_file_test=r"\.[0-9a-f]{12}\.",
    allow_all_origins=False,
)
