"""Asks a server that something ails, as a monitor, a board and a person would."""

from __future__ import annotations

from collections.abc import Callable

from tests.contract.drivers import Answer
from tests.contract.wire import as_a_board, as_http_1_1, exchange, parse
from tests.factories import TUTORIAL_KEY, TUTORIAL_MAC, update_path
from tests.serving import Server, wait_until


def until(is_so: Callable[[], bool], server: Server) -> None:
    """Ask again and again: another process's doing cannot be awaited."""
    wait_until(lambda: _holds(is_so), server.log)


def _holds(is_so: Callable[[], bool]) -> bool:
    try:
        return is_so()
    except OSError:
        return False  # nobody listens yet


def health(server: Server) -> Answer:
    return parse(exchange(server.port, as_a_board("/healthz")))


def page(server: Server, path: str, *headers: str) -> Answer:
    return parse(exchange(server.port, as_http_1_1(path, "GET", "Accept: text/html", *headers)))


def program(server: Server, path: str) -> Answer:
    return parse(exchange(server.port, as_http_1_1(path, "GET", "Accept: application/json")))


def post(server: Server, value: float = 21.5) -> Answer:
    """Post a reading of the tutorial's station."""
    return parse(exchange(server.port, as_a_board(update_path(data=value))))


def add_tutorial_station(server: Server) -> None:
    server.manage("add_station", "Attic", "--mac", TUTORIAL_MAC, "--key", TUTORIAL_KEY)
