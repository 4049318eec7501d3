"""The page of docs/reference that explains every message, written from its JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from contracts.base import Command, Message
from contracts.examples import INVALID_EXAMPLES, examples_of
from contracts.registry import AREAS, COMMANDS, EVENTS
from infra.tools.generators.markdown import code, page, table
from infra.tools.generators.schemas import file_name, message_schema

Json = dict[str, Any]

_HEAD: Final = ("Field", "Type", "Required", "Meaning")
_COMPATIBILITY: Final = """## What may change

A released schema is a promise, checked against every release whenever the code changes.

- **Events** change only so that new consumers read old events, stored and replayed ones too, and old consumers read
  new ones: fields that may be absent can be added, values of a closed list cannot. Anything else is a new type
  (`…v2`) with an upcaster from the old one.
- **Commands** change only so that new workers take what old producers send: a field can be added when it may be left
  out, limits can be widened. Commands refuse fields they do not know, so upgrade the workers before producers use
  what is new."""

_BOUNDS: Final = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
}


def messages_page() -> str:
    """docs/reference/messages.md."""
    messages = (*COMMANDS.values(), *EVENTS.values())
    schemas = [message_schema(message) for message in messages]
    shared = {name: docs for schema in schemas for name, docs in schema.get("$defs", {}).items()}
    return page(
        "Messages",
        "Payloads are JSON objects, UTF-8. Commands are read strictly: an unknown field, at any depth, is refused by "
        "name, so that a misspelt one is never lost. Events are read tolerantly: ignore fields you do not know. "
        "Fields without a value are left out of events.",
        _COMPATIBILITY,
        *(part for area in AREAS for part in _area(area, [message for message in messages if message.area == area])),
        "## Shared types",
        *(_shared(name, docs) for name, docs in sorted(shared.items())),
    )


def _area(area: str, messages: Iterable[type[Message]]) -> Iterator[str]:
    yield f"## Area {area}"
    for message in messages:
        yield from _message(message)


def _message(message: type[Message]) -> Iterator[str]:
    schema = message_schema(message)
    kind = "Command" if issubclass(message, Command) else "Event"
    yield f"### {message.__name__}"
    link = f"[JSON Schema](../../contracts/schemas/json/{file_name(message.type)})"
    yield f"{kind} {code(message.type)} · {link}"
    yield schema["description"]
    yield table(_HEAD, _fields(schema))
    for example in examples_of(message.type):
        yield f"Example: {example.name}"
        yield f"```json\n{json.dumps(example.payload, ensure_ascii=False, indent=2)}\n```"
    rules = [example for example in INVALID_EXAMPLES if example.type == message.type]
    if rules:
        yield "Refused as `invalid_command`, among others:"
        yield "\n".join(f"- {code(example.field)}: {example.rule}" for example in rules)


def _shared(name: str, schema: Json) -> str:
    parts = [f"### {name}", schema.get("description", "")]
    parts.append(table(_HEAD, _fields(schema)) if "properties" in schema else _type(schema))
    return "\n\n".join(part for part in parts if part)


def _fields(schema: Json) -> Iterator[tuple[str, ...]]:
    required = schema.get("required", ())
    for name, docs in schema["properties"].items():
        meaning = docs.get("description", "")
        if docs.get("default") not in (None, [], {}):
            meaning = f"{meaning} Default: {code(json.dumps(docs['default'], ensure_ascii=False))}.".strip()
        yield code(name), _type(docs), "yes" if name in required else "", meaning


def _type(docs: Json) -> str:
    if "$ref" in docs:
        name = docs["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for word in ("anyOf", "oneOf"):
        if word in docs:
            return " or ".join(_type(option) for option in docs[word] if option != {"type": "null"})
    if "const" in docs:
        return code(json.dumps(docs["const"], ensure_ascii=False))
    if "enum" in docs:
        return ", ".join(code(value) for value in docs["enum"])
    if docs.get("type") == "array":
        return ", ".join([f"list of {_type(docs['items'])}", *_limits(docs)])
    return ", ".join([docs.get("type", "anything"), *_limits(docs)])


def _limits(docs: Json) -> Iterator[str]:
    if "format" in docs or "contentEncoding" in docs:
        yield docs.get("format") or docs["contentEncoding"]
    if "pattern" in docs:
        yield code(docs["pattern"])
    for word, words in _BOUNDS.items():
        if word in docs:
            yield words.format(f"{docs[word]:,}")
    if "x-extensible-enum" in docs:
        yield "one of the [codes](errors.md) or a newer one"
