from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from readings.models import Heartbeat

pytestmark = pytest.mark.django_db


def test_a_server_that_can_store_is_well(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_being_well_was_tried_by_writing(client: Client) -> None:
    client.get("/healthz")
    assert Heartbeat.objects.filter(name="healthz").exists()


def test_a_server_that_cannot_write_says_why(client: Client) -> None:
    def full(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE")):
            raise OperationalError("database or disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(full):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (503, b"database: database or disk is full")


def test_a_data_folder_that_is_gone_is_said(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(name: str) -> None:
        raise FileNotFoundError(2, "No such file or directory", "data/db.sqlite3.lock")

    monkeypatch.setattr("iotserver.health.beat", gone)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert b"No such file or directory" in response.content


def test_an_answer_is_never_kept(client: Client) -> None:
    assert client.get("/healthz").headers["Cache-Control"] == "no-store"


def test_nobody_needs_to_sign_in_to_ask(client: Client) -> None:
    assert client.get("/healthz").cookies.output() == ""
