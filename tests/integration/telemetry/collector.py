"""A receiver of OTLP/HTTP traces and metrics, as a collector is one: decodes what the protocol says and keeps it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from workers.ports.traces import TracedSpan


@dataclass
class Collector:
    """What arrived.

    Attributes:
        exports: the metrics of each export, by name.
        reached_paths: of requests that came, answered or not.
        answers: cleared, requests are taken and not answered.
    """

    url: str
    spans: list[Span] = field(default_factory=list)
    exports: list[dict[str, Metric]] = field(default_factory=list)
    resources: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    reached_paths: list[str] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)
    answers: threading.Event = field(default_factory=threading.Event)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> bytes:
        """Keep a request; what the protocol answers."""
        self.paths.append(path)
        self.headers.append(headers)
        if path == METRICS:
            self._take_metrics(ExportMetricsServiceRequest.FromString(body))
            return bytes(ExportMetricsServiceResponse().SerializeToString())
        self._take_spans(ExportTraceServiceRequest.FromString(body))
        return bytes(ExportTraceServiceResponse().SerializeToString())

    def _take_spans(self, request: ExportTraceServiceRequest) -> None:
        for told in request.resource_spans:
            self.resources.append(_named(told.resource))
            for scope in told.scope_spans:
                self.spans.extend(scope.spans)

    def _take_metrics(self, request: ExportMetricsServiceRequest) -> None:
        for told in request.resource_metrics:
            self.resources.append(_named(told.resource))
            self.exports.append({metric.name: metric for scope in told.scope_metrics for metric in scope.metrics})


METRICS = "/v1/metrics"


def _named(resource: Resource) -> dict[str, str]:
    return {pair.key: pair.value.string_value for pair in resource.attributes}


Value = str | int | bool | float | tuple[str, ...]


def attributes(span: Span) -> dict[str, Value]:
    """The attributes of a span, as Python values."""
    return {pair.key: _value(pair) for pair in span.attributes}


def _value(pair: KeyValue) -> Value:
    kind = pair.value.WhichOneof("value")
    if kind == "array_value":
        return tuple(one.string_value for one in pair.value.array_value.values)
    assert kind in {"string_value", "int_value", "bool_value", "double_value"}
    value: str | int | bool | float = getattr(pair.value, kind)
    return value


def as_traced(spans: Iterable[Span]) -> list[TracedSpan]:
    """The spans, as far as their times go."""
    return [
        TracedSpan(
            trace_id=span.trace_id.hex(),
            span_id=span.span_id.hex(),
            parent_id=span.parent_span_id.hex(),
            name=span.name,
            start=span.start_time_unix_nano / 1e9,
            end=span.end_time_unix_nano / 1e9,
            command_id=str(attributes(span).get("messaging.message.id", "")) if is_processing(span) else "",
            topic=str(attributes(span).get("messaging.destination.name", "")),
        )
        for span in spans
    ]


def is_processing(span: Span) -> bool:
    """Whether it is the span of one message that was processed."""
    return attributes(span).get("messaging.operation.name") == "process"


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    collector = Collector(f"http://127.0.0.1:{server.server_address[1]}")
    collector.answers.set()
    server.collector = collector  # type: ignore[attr-defined]
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    serving.start()
    try:
        yield collector
    finally:
        collector.answers.set()
        server.shutdown()
        server.server_close()
        serving.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        collector: Collector = self.server.collector  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["content-length"]))
        collector.reached_paths.append(self.path)
        collector.reached.set()
        collector.answers.wait()
        answer = collector.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Nothing: the test says what arrived."""
