"""The JSON schema of a definition file, for editors; made from the models."""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import models_json_schema

from measuremart.definitions.base import NAME_LENGTH
from measuremart.definitions.file import RESERVED_SECTIONS, SECTIONS


def schema_text() -> str:
    """Return `definition.schema.json` as text, the same bytes for the same language."""
    refs, shared = models_json_schema(
        [(model, "validation") for model in SECTIONS.values()], ref_template="#/$defs/{model}", by_alias=True
    )
    name = {"pattern": "^[a-z][a-z0-9_]*$", "maxLength": NAME_LENGTH}
    properties: dict[str, Any] = {
        section: {
            "type": ["object", "null"],
            "description": (model.__doc__ or "").splitlines()[0],
            "propertyNames": name,
            "additionalProperties": refs[(model, "validation")],
        }
        for section, model in SECTIONS.items()
    }
    properties |= {s: {"description": "reserved: not supported yet"} for s in RESERVED_SECTIONS}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "measuremart definitions",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "$defs": shared["$defs"],
    }
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
