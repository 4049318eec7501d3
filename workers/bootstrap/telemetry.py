"""Wires what a fleet tells of itself: metrics, traces, and a log line for each command."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from adapters.telemetry.command_log import JsonCommandLog, ReadableCommandLog
from adapters.telemetry.following import FollowedTraces
from adapters.telemetry.kept import KeptSpans
from adapters.telemetry.lines import LineWriter
from adapters.telemetry.logs import configure_logging, is_readable
from adapters.telemetry.metrics import Metrics
from adapters.telemetry.observers import FanOut
from adapters.telemetry.repeats import RepeatFilter
from adapters.telemetry.sampling import Sampling
from adapters.telemetry.traces import Traces
from adapters.telemetry.tracing import Tracing, open_tracing
from workers.bootstrap.following import Traced, untraced
from workers.config import CommandLines, LogLevel, Settings, headers_of
from workers.ports.clock import Clock
from workers.ports.observing import Observer
from workers.ports.status import BackendGauge, FollowerStatus, ModelGauge, ProjectionCounts, WorkerStatus
from workers.ports.tracing import CarryOn
from workers.runtime.deliveries import POISON

if TYPE_CHECKING:
    from adapters.telemetry.otlp_metrics import MetricsPush

LOG: Final = logging.getLogger(__name__)

CLOSE_TIMEOUT: Final = 2.0
"""Seconds the last spans and the last lines may each take, when the work is over and somebody waits for the end."""

SERVICE: Final = "poon-workers"


class Lines(NamedTuple):
    """Where lines go, and which of them do not."""

    writer: LineWriter
    repeats: RepeatFilter


class Telemetry:
    """What the workers of one process report to, and what is read from outside."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        lines: Lines | None = None,
        tracing: Tracing | None = None,
        pushing: MetricsPush | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._tracing = tracing
        self._pushing = pushing
        self._metrics = Metrics(clock) if settings.telemetry.metrics else None
        self._lines = lines
        self._suppressed: list[Callable[[], int]] = []
        self._scraped = asyncio.Event()
        if self._metrics is not None:
            if lines is not None:
                self._metrics.watch_dropped("log_lines", lambda: lines.writer.dropped)
                self._metrics.watch_dropped("repeated_lines", lambda: lines.repeats.left_out)
            if tracing is not None:
                self._metrics.watch_dropped("spans", lambda: sum(total() for total in self._suppressed))

    @property
    def metrics_page(self) -> Callable[[str], tuple[bytes, str]] | None:
        """Takes an ``Accept`` header and gives the exposition with its content type; None where metrics are off."""
        metrics = self._metrics
        return None if metrics is None else lambda accept: self._page(metrics, accept)

    async def push_metrics_forever(self) -> None:
        """Push them to the collector every so often, and once more when this is cancelled; at once where none are."""
        if self._metrics is None or self._pushing is None:
            return
        try:
            while True:
                await self._clock.sleep(self._settings.telemetry.otlp_metrics_seconds)
                self._push(self._metrics, self._pushing)
        finally:
            self._push(self._metrics, self._pushing)

    def _push(self, metrics: Metrics, pushing: MetricsPush) -> None:
        """Whoever cannot be read is told of; the fleet does not end for it."""
        try:
            pushing.push(list(metrics.collect()))
        except Exception:
            LOG.exception("metrics could not be read")

    @property
    def last_scrape(self) -> float:
        """Seconds to wait at the end for one more scrape."""
        return self._settings.telemetry.last_scrape_seconds

    def scraped_again(self) -> asyncio.Event:
        """Set by the next scrape that begins after this."""
        self._scraped = asyncio.Event()
        return self._scraped

    def _page(self, metrics: Metrics, accept: str) -> tuple[bytes, str]:
        page = metrics.page(accept)
        self._scraped.set()
        return page

    def watch(
        self,
        statuses: Iterable[Callable[[], WorkerStatus]],
        backends: Iterable[BackendGauge] = (),
        models: Iterable[ModelGauge] = (),
    ) -> None:
        """Show workers and the backends they call in gauges; a status is asked for at each scrape."""
        if self._metrics is not None:
            for status in statuses:
                self._metrics.watch(status)
            self._metrics.watch_backends(backends)
            self._metrics.watch_models(models)

    def watch_followers(self, progress: Iterable[Callable[[], FollowerStatus]], counts: ProjectionCounts) -> None:
        """Show how far the read models are, asked for at each scrape, and what was done to them."""
        if self._metrics is not None:
            self._metrics.watch_followers(progress, counts)

    def observer(self, area: str, group: str, *others: Observer) -> Observer:
        """The observer of an area's worker, which tells `others` too; it never raises."""
        observers, kept = list(others), KeptSpans()
        if self._tracing is not None:  # before those that tell which commands have spans
            rate = self._settings.telemetry.spans_per_second
            traces = Traces(self._tracing, self._sampling(area), group, rate, kept)
            self._suppressed.append(lambda: traces.suppressed)
            observers.append(traces)
        if self._metrics is not None:
            observers.append(self._metrics.observer(area, group, POISON, kept))
        if self._lines is not None:
            observers += _command_log(self._settings, self._lines.writer, self._clock, kept)
        return FanOut(observers)

    def following(self, group: str) -> Traced:
        """What puts spans around the work of those who follow outcomes."""
        if self._tracing is None:
            return untraced
        chosen = self._settings.telemetry
        traces = FollowedTraces(self._tracing, self._clock, group, chosen.spans_per_second, chosen.slow_seconds)
        self._suppressed.append(lambda: traces.suppressed)
        return traces.around

    def carry_on(self, area: str) -> CarryOn:
        """Which trace context the outcomes of an area's commands carry."""
        return self._sampling(area).carried

    def _sampling(self, area: str) -> Sampling:
        chosen = self._settings.telemetry
        return Sampling(area, self._tracing is not None, chosen.trace_ratio, chosen.slow_seconds)


