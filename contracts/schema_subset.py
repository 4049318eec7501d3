"""Finds what a writer may send and a reader would refuse, from their two JSON Schemas.

Handles what the generated schemas are made of: $ref into $defs, anyOf and oneOf, const and enum, types, bounds,
patterns and formats, arrays and objects. Any other keyword must be the same on both sides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

JsonSchema: TypeAlias = Mapping[str, Any]
Difference: TypeAlias = tuple[str, str]
"""A path and what the reader does not take there."""

_ANNOTATIONS: Final = frozenset(
    {
        "$comment",
        "$defs",
        "$id",
        "$schema",
        "default",
        "deprecated",
        "description",
        "examples",
        "readOnly",
        "title",
        "writeOnly",
        "x-extensible-enum",
    }
)
_LOWER_BOUNDS: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER_BOUNDS: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_COMPARED: Final = frozenset(
    {
        "$ref",
        "additionalProperties",
        "anyOf",
        "const",
        "enum",
        "items",
        "oneOf",
        "properties",
        "required",
        "type",
        *_LOWER_BOUNDS,
        *_UPPER_BOUNDS,
    }
)
_EXACT_WORDS: Final = {"pattern": "the pattern", "format": "the format", "contentEncoding": "the encoding"}
_ALL_TYPES: Final = ("array", "boolean", "null", "number", "object", "string")
_TYPE_NAMES: Final[dict[type, str]] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


@dataclass(frozen=True, slots=True)
class _Side:
    """A schema with the document its references point into."""

    schema: JsonSchema
    root: JsonSchema

    def at(self, schema: object) -> _Side:
        """Another place of the same document; true and a missing schema take anything, false takes nothing."""
        if isinstance(schema, dict):
            return _Side(schema, self.root)
        return _Side({"enum": []} if schema is False else {}, self.root)

    def resolved(self) -> _Side:
        """The same place with its reference followed; what stands beside the reference counts, too."""
        side = self
        while "$ref" in side.schema:
            name = str(side.schema["$ref"]).removeprefix("#/$defs/")
            beside = {key: value for key, value in side.schema.items() if key != "$ref"}
            side = side.at({**self.root["$defs"][name], **beside})
        return side

    def alternatives(self) -> list[_Side]:
        """The members of a union, each with one type; a schema without a choice is its own only member."""
        side = self.resolved()
        for word in ("anyOf", "oneOf"):
            if word in side.schema:
                beside = {key: value for key, value in side.schema.items() if key != word}
                members = (side.at({**beside, **side.at(member).resolved().schema}) for member in side.schema[word])
                return [leaf for member in members for leaf in member.alternatives()]
        types = side.schema.get("type")
        if isinstance(types, list):
            return [side.at({**side.schema, "type": one}) for one in types]
        return [side]

    @property
    def values(self) -> list[Any] | None:
        """The only values taken, or None for any."""
        if "const" in self.schema:
            return [self.schema["const"]]
        values: list[Any] | None = self.schema.get("enum")
        return values

    @property
    def types(self) -> tuple[str, ...]:
        """The JSON types taken."""
        if "type" in self.schema:
            return (self.schema["type"],)
        if self.values is not None:
            return tuple(dict.fromkeys(_TYPE_NAMES[type(value)] for value in self.values))
        return _ALL_TYPES

    @property
    def tags(self) -> dict[str, Any]:
        """The properties with one possible value, which tell the members of a union apart."""
        properties = self.schema.get("properties", {})
        return {name: docs["const"] for name, docs in properties.items() if "const" in self.at(docs).schema}


def differences(reader: JsonSchema, writer: JsonSchema) -> tuple[Difference, ...]:
    """Every place where the reader may refuse what the writer may send; empty when it takes everything."""
    return tuple(dict.fromkeys(_compare(_Side(reader, reader), _Side(writer, writer), "$", frozenset())))


_Seen: TypeAlias = frozenset[tuple[str, str]]


def _compare(reader: _Side, writer: _Side, path: str, seen: _Seen) -> Iterator[Difference]:
    pair = (_json(reader.schema), _json(writer.schema))
    if pair in seen:
        return  # a recursive type: the same pair is being compared further up
    seen |= {pair}
    readers = reader.alternatives()
    for sent in writer.alternatives():
        yield from _one_of(readers, sent, path, seen)


def _one_of(readers: Sequence[_Side], sent: _Side, path: str, seen: _Seen) -> Iterator[Difference]:
    """Whether some alternative of the reader takes this one of the writer; if none, why the nearest does not."""
    refusals = [tuple(_leaf(reader, sent, path, seen)) for reader in readers]
    if not all(refusals):
        return
    near = [
        refusal for reader, refusal in zip(readers, refusals, strict=True) if len(readers) == 1 or _alike(reader, sent)
    ]
    if near:
        yield from min(near, key=len)
    else:
        yield path, f"{_name(sent)} is no longer one of the alternatives taken"


def _alike(reader: _Side, sent: _Side) -> bool:
    if reader.tags or sent.tags:
        return any(sent.tags.get(name) == value for name, value in reader.tags.items())
    return set(reader.types) == set(sent.types)


def _name(side: _Side) -> str:
    if side.tags:
        return ", ".join(f"{name} {_json(value)}" for name, value in side.tags.items())
    return str(side.schema.get("title", " or ".join(side.types)))


def _leaf(reader: _Side, sent: _Side, path: str, seen: _Seen) -> Iterator[Difference]:
    refused = [kind for kind in sent.types if not _takes_type(reader, kind)]
    if refused:
        yield path, f"type {' or '.join(refused)} is not taken, only {' or '.join(reader.types)}"
        return
    if sent.values is not None:
        yield from _values(reader, sent.values, path)
        return
    if reader.values is not None:
        yield path, f"only {', '.join(map(_json, reader.values))} taken, anything may be sent"
        return
    for check in (_bounds, _exact, _other):
        for reason in check(reader.schema, sent.schema):
            yield path, reason
    if "array" in sent.types:
        yield from _compare(reader.at(reader.schema.get("items")), sent.at(sent.schema.get("items")), f"{path}[]", seen)
    if "object" in sent.types:
        yield from _object(reader, sent, path, seen)


def _takes_type(reader: _Side, kind: str) -> bool:
    return kind in reader.types or (kind == "integer" and "number" in reader.types)


def _values(reader: _Side, sent: Sequence[Any], path: str) -> Iterator[Difference]:
    for value in sent:
        if not _takes(reader, value):
            yield path, f"the value {_json(value)} is not taken"


def _takes(reader: _Side, value: Any) -> bool:  # noqa: ANN401  JSON
    if reader.values is not None:
        return value in reader.values
    if isinstance(value, str):
        pattern = reader.schema.get("pattern")
        return _within(reader.schema, len(value), "Length") and (not pattern or bool(re.search(pattern, value)))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _within(reader.schema, value, "imum")
    return True


def _within(schema: JsonSchema, size: float, word: str) -> bool:
    at_least = schema.get(f"min{word}", size)
    at_most = schema.get(f"max{word}", size)
    above = schema.get("exclusiveMinimum", size - 1)
    below = schema.get("exclusiveMaximum", size + 1)
    return bool(at_least <= size <= at_most) and (word == "Length" or bool(above < size < below))


def _bounds(reader: JsonSchema, sent: JsonSchema) -> Iterator[str]:
    wider: tuple[tuple[tuple[str, ...], Callable[[float, float], bool]], ...] = (
        (_LOWER_BOUNDS, lambda limit, least: least >= limit),
        (_UPPER_BOUNDS, lambda limit, most: most <= limit),
    )
    for words, fits in wider:
        for word in words:
            if word not in reader or (word == "minLength" and reader[word] == 0):
                continue
            if word not in sent:
                yield f"{word} {reader[word]} is asked for, the sender has none"
            elif not fits(reader[word], sent[word]):
                yield f"{word} {reader[word]} is asked for, the sender has {sent[word]}"


def _exact(reader: JsonSchema, sent: JsonSchema) -> Iterator[str]:
    for word, words in _EXACT_WORDS.items():
        if word in reader and reader[word] != sent.get(word):
            yield f"{words} is {reader[word]}, the sender has {sent.get(word, 'none')}"


def _other(reader: JsonSchema, sent: JsonSchema) -> Iterator[str]:
    handled = _ANNOTATIONS | _COMPARED | _EXACT_WORDS.keys()
    for word in sorted((reader.keys() | sent.keys()) - handled):
        if reader.get(word) != sent.get(word):
            yield f"{word} differs, which cannot be proven compatible"


def _object(reader: _Side, sent: _Side, path: str, seen: _Seen) -> Iterator[Difference]:
    taken: Mapping[str, Any] = reader.schema.get("properties", {})
    written: Mapping[str, Any] = sent.schema.get("properties", {})
    always = set(sent.schema.get("required", ()))
    for name in reader.schema.get("required", ()):
        if name not in always:
            yield (
                f"{path}.{name}",
                "is required, the sender may leave it out"
                if name in written
                else "is required, the sender does not know it",
            )
    others = reader.schema.get("additionalProperties", True)
    for name, docs in written.items():
        if name not in taken and others is False:
            yield f"{path}.{name}", "is not taken, unknown fields are refused"
        else:
            yield from _compare(reader.at(taken.get(name, others)), sent.at(docs), f"{path}.{name}", seen)
    yield from _further(reader, sent, path, seen)


def _further(reader: _Side, sent: _Side, path: str, seen: _Seen) -> Iterator[Difference]:
    """Maps: what a writer sends under names of its own choice, which may be names the reader knows."""
    others = sent.schema.get("additionalProperties")
    if not isinstance(others, dict):
        return
    known: Mapping[str, Any] = reader.schema.get("properties", {})
    for name in known.keys() - sent.schema.get("properties", {}).keys():
        yield from _compare(reader.at(known[name]), sent.at(others), f"{path}.{name}", seen)
    taken = reader.schema.get("additionalProperties", True)
    yield from _compare(reader.at(taken), sent.at(others), f"{path}.*", seen)


def _json(value: Any) -> str:  # noqa: ANN401  JSON
    return json.dumps(value, ensure_ascii=False)
