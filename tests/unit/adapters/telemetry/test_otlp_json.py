"""Spans are read as a collector writes them, and as Tempo answers."""

import base64
import json
from typing import Any

import pytest

from adapters.telemetry.otlp_json import NoSpansError, read_spans
from workers.ports.traces import TracedSpan

TRACE, SPAN, PARENT = "ab" * 16, "cd" * 8, "ef" * 8
PROCESSED = TracedSpan(TRACE, SPAN, PARENT, "process t", 1.5, 2.0, "c-1", "t")


def attribute(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def span(**facts: object) -> dict[str, Any]:
    about = {
        "messaging.operation.name": "process",
        "messaging.message.id": "c-1",
        "messaging.destination.name": "t",
    }
    told = [attribute(key, value) for key, value in about.items()]
    return {
        "traceId": TRACE,
        "spanId": SPAN,
        "parentSpanId": PARENT,
        "name": "process t",
        "startTimeUnixNano": "1500000000",
        "endTimeUnixNano": 2_000_000_000,
        "attributes": [*told, {"key": "poon.attempts", "value": {"intValue": "1"}}],
        **facts,
    }


def exported(*spans: dict[str, Any]) -> dict[str, Any]:
    return {"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}


def test_each_line_of_a_collectors_file_is_an_export() -> None:
    lines = [json.dumps(exported(span())), "", json.dumps(exported(span(name="store", attributes=[])))]
    found = read_spans("\n".join(lines).encode())
    assert found == [PROCESSED, PROCESSED._replace(name="store", command_id="", topic="")]


@pytest.mark.parametrize("wrapped", [lambda told: told, lambda told: {"trace": told}])
def test_a_trace_is_read_as_tempo_tells_it(wrapped: Any) -> None:  # noqa: ANN401  a function of any JSON
    told = exported(span(traceId=base64.b64encode(bytes.fromhex(TRACE)).decode(), parentSpanId=""))
    batches = {"batches": told["resourceSpans"]}
    assert read_spans(json.dumps(wrapped(batches), indent=1).encode()) == [PROCESSED._replace(parent_id="")]


def test_what_is_sent_is_not_what_is_processed() -> None:
    sent = span(attributes=[attribute("messaging.operation.name", "send"), attribute("messaging.message.id", "o-1")])
    assert [one.command_id for one in read_spans(json.dumps(exported(sent)).encode())] == [""]


@pytest.mark.parametrize(
    "data",
    [b"{}\nno json\n", b'["x"]', b'{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}', b'{"resourceSpans":["x"]}'],
)
def test_what_is_no_otlp_is_refused(data: bytes) -> None:
    with pytest.raises(NoSpansError):
        read_spans(data)


def test_an_id_that_is_none_is_refused() -> None:
    with pytest.raises(NoSpansError, match="is no id"):
        read_spans(json.dumps(exported(span(traceId="!"))).encode())


def test_nothing_exported_is_no_mistake() -> None:
    assert read_spans(b"") == []
    assert read_spans(b'{"resourceSpans":[]}') == []
