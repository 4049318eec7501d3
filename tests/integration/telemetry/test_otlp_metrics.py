"""Metrics reach a collector over real OTLP/HTTP, and one that is dead or stuck costs the work nothing."""

import asyncio
import io
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from tests.fakes.clock import FakeClock, settle
from tests.fakes.observing import GROUP, SECRETS, USUAL, rejected, worker_status
from tests.integration.telemetry.collector import METRICS, Collector
from tests.services.waiting import wait_until
from workers.bootstrap.telemetry import Telemetry, telemetry
from workers.config import Settings
from workers.ports.status import WorkerStatus

pytestmark = pytest.mark.integration

EVERY = 15.0
SETTLED = "poon_commands_settled"


def settings(url: str) -> Settings:
    pushed = {"otlp_endpoint": url, "otlp_headers": "x-token=open-sesame", "otlp_metrics_seconds": EVERY}
    return Settings.model_validate({"telemetry": {**pushed, "trace_ratio": 0.0}, "logging": {"format": "json"}})


@asynccontextmanager
async def pushing(told: Telemetry) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(told.push_metrics_forever())
        await settle()
        yield
        task.cancel()


def sums(metric: Metric) -> Counter[str]:
    """By outcome."""
    found = Counter[str]()
    for point in metric.sum.data_points:
        (outcome,) = (pair.value.string_value for pair in point.attributes if pair.key == "outcome")
        found[outcome] += int(point.as_double)
    return found


async def test_what_was_counted_is_pushed_every_so_often_and_once_more_in_the_end(collector: Collector) -> None:
    clock = FakeClock()
    with telemetry(settings(collector.url), clock) as told:
        observer = told.observer("texts", GROUP)
        async with pushing(told):
            observer.settled([USUAL, USUAL], 11.0)
            await clock.advance(EVERY)
            await asyncio.to_thread(wait_until, lambda: collector.exports, "the first export")
            observer.settled([rejected()], 12.0)
    first, last = collector.exports[0], collector.exports[-1]
    assert sums(first[SETTLED])["success"] == 2
    assert sums(last[SETTLED]) == {"success": 2, "rejected": 1}
    process = last["messaging.process.duration"]
    assert process.unit == "s"
    (point,) = process.histogram.data_points
    assert point.count == 3
    assert sum(point.bucket_counts) == 3
    assert METRICS in collector.paths
    assert {headers["x-token"] for headers in collector.headers} == {"open-sesame"}
    assert {"service.name", "service.instance.id"} <= collector.resources[-1].keys()
    assert SECRETS[0] not in str(collector.exports)


async def test_without_an_interval_nothing_is_pushed(collector: Collector) -> None:
    given = Settings.model_validate({"telemetry": {"otlp_endpoint": collector.url}})
    with telemetry(given, FakeClock()) as told:
        await told.push_metrics_forever()  # returns at once
    assert collector.exports == []


async def test_a_collector_that_is_stuck_holds_nobody_up_and_gets_the_newest_when_it_is_back(
    collector: Collector,
) -> None:
    collector.answers.clear()
    clock = FakeClock()
    with telemetry(settings(collector.url), clock) as told:
        observer = told.observer("texts", GROUP)
        async with pushing(told):
            await clock.advance(EVERY)
            await asyncio.to_thread(wait_until, lambda: METRICS in collector.reached_paths, "an export to begin")
            for _ in range(5):
                observer.settled([USUAL], 11.0)
                await clock.advance(EVERY)
            assert collector.exports == []
            collector.answers.set()
            await asyncio.to_thread(wait_until, lambda: len(collector.exports) >= 2, "the next export")
    assert sums(collector.exports[1][SETTLED])["success"] == 5


async def test_a_dead_endpoint_neither_blocks_nor_raises_and_is_told_in_the_log() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    stream = io.BytesIO()
    with telemetry(settings(f"http://127.0.0.1:{port}"), FakeClock(), stream) as told:
        async with pushing(told):
            told.observer("texts", GROUP).settled([USUAL], 11.0)
        await asyncio.to_thread(
            wait_until, lambda: b"Failed to export metrics" in stream.getvalue(), "the failed export to be told"
        )


async def test_a_worker_that_cannot_be_read_ends_no_fleet_and_is_told_in_the_log(collector: Collector) -> None:
    answers = iter([None])

    def status() -> WorkerStatus:
        if next(answers, worker_status()) is None:
            raise RuntimeError("it is just being replaced")
        return worker_status()

    clock, stream = FakeClock(), io.BytesIO()
    with telemetry(settings(collector.url), clock, stream) as told:
        told.watch([status])
        async with pushing(told):
            await clock.advance(EVERY)
            told.observer("texts", GROUP).settled([USUAL], 11.0)
            await clock.advance(EVERY)
            await asyncio.to_thread(wait_until, lambda: collector.exports, "the next export")
    assert sums(collector.exports[0][SETTLED])["success"] == 1
    assert stream.getvalue().count(b"metrics could not be read") == 1
