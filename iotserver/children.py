"""The two processes that the supervisor looks after, and how it starts one.

On Linux a child is a fork: it has loaded already what the supervisor has, and shares its memory.
Children that load Django by themselves take half as long again to start and 50 MB more
(`benchmarks.starts`), which is a lot on a small board. Elsewhere a child begins anew: those systems
know no forks or do not take them well.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from iotserver.lifeline import tie_to

Work = Callable[[], None]

CONTEXT = get_context("fork") if sys.platform == "linux" else get_context("spawn")
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def gunicorn() -> None:
    """Serve boards and pages until SIGTERM."""
    from gunicorn.app.wsgiapp import run

    os.environ.update(HOST=settings.HOST, PORT=str(settings.PORT))
    sys.argv = ["gunicorn", "--config", str(settings.BASE_DIR / "deploy" / "gunicorn.conf.py")]
    run()


def waitress() -> None:
    """Serve where gunicorn cannot run."""
    from waitress.runner import run

    run(["waitress", f"--listen={settings.HOST}:{settings.PORT}", "iotserver.wsgi:application"])


def watcher() -> None:
    call_command("watch")


web = waitress if sys.platform == "win32" else gunicorn


def start(work: Work, name: str) -> BaseProcess:
    """Start a process that does the work, and that ends with this one.

    Ctrl-C does not reach it: the supervisor stops its children in order. `name`, of up to
    15 characters, is what `ps` and `top` show.
    """
    connections.close_all()  # SQLite's must not be carried over a fork
    gc.collect()
    gc.freeze()  # the collector would write to the pages that all share
    # A daemon is stopped, too, where the supervisor fails.
    child = CONTEXT.Process(target=_begin, args=(work, name, os.getpid()), name=name, daemon=True)
    _let_no_signal_be_lost()
    child.start()
    return child


@cache
def _let_no_signal_be_lost() -> None:
    """Hold signals back at each fork, here and in the children, until the new process can hear.

    It inherits its parent's handlers: a web worker that is told to stop before it has its own
    would go on for ten seconds, until gunicorn kills it.
    """
    if sys.platform == "win32":
        return

    def hold() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)

    def let_go() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def begin_anew() -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        let_go()

    os.register_at_fork(before=hold, after_in_parent=let_go, after_in_child=begin_anew)


def _begin(work: Work, name: str, parent: int) -> None:
    if sys.platform != "win32":
        os.setsid()
        tie_to(parent)
        with suppress(OSError):  # only Linux has the file
            Path("/proc/self/comm").write_text(name)
    os.chdir(settings.BASE_DIR)
    if not apps.ready:  # it began anew
        django.setup()
    work()
