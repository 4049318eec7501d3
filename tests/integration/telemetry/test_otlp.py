"""Spans reach a collector over real OTLP/HTTP, and one that is dead or stuck costs the work nothing."""

import io
import socket

import pytest

from adapters.telemetry.observers import FanOut
from adapters.telemetry.sampling import parse_traceparent
from adapters.telemetry.traces import Traces
from tests.fakes.clock import FakeClock
from tests.fakes.observing import GROUP, SECRETS, SENDER, USUAL, about, attempt, failed
from tests.integration.telemetry.collector import Collector, attributes
from tests.services.waiting import wait_until
from workers.bootstrap.telemetry import Telemetry, telemetry
from workers.config import Settings
from workers.ports.observing import Observer

pytestmark = pytest.mark.integration

PROCESS = "process poon.texts.commands"
SAMPLED = USUAL._replace(envelope=about(traceparent=SENDER))


def settings(url: str) -> Settings:
    traced = {
        "otlp_endpoint": url,
        "otlp_headers": "x-token=open-sesame",
        "trace_ratio": 0.0,
        "spans_per_second": 10_000,
    }
    return Settings.model_validate({"telemetry": traced, "logging": {"format": "json"}})


def work(observer: Observer) -> None:
    """A batch: a usual command, a sampled one, one that failed after three attempts."""
    observer.taken([USUAL.record] * 3, 9.0)
    for number in (1, 2, 3):
        observer.attempt_failed(attempt(number, about_command=about("c-9")))
    observer.stored(3, 0, 10.5, 10.75)
    observer.published(4, 10.75, 11.0)
    observer.settled([USUAL, SAMPLED, failed()._replace(envelope=about("c-9"))], 11.0)
    observer.offsets_committed(1, 11.0, 11.25, None)


def tracer_of(told: Telemetry) -> Observer:
    observer = told.observer("texts", GROUP)
    assert isinstance(observer, FanOut)
    assert Traces in map(type, observer.working)
    return observer


def test_the_spans_of_a_batch_arrive_as_the_protocol_says(collector: Collector) -> None:
    with telemetry(settings(collector.url), FakeClock()) as told:
        work(tracer_of(told))
    assert set(collector.paths) == {"/v1/traces"}
    assert {headers["x-token"] for headers in collector.headers} == {"open-sesame"}
    assert {resource["service.name"] for resource in collector.resources} == {"poon-workers"}
    assert {"service.instance.id", "service.version"} <= collector.resources[0].keys()
    names = sorted(span.name for span in collector.spans)
    stages = ["handle", *["settle", "wait"] * 2, *["back-off"] * 3]
    clients = ["commit poon.texts.commands", "poll poon.texts.commands", "send poon.texts.events", "store"]
    assert names == sorted([*clients, *["attempt"] * 3, *[PROCESS] * 3, *stages])
    assert SECRETS[0] not in str(collector.spans)


def test_the_tree_of_a_command_hangs_together(collector: Collector) -> None:
    with telemetry(settings(collector.url), FakeClock()) as told:
        work(tracer_of(told))
        carried = parse_traceparent(told.carry_on("texts")(SAMPLED.envelope).traceparent)
    assert carried is not None
    named = {attributes(span).get("messaging.message.id"): span for span in collector.spans if span.name == PROCESS}
    sampled, wrong, batch = named["c-1"], named["c-9"], named[None]
    assert sampled.trace_id.hex() == SENDER[3:35]
    assert sampled.parent_span_id.hex() == SENDER[36:52]
    assert int(sampled.span_id.hex(), 16) == carried.span_id
    assert [link.span_id.hex() for link in batch.links] == [SENDER[36:52]]
    assert [link.span_id for link in wrong.links] == [batch.span_id]
    assert attributes(wrong)["error.type"] == "backend_timeout"
    children = sorted(span.name for span in collector.spans if span.parent_span_id == wrong.span_id)
    # The last attempt is what a failed command was handled by.
    assert children == [*["attempt"] * 3, *["back-off"] * 3, "settle", "wait"]
    assert {span.trace_id for span in collector.spans if span.parent_span_id == wrong.span_id} == {wrong.trace_id}


def test_a_collector_that_is_stuck_holds_nobody_up(collector: Collector) -> None:
    collector.answers.clear()
    with telemetry(settings(collector.url), FakeClock()) as told:
        observer = tracer_of(told)
        for _ in range(300):
            work(observer)
        wait_until(collector.reached.is_set, "an export to begin")
        for _ in range(300):  # more than is queued while the export waits
            work(observer)
        assert Traces in map(type, getattr(observer, "working", ()))
    assert collector.spans == []  # nothing was ever answered, and the block above has ended all the same


def test_a_dead_endpoint_neither_blocks_nor_raises_and_is_told_in_the_log() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    stream = io.BytesIO()
    with telemetry(settings(f"http://127.0.0.1:{port}"), FakeClock(), stream) as told:
        observer = tracer_of(told)
        for _ in range(100):
            work(observer)
        wait_until(lambda: b"Failed to export spans" in stream.getvalue(), "the failed export to be told")
        assert Traces in map(type, getattr(observer, "working", ()))
    assert stream.getvalue().count(b'"event":"settled"') == 300


def test_a_collector_that_comes_back_gets_what_is_made_from_then_on(collector: Collector) -> None:
    collector.answers.clear()
    with telemetry(settings(collector.url), FakeClock()) as told:
        observer = tracer_of(told)
        work(observer)
        wait_until(collector.reached.is_set, "an export to begin")
        collector.answers.set()
        work(observer)
        wait_until(lambda: len(collector.spans) >= 2 * 16, "both batches to arrive")
