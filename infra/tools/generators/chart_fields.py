"""Pieces of a closed schema of values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Schema = dict[str, Any]

NAME: Final = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"


def closed(description: str, properties: Mapping[str, Schema], **more: object) -> Schema:
    about = {"description": description} if description else {}
    return {"type": "object", **about, "additionalProperties": False, "properties": dict(properties), **more}


def text(description: str, **more: object) -> Schema:
    return {"type": "string", "description": description, **more}


def resource_name(description: str) -> Schema:
    return text(description, anyOf=[{"const": ""}, {"pattern": NAME, "maxLength": 253}])


def choice(description: str, *choices: str) -> Schema:
    return {"enum": list(choices), "description": description}


def flag(description: str) -> Schema:
    return {"type": "boolean", "description": description}


def whole(description: str, least: int = 0, most: int | None = None) -> Schema:
    bound = {} if most is None else {"maximum": most}
    return {"type": "integer", "minimum": least, **bound, "description": description}


def positive(description: str, most: float = 86_400) -> Schema:
    return {"type": "number", "exclusiveMinimum": 0, "maximum": most, "description": description}


def native(description: str, kind: str = "object") -> Schema:
    """What Kubernetes itself defines; its own schema judges it once it is rendered."""
    return {"type": kind, "description": description}


def texts(description: str) -> Schema:
    return {"type": "object", "additionalProperties": {"type": "string"}, "description": description}
