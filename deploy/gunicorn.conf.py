"""gunicorn as this server runs it. docs/operations.md tells what was measured."""

import os
from http import HTTPStatus
from socket import socket
from typing import Any

from gunicorn.asgi.protocol import ASGIProtocol
from gunicorn.glogging import Logger

import stations.limits  # noqa: F401  (before the workers fork: they share what it counts)
from iotserver.log_formats import logging_config
from readings.counters import counters  # likewise

worker_class = "iotserver.worker.BoundedASGIWorker"
wsgi_app = "iotserver.asgi:application"
_host = os.environ.get("HOST", "0.0.0.0").strip("[]")
_shown_host = f"[{_host}]" if ":" in _host else _host  # IPv6
bind = f"{_shown_host}:{os.environ.get('PORT', '8000')}"

umask = 0o077  # what a worker makes is for its owner alone
# Two processes: while one commits, the other parses.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
timeout = 60
graceful_timeout = 10
keepalive = 5


def _answer_tersely(
    self: ASGIProtocol, status: int, message: str, extra_headers: tuple[tuple[str, str], ...] = ()
) -> None:
    """Answer what is no HTTP. gunicorn's own message may quote the request, key and all."""
    _answer(self, status, HTTPStatus(status).phrase, extra_headers)


_answer = ASGIProtocol._send_error_response
ASGIProtocol._send_error_response = _answer_tersely


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


def post_fork(server: Any, worker: Any) -> None:
    """Let each worker count in a row of its own; `age` is its number since the start."""
    counters.use_row(worker.age)


def post_worker_init(worker: Any) -> None:
    """Accept one connection a turn: else who wakes first takes all that wait, and the rest idle."""
    create_server = worker.loop.create_server

    async def one_a_turn(*arguments: Any, sock: socket, **options: Any) -> Any:
        server = await create_server(*arguments, sock=sock, backlog=1, **options)
        sock.listen(worker.cfg.backlog)  # for the kernel's queue that number was too small
        return server

    worker.loop.create_server = one_a_turn


def child_exit(server: Any, worker: Any) -> None:
    counters.forget_waiting(worker.age)
