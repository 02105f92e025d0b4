"""Ways to kill a server, and what brings it back: its master, or a new start as by systemd.

Each returns once the server answers again and nothing is left of what was killed.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable

from tests.serving import Server


def kill_worker(server: Server) -> None:
    """One of two workers; the master starts another while the other goes on answering."""
    victim = random.choice(server.family().workers)
    _kill(victim)
    server.await_gone([victim])
    server.family()


def kill_master(server: Server) -> None:
    """gunicorn's master: the supervisor ends, and the orphaned workers by themselves."""
    _kill_and_start_again(server, server.family().master)


def kill_supervisor(server: Server) -> None:
    """The supervisor alone: its children have to notice."""
    _kill_and_start_again(server, server.family().supervisor)


def kill_everything(server: Server) -> None:
    """Every process at once."""
    server.kill()
    server.start()


KILLS: dict[str, Callable[[Server], None]] = {
    "a worker": kill_worker,
    "the master": kill_master,
    "the supervisor": kill_supervisor,
    "everything": kill_everything,
}


def _kill_and_start_again(server: Server, victim: int) -> None:
    """Start at once, as systemd does, while the victim's children may still be about."""
    family = server.family()
    _kill(victim)
    server.await_end()
    server.start()
    server.await_gone(family.all())


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
