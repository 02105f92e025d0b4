"""/api/v1/docs/: the API for people who write programs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from iotserver.api_docs import Field, operations

pytestmark = pytest.mark.django_db


def document(schema: dict[str, Any], **components: dict[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI document of one operation that answers with this schema."""
    content = {"application/json": {"schema": schema}}
    item = {"summary": "Asks", "responses": {"200": {"content": content}}}
    return {"paths": {"/api/v1/x/": {"get": item}}, "components": {"schemas": components}}


def fields_of(schema: dict[str, Any], **components: dict[str, Any]) -> list[tuple[str, str]]:
    (operation,) = operations(document(schema, **components))
    return [(field.name, field.kind) for field in operation.fields]


def test_every_operation_is_on_the_page(admin_client: Client) -> None:
    schema = admin_client.get("/api/v1/schema/?format=json").json()
    html = admin_client.get("/api/v1/docs/").content.decode()
    paths = [path for path in schema["paths"] if not path.endswith("/schema/")]
    assert len(paths) >= 3
    assert [path for path in paths if f"<code>{path}</code>" not in html] == []


def test_the_example_is_what_is_really_answered(admin_client: Client) -> None:
    """The same names, in the same order."""
    schema = admin_client.get("/api/v1/schema/?format=json").json()
    example = next(o.example for o in operations(schema) if o.path == "/api/v1/status/")
    assert list(json.loads(example)) == list(admin_client.get("/api/v1/status/").json())


def test_the_page_needs_no_script(admin_client: Client) -> None:
    html = admin_client.get("/api/v1/docs/").content.decode()
    assert "<script" not in html
    assert "http://" not in html.replace("http://www.w3.org", "")


def test_whoever_may_look_at_the_dashboard_may_read_it(client: Client, settings: Settings) -> None:
    settings.PUBLIC_DASHBOARD = False
    assert client.get("/api/v1/docs/").headers["Location"].startswith("/sign-in/")
    settings.PUBLIC_DASHBOARD = True
    assert client.get("/api/v1/docs/").status_code == 200


def test_names_inside_others_are_told_with_them() -> None:
    sensor = {"properties": {"value": {"type": "number", "format": "double", "nullable": True}}}
    station = {
        "properties": {
            "name": {"type": "string"},
            "sensors": {"type": "array", "items": {"$ref": "#/components/schemas/Sensor"}},
        }
    }
    schema = {"type": "array", "items": {"$ref": "#/components/schemas/Station"}}
    assert fields_of(schema, Sensor=sensor, Station=station) == [
        ("name", "string"),
        ("sensors", "list of anything"),
        ("sensors[].value", "number or null"),
    ]


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string", "format": "date-time"}, "time"),
        ({"enum": ["live", "late"], "type": "string"}, "live, late"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "integer by name"),
        ({"allOf": [{"type": "integer"}], "nullable": True}, "integer or null"),
    ],
)
def test_kinds_are_told_in_words(schema: dict[str, Any], kind: str) -> None:
    assert fields_of({"properties": {"x": schema}}) == [("x", kind)]


def test_an_answer_without_a_body_has_no_fields() -> None:
    (operation,) = operations({"paths": {"/x/": {"get": {"responses": {"204": {}}}}}})
    assert operation.fields == []


def test_parameters_are_told() -> None:
    made = document({})
    made["paths"]["/api/v1/x/"]["get"]["parameters"] = [
        {"name": "id", "schema": {"type": "integer"}, "description": "which"}
    ]
    assert operations(made)[0].parameters == [Field("id", "integer", "which")]