@contextmanager
def telemetry(settings: Settings, clock: Clock, log_to: BinaryIO | None = None) -> Iterator[Telemetry]:
    """Telemetry from before the workers start until after they have stopped.

    Args:
        settings: what to tell, and where to.
        clock: stamps lines and spans.
        log_to: standard error of a process whose logging this takes over; without it, nothing is logged here.
    """
    with ExitStack() as stack:
        lines = None if log_to is None else stack.enter_context(_logging_to(settings, log_to, clock))
        tracing = _tracing(settings, clock)
        if tracing is not None:
            stack.callback(tracing.close, CLOSE_TIMEOUT)
        pushing = _pushing(settings, clock)
        if pushing is not None:
            stack.callback(pushing.close, CLOSE_TIMEOUT)
        yield Telemetry(settings, clock, lines=lines, tracing=tracing, pushing=pushing)


@contextmanager
def _logging_to(settings: Settings, target: BinaryIO, clock: Clock) -> Iterator[Lines]:
    chosen = settings.logging
    lines, repeats = LineWriter(target), RepeatFilter(chosen.repeats_per_minute, clock.monotonic)
    configure_logging(chosen.level, chosen.format, lines, repeats)
    try:
        yield Lines(lines, repeats)
    finally:
        lines.close(CLOSE_TIMEOUT)
        configure_logging(chosen.level, chosen.format)


def _command_log(settings: Settings, lines: LineWriter, clock: Clock, kept: KeptSpans) -> Iterator[Observer]:
    chosen = settings.logging
    if chosen.commands is CommandLines.NONE or chosen.level not in {LogLevel.DEBUG, LogLevel.INFO}:
        return
    unsuccessful_only = chosen.commands is CommandLines.UNSUCCESSFUL
    if is_readable(chosen.format, lines):
        yield ReadableCommandLog(kept, unsuccessful_only=unsuccessful_only)
    else:
        yield JsonCommandLog(lines, clock, kept, unsuccessful_only=unsuccessful_only)


def _tracing(settings: Settings, clock: Clock) -> Tracing | None:
    chosen = settings.telemetry
    if chosen.otlp_endpoint is None:
        return None
    return open_tracing(chosen.otlp_endpoint, _export_headers(settings), _resource(), clock)


def _pushing(settings: Settings, clock: Clock) -> MetricsPush | None:
    chosen = settings.telemetry
    if chosen.otlp_endpoint is None or not chosen.otlp_metrics_seconds:
        return None
    # The SDK's part for metrics is loaded only where it is of use.
    from adapters.telemetry.otlp_metrics import open_push  # noqa: PLC0415

    return open_push(chosen.otlp_endpoint, _export_headers(settings), _resource(), clock)


def _export_headers(settings: Settings) -> dict[str, str]:
    headers = settings.telemetry.otlp_headers
    return {} if headers is None else dict(headers_of(headers))


def _resource() -> dict[str, str]:
    """What spans and metrics say of this process."""
    return {
        "service.name": SERVICE,
        "service.namespace": "poon",
        "service.version": version(SERVICE),
        "service.instance.id": f"{socket.gethostname()}-{os.getpid()}",
    }
