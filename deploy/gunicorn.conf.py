"""gunicorn as this server runs it. docs/operations.md tells what was measured."""

import gc
import os
from typing import Any

from gunicorn.glogging import Logger

import stations.limits  # noqa: F401  (before the workers fork: they share what it counts)
from iotserver.doors import doors  # likewise
from iotserver.log_formats import logging_config
from readings import cores
from readings.counters import counters  # likewise

worker_class = "iotserver.worker.BoundedASGIWorker"
wsgi_app = "iotserver.asgi:application"
_host = os.environ.get("HOST", "0.0.0.0").strip("[]")
_shown_host = f"[{_host}]" if ":" in _host else _host  # IPv6
bind = f"{_shown_host}:{os.environ.get('PORT', '8000')}"

umask = 0o077  # what a worker makes is for its owner alone
# Two processes: while one commits, the other parses.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
preload_app = True  # read once, and held once in memory: 35 MB less with two workers
timeout = 60
graceful_timeout = 10
keepalive = 5


class WithoutAccessLog(Logger):  # type: ignore[misc]
    """Keys travel in paths; refusals are logged, redacted, by the application.

    With `logconfig_dict` gunicorn writes an access log even where `accesslog` is None.
    """

    access_log_enabled = False


logger_class = WithoutAccessLog
loglevel = "warning"
logconfig_dict = logging_config(
    os.environ.get("LOG_LEVEL", "INFO"), os.environ.get("LOG_FORMAT", "line")
)
control_socket_disable = True

# Nothing that gunicorn would read of a proxy's headers is used: the application knows whom
# to believe (FORWARDED_ALLOW_IPS), and a header that lies must not end a board's request.
forwarded_allow_ips = ""


def when_ready(server: Any) -> None:
    """Let the collector pass over what was loaded for good: it lies in memory that all share."""
    gc.collect()
    gc.freeze()


def pre_fork(server: Any, worker: Any) -> None:
    """Choose the core that a worker is to keep to: no two on one while another is free."""
    worker.core = cores.choose(other.core for other in server.WORKERS.values())


def post_fork(server: Any, worker: Any) -> None:
    """Let each worker keep to its core and count in a row of its own.

    `age` is its number since the start.
    """
    cores.keep_to(worker.core)
    counters.use_row(worker.age)
    doors.open(worker.age)


def child_exit(server: Any, worker: Any) -> None:
    counters.forget_waiting(worker.age)
    doors.close(worker.age)
