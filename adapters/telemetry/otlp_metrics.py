"""Pushes the metrics of a process to an OTLP/HTTP collector, from a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics import export as otel
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from adapters.telemetry.otlp_points import points
from adapters.telemetry.tracing import EXPORT_TIMEOUT, GIVING_UP, SCOPE

if TYPE_CHECKING:
    from prometheus_client import Metric

    from workers.ports.clock import Clock

_log: Final = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())

_Read = tuple[Sequence["Metric"], int]


class MetricsPush:
    """Hands what was read to its thread, which converts and exports it.

    Args:
        exporter: may block for EXPORT_TIMEOUT. It logs what it fails to export, and the next push makes up for it, as
            all sums are cumulative.
        resource: what the metrics say of this process.
        clock: tells when they were read.
    """

    def __init__(self, exporter: otel.MetricExporter, resource: Mapping[str, str], clock: Clock) -> None:
        self._exporter = exporter
        # Honours OTEL_RESOURCE_ATTRIBUTES too, as traces do.
        self._resource = Resource.create(dict(resource))
        self._clock = clock
        self._began = self._now()
        self._waiting: _Read | None = None
        self._closed = False
        self._something = threading.Condition()
        self._thread = threading.Thread(target=self._export_forever, name="metrics export", daemon=True)
        self._thread.start()

    def push(self, families: Sequence[Metric]) -> None:
        """Export these, in place of older ones that still wait. Never waits for an export."""
        with self._something:
            self._waiting = (families, self._now())
            self._something.notify()

    def close(self, timeout: float) -> None:
        """Export what waits, for at most so many seconds."""
        with self._something:
            self._closed = True
            self._something.notify()
        self._thread.join(timeout)
        if self._thread.is_alive():
            self._exporter.shutdown()
            self._thread.join(GIVING_UP)

    def _export_forever(self) -> None:
        while (read := self._next()) is not None:
            try:
                self._exporter.export(self._exported(*read))
            except Exception:  # noqa: BLE001  the thread goes on: the next push may be a better one
                _log.exception("metrics could not be exported")

    def _next(self) -> _Read | None:
        """What waits; None once closed and exported."""
        with self._something:
            while self._waiting is None and not self._closed:
                self._something.wait()
            read, self._waiting = self._waiting, None
            return read

    def _exported(self, families: Sequence[Metric], now: int) -> otel.MetricsData:
        scope = otel.ScopeMetrics(InstrumentationScope(SCOPE), points(families, self._began, now), "")
        return otel.MetricsData([otel.ResourceMetrics(self._resource, [scope], "")])

    def _now(self) -> int:
        return round(self._clock.now().timestamp() * 1_000_000_000)


def open_push(endpoint: str, headers: Mapping[str, str], resource: Mapping[str, str], clock: Clock) -> MetricsPush:
    """A push to an OTLP/HTTP endpoint.

    Args:
        endpoint: the collector's URL, without the path of metrics.
        headers: sent with every export.
        resource: what the metrics say of this process.
        clock: tells when they were read.
    """
    exporter = OTLPMetricExporter(f"{endpoint.rstrip('/')}/v1/metrics", headers=dict(headers), timeout=EXPORT_TIMEOUT)
    return MetricsPush(exporter, resource, clock)
