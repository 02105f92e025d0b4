"""gunicorn as this server runs it. docs/operations.md tells what was measured."""

import os

from iotserver.log_formats import logging_config

worker_class = "asgi"
wsgi_app = "iotserver.asgi:application"
_host = os.environ.get("HOST", "0.0.0.0").strip("[]")
_shown_host = f"[{_host}]" if ":" in _host else _host  # IPv6
bind = f"{_shown_host}:{os.environ.get('PORT', '8000')}"

# Two processes: while one commits, the other parses.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
timeout = 60
graceful_timeout = 10
keepalive = 5

# Keys travel in paths: no access log. Refusals are logged, redacted, by the application.
accesslog = None
loglevel = "warning"
logconfig_dict = logging_config(
    os.environ.get("LOG_LEVEL", "INFO"), os.environ.get("LOG_FORMAT", "line")
)
control_socket_disable = True

# Whose X-Forwarded-* headers count: a reverse proxy on this machine.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
