"""Reads spans as JSON: what a collector's file exporter writes, a line an export, and what Tempo answers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import orjson

from workers.ports.traces import TracedSpan

_HEX_LENGTHS: Final = frozenset({16, 32})


class NoSpansError(Exception):
    """This is no OTLP in JSON."""


def read_spans(data: bytes) -> list[TracedSpan]:
    """All spans of a file.

    Args:
        data: one JSON document, or one a line.

    Raises:
        NoSpansError: it is not such JSON; says where.
    """
    return [span for document in _documents(data) for span in _spans(document)]


def _documents(data: bytes) -> Iterator[Any]:
    try:
        yield orjson.loads(data)
    except orjson.JSONDecodeError:
        for number, line in enumerate(data.splitlines(), 1):
            if line.strip():
                yield _line(line, number)


def _line(line: bytes, number: int) -> Any:  # noqa: ANN401  any JSON
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise NoSpansError(f"line {number} is no JSON: {error}") from None


def _spans(document: Any) -> Iterator[TracedSpan]:  # noqa: ANN401  any JSON
    try:
        exported = document.get("trace", document)
        for resource in exported.get("resourceSpans", exported.get("batches", ())):
            for scope in resource.get("scopeSpans", ()):
                yield from map(_span, scope.get("spans", ()))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise NoSpansError(f"no spans of OTLP: {type(error).__name__} {error}") from None


def _span(told: Mapping[str, Any]) -> TracedSpan:
    attributes = _attributes(told.get("attributes", ()))
    is_processed = attributes.get("messaging.operation.name") == "process"
    return TracedSpan(
        trace_id=_id(told["traceId"]),
        span_id=_id(told["spanId"]),
        parent_id=_id(told.get("parentSpanId", "")),
        name=told["name"],
        start=int(told["startTimeUnixNano"]) / 1e9,
        end=int(told["endTimeUnixNano"]) / 1e9,
        command_id=attributes.get("messaging.message.id", "") if is_processed else "",
        topic=attributes.get("messaging.destination.name", ""),
    )


def _attributes(told: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {one["key"]: one["value"].get("stringValue", "") for one in told}


def _id(text: str) -> str:
    """In hexadecimal digits, as OTLP wants them; some write the base64 that Protobuf would."""
    if not text or (len(text) in _HEX_LENGTHS and not text.endswith("=")):
        return text.lower()
    try:
        return base64.b64decode(text, validate=True).hex()
    except binascii.Error:
        raise ValueError(f"{text!r} is no id") from None
