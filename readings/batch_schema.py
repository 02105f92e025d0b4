"""The JSON batch in the API's OpenAPI description; its view is none of the REST framework's."""

from __future__ import annotations

from typing import Any

from readings.dialects.json_batch import MOST_READINGS
from stations.wire import FIELD_MAX, FIELD_MIN

_READING = {
    "type": "object",
    "additionalProperties": False,
    "required": ["field", "value"],
    "properties": {
        "field": {"type": "integer", "minimum": FIELD_MIN, "maximum": FIELD_MAX},
        "value": {"type": "number"},
        "measured_at": {"type": "string", "format": "date-time"},
        "age": {"type": "integer", "minimum": 0, "description": "Seconds before now."},
        "seq": {"type": "string", "description": "boot-number, for resends with an age."},
    },
}
_BATCH = {
    "type": "object",
    "additionalProperties": False,
    "required": ["mac", "readings"],
    "properties": {
        "mac": {"type": "string"},
        "api_key": {"type": "string", "description": "Instead of the Authorization header."},
        "readings": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_READINGS,
            "items": {"$ref": "#/components/schemas/NewReading"},
        },
    },
}
_ACKNOWLEDGED = {
    "type": "object",
    "required": ["acknowledged"],
    "properties": {
        "acknowledged": {"type": "integer", "description": "Readings that are on disk now."}
    },
}
_REFUSALS = {
    "400": "Not stored; `detail` says which reading is wrong and why.",
    "403": "The key and the MAC address do not belong to an active station.",
    "429": "Too fast; come again after Retry-After seconds.",
    "503": "The server could not store it; send it again.",
}


def add_batch(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add POST /api/v1/readings/ to a finished document (a hook of drf-spectacular)."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas |= {"NewReading": _READING, "Batch": _BATCH, "Acknowledged": _ACKNOWLEDGED}
    result.setdefault("components", {}).setdefault("securitySchemes", {})["stationKey"] = {
        "type": "http",
        "scheme": "bearer",
    }
    result["paths"]["/api/v1/readings/"] = {"post": _operation()}
    return result


def _operation() -> dict[str, Any]:
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/Batch"}}}
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/Acknowledged"}}}
    refusals = {status: {"description": text} for status, text in _REFUSALS.items()}
    return {
        "operationId": "readings_create",
        "summary": f"Store up to {MOST_READINGS} readings of a station",
        "description": (
            "With Authorization: Bearer KEY, the station's own key, and a body such as"
            ' {"mac": "5c:cf:7f:0a:1b:2c", "readings": [{"field": 1, "value": 21.5,'
            ' "measured_at": "2026-01-31T07:00:00Z"}]}. All readings are stored or none is.'
            " Instead of measured_at a reading may have an age in seconds, or neither: then it"
            " is of now."
        ),
        "tags": ["readings"],
        "security": [{"stationKey": []}],
        "requestBody": {"required": True, "content": body},
        "responses": {"200": {"description": "On disk.", "content": answer}, **refusals},
    }
