"""The pages and the API of charts: in this process, and through the server as it runs."""

from __future__ import annotations

import http.client
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

from benchmarks import servers
from benchmarks.times import Times

_POINTS = 500


def measure(folder: Path, until: int, requests: int) -> None:
    """Print how long each path takes a signed-in viewer; they take turns."""
    paths = _paths(until)
    _in_process(paths, requests)
    _through_gunicorn(folder, paths, requests)


def _paths(until: int) -> dict[str, str]:
    from readings.times import DAY_MS, from_ms
    from stations.models import Sensor

    inside, outside = Sensor.objects.order_by("pk").values_list("pk", flat=True)[4:6]
    station = Sensor.objects.values_list("station_id", flat=True).get(pk=inside)

    def series(days: int, more: str = "") -> str:
        since, end = (from_ms(ms).isoformat()[:19] + "Z" for ms in (until - days * DAY_MS, until))
        return f"/api/v1/series/?sensor={inside}&from={since}&to={end}&points={_POINTS}{more}"

    shaded = f"&sensor={outside}&inside={inside}&outside={outside}"
    return {
        "series, 1 year": series(365),
        "series, 30 days": series(30),
        "series, 24 hours": series(1),
        "series, 24 hours, two stations, shaded": series(1, shaded),
        "dashboard": "/",
        "station page, 24 hours": f"/stations/{station}/",
        "station page, 1 year": f"/stations/{station}/?range=1y",
    }


def _in_process(paths: dict[str, str], requests: int) -> None:
    from django.contrib.auth import get_user_model
    from django.test import Client

    user, _ = get_user_model()._default_manager.get_or_create(username="bench")
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    times = {name: Times() for name in paths}
    for _ in range(requests):
        for name, path in paths.items():
            response = times[name].measure(partial(client.get, path))
            assert response.status_code == 200, (path, response.status_code)
    print("in this process: session, user, view, rendering")
    for name, taken in times.items():
        print(f"  {name}: {taken}, {taken.processor:.1f} ms of processor")


def _through_gunicorn(folder: Path, paths: dict[str, str], requests: int) -> None:
    cookie = _session()
    port = servers.free_port()
    own = {"HOST": "127.0.0.1", "PORT": str(port), "DATA_DIR": str(folder)}
    command = [sys.executable, "manage.py", "serve"]
    with servers.running(command, own | {"DJANGO_SETTINGS_MODULE": "iotserver.settings"}):
        servers.wait(port, "/healthz")
        times = {name: Times() for name in paths}
        with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
            for _ in range(requests):
                for name, path in paths.items():
                    times[name].measure(partial(_get, connection, path, cookie))
    print("through gunicorn, keep-alive, from asking to the last byte")
    for name, taken in times.items():
        print(f"  {name}: {taken}")


def _get(connection: http.client.HTTPConnection, path: str, cookie: str) -> bytes:
    connection.request("GET", path, headers={"Cookie": cookie})
    response = connection.getresponse()
    body = response.read()
    assert response.status == 200, (path, response.status)
    return body


def _session() -> str:
    """Sign a viewer in; return the cookie."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.force_login(get_user_model()._default_manager.get(username="bench"))
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"
