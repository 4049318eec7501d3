"""JSON Schemas (2020-12) of the messages.

Commands are described as they are accepted, strictly; events as they are published, open for fields to come.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from contracts.base import Command, Message
from contracts.envelope import schema_uri
from contracts.examples import examples_of
from infra.tools.generators.docstrings import attribute_docs, summary

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DEFS: Final = "#/$defs/"
_FIRST: Final = ("$schema", "$id", "title", "description", "type", "properties", "required")


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, with descriptions from docstrings and without titles that repeat a field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002  pydantic's own signature
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        result = super().model_schema(schema)
        cls = schema["cls"]
        result["title"] = cls.__name__
        result.pop("description", None)
        if text := summary(cls):
            result["description"] = text
        result.pop("additionalProperties", None)
        for name, docs in attribute_docs(cls).items():
            if name in result.get("properties", {}):
                result["properties"][name] = {**result["properties"][name], "description": docs}
        return result


def message_schema(message: type[Message]) -> dict[str, Any]:
    """The schema of a message, complete in itself."""
    is_command = issubclass(message, Command)
    mode: JsonSchemaMode = "validation" if is_command else "serialization"
    schema = _with_short_names(message.model_json_schema(mode=mode, schema_generator=_Generator))
    _each_object(schema, _tags_required)
    _each_object(schema, _closed if is_command else _without_null)
    schema |= {"$schema": DIALECT, "$id": schema_uri(message.type)}
    schema["examples"] = [example.payload for example in examples_of(message.type)]
    first: dict[str, Any] = {key: schema[key] for key in _FIRST if key in schema}
    return {**first, **{key: value for key, value in schema.items() if key not in first}}


def schema_text(message: type[Message]) -> str:
    """The schema file."""
    return json.dumps(message_schema(message), ensure_ascii=False, indent=2) + "\n"


def _with_short_names(schema: dict[str, Any]) -> dict[str, Any]:
    """Name generic classes in $defs as they name themselves: ReadMoney, not Read_Money_."""
    short = {key: str(definition.get("title", key)) for key, definition in schema.get("$defs", {}).items()}
    if len(set(short.values())) != len(short):
        raise ValueError(f"two definitions share a name: {sorted(short.values())}")
    text = json.dumps(schema)
    for key, name in short.items():
        text = text.replace(json.dumps(f"{_DEFS}{key}"), json.dumps(f"{_DEFS}{name}"))
    renamed: dict[str, Any] = json.loads(text)
    if "$defs" in renamed:
        renamed["$defs"] = {short[key]: value for key, value in sorted(renamed["$defs"].items())}
    return renamed


def _each_object(node: Any, change: Any) -> None:  # noqa: ANN401  JSON
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            change(node)
        for child in node.values():
            _each_object(child, change)
    elif isinstance(node, list):
        for child in node:
            _each_object(child, change)


def _closed(schema: dict[str, Any]) -> None:
    schema["additionalProperties"] = False


def _tags_required(schema: dict[str, Any]) -> None:
    """A property with one possible value tells the members of a union apart: it may not be left out."""
    tags = [name for name, docs in schema["properties"].items() if "const" in docs]
    schema["required"] = [*tags, *(name for name in schema.get("required", []) if name not in tags)]
    for name in tags:
        schema["properties"][name].pop("default", None)
    for docs in schema["properties"].values():
        docs.pop("discriminator", None)  # OpenAPI's word; the required tags say the same to every validator
    if not schema["required"]:
        del schema["required"]


def _without_null(schema: dict[str, Any]) -> None:
    """Published messages leave out what has no value, so that null never appears."""
    for name, docs in schema["properties"].items():
        options = [option for option in docs.get("anyOf", []) if option != {"type": "null"}]
        if len(options) == 1:
            rest = {key: value for key, value in docs.items() if key not in {"anyOf", "default"}}
            schema["properties"][name] = {**options[0], **rest}


def file_name(message_type: str) -> str:
    """The name of a type's schema file."""
    if not re.fullmatch(r"poon\.[a-z]+\.[a-z]+\.v[1-9][0-9]*", message_type):
        raise ValueError(f"{message_type} is no message type such as poon.text.parse.v1")
    return f"{message_type}.json"
