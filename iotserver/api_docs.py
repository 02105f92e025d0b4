"""/api/v1/docs/: the OpenAPI description as a page, without script or anything foreign."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from viewers.access import viewer_required

Schema = Mapping[str, Any]

_SAMPLES = {
    "date-time": "2026-01-31T07:00:00Z",
    "string": "text",
    "integer": 1,
    "number": 21.5,
    "boolean": True,
}
_KINDS = {"date-time": "time", "date": "date", "uri": "address"}


@dataclass(frozen=True, slots=True)
class Field:
    """One row of an answer's table; `name` has the names around it, too."""

    name: str
    kind: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    fields: list[Field]
    example: str


@require_safe
@viewer_required
def api_docs(request: HttpRequest) -> HttpResponse:
    """What a program can ask, and what it gets."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    document = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    found = operations(document)
    return render(request, "api_docs.html", {"operations": found, "host": request.get_host()})


def operations(document: Schema) -> list[Operation]:
    """Return every operation of an OpenAPI document; the description's own is left out."""
    schemas: Schema = document.get("components", {}).get("schemas", {})
    return [
        _operation(method, path, item, schemas)
        for path, methods in document["paths"].items()
        for method, item in methods.items()
        if not path.endswith("/schema/")
    ]


def _operation(method: str, path: str, item: Schema, schemas: Schema) -> Operation:
    answer = _whole(_answer(item), schemas)
    example = json.dumps(_example(answer, schemas), indent=2, ensure_ascii=False)
    return Operation(
        method.upper(),
        path,
        item.get("summary", ""),
        item.get("description", ""),
        [
            Field(one["name"], _kind(one["schema"], schemas), one.get("description", ""))
            for one in item.get("parameters", [])
        ],
        list(_fields(answer, schemas)),
        example,
    )


def _answer(item: Schema) -> Schema:
    """Return the schema of the first good answer; empty when it has no body."""
    good: Schema = next(
        (one for code, one in item["responses"].items() if code.startswith("2")), {}
    )
    for content in good.get("content", {}).values():
        schema: Schema = content["schema"]
        return schema
    return {}


def _whole(schema: Schema, schemas: Schema) -> Schema:
    """Return what a reference stands for; what surrounds it (`allOf`) is kept."""
    for part in schema.get("allOf", ()):
        schema = {**_whole(part, schemas), **schema}
    if "$ref" in schema:
        named = schemas[schema["$ref"].rpartition("/")[2]]
        schema = {**_whole(named, schemas), **{k: v for k, v in schema.items() if k != "$ref"}}
    return schema


def _fields(schema: Schema, schemas: Schema, around: str = "") -> Iterator[Field]:
    """List an answer's fields with those inside them, as `sensors[].value`."""
    schema = _whole(schema, schemas)
    if schema.get("type") == "array":
        yield from _fields(schema["items"], schemas, f"{around}[]" if around else "")
    for name, inner in schema.get("properties", {}).items():
        inner = _whole(inner, schemas)
        full = f"{around}.{name}" if around else name
        yield Field(full, _kind(inner, schemas), inner.get("description", ""))
        yield from _fields(inner, schemas, full)


def _kind(schema: Schema, schemas: Schema) -> str:
    schema = _whole(schema, schemas)
    kind = _KINDS.get(schema.get("format", ""), schema.get("type", "anything"))
    if schema.get("enum"):
        kind = ", ".join(str(one) for one in schema["enum"] if one)
    elif kind == "array":
        kind = f"list of {_kind(schema['items'], schemas)}"
    elif isinstance(schema.get("additionalProperties"), Mapping):
        kind = f"{_kind(schema['additionalProperties'], schemas)} by name"
    return f"{kind} or null" if schema.get("nullable") else str(kind)


def _example(schema: Schema, schemas: Schema) -> Any:
    schema = _whole(schema, schemas)
    if schema.get("enum"):
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [_example(schema["items"], schemas)]
    if isinstance(schema.get("additionalProperties"), Mapping):
        return {"name": _example(schema["additionalProperties"], schemas)}
    if "properties" in schema:
        return {name: _example(one, schemas) for name, one in schema["properties"].items()}
    return _SAMPLES.get(schema.get("format", ""), _SAMPLES.get(schema.get("type", "")))
