"""Calls of the Kafka clients that lose or repeat work are nowhere in the code; docs/kafka-client-traps.md says why."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, committed_files
from tests.services.kafka_jars import kafka_version

PLACES = ("adapters/kafka/", "workers/runtime/", "workers/bootstrap/")
FORBIDDEN_CALLS = {
    "getone": "a cancelled one stops the idle clock for ever: getmany(timeout_ms=…)",
    "ack": "commits positions, and swallows failures",
    "nack": "seeks back at once, without a back-off",
}
FORBIDDEN_NAMES = {
    "message_id": "offset and time-stamp, not unique over partitions",
    "TestKafkaBroker": "knows no offsets and no rebalances",
}
FORBIDDEN_KEYWORDS = {
    "max_workers": "makes more members, or loses commits at a stop",
    "group_instance_id": "a static member is not fenced and never leaves",
}
FORBIDDEN_MODULES = ("faststream.opentelemetry", "faststream.kafka.opentelemetry")


def findings(code: str) -> Iterator[str]:
    """What of the code falls into a trap."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Call():
                yield from _of_call(node)
            case ast.Attribute(attr=name) | ast.Name(id=name) | ast.alias(name=name) if name in FORBIDDEN_NAMES:
                yield f"{name}: {FORBIDDEN_NAMES[name]}"
            case ast.ImportFrom(module=str(module)) if module.startswith(FORBIDDEN_MODULES):
                yield f"{module}: emits older attribute names"
            case _:
                pass


def _of_call(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if name in FORBIDDEN_CALLS:
        yield f"{name}: {FORBIDDEN_CALLS[name]}"
    if name == "commit" and not call.args and not given:
        yield "commit: without offsets it commits positions, past unfinished work"
    yield from (f"{keyword}: {reason}" for keyword, reason in FORBIDDEN_KEYWORDS.items() if keyword in given)
    if name == "AIOKafkaConsumer" and "group_id" in given and not _is(given.get("enable_auto_commit"), value=False):
        yield "AIOKafkaConsumer: commits positions by itself unless told not to"
    if name == "AIOKafkaProducer" and not _is(given.get("acks"), value="all"):
        yield "AIOKafkaProducer: acks=1 unless told otherwise"
    if name == "subscriber" and "ack_policy" not in given:
        yield "subscriber: acknowledges before the work is done unless told otherwise"


def _is(node: ast.expr | None, *, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value == value


def watched(places: tuple[str, ...]) -> list[Path]:
    return [
        path for path in committed_files() if path.suffix == ".py" and str(path.relative_to(ROOT)).startswith(places)
    ]


def test_the_code_falls_into_no_trap_of_the_clients() -> None:
    files = watched(PLACES)
    assert len(files) > 20
    assert not [(str(path), finding) for path in files for finding in findings(path.read_text(encoding="utf-8"))]


def test_no_test_believes_a_broker_without_offsets() -> None:
    others = [path for path in watched(("tests/",)) if path != Path(__file__)]
    assert not [path for path in others if "TestKafkaBroker" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize(
    ("planted", "named"),
    [
        ("await consumer.getone()", "getone"),
        ("await message.ack()", "ack"),
        ("await message.nack()", "nack"),
        ("await consumer.commit()", "commit"),
        ("seen.add(message.message_id)", "message_id"),
        ("from faststream.kafka import TestKafkaBroker", "TestKafkaBroker"),
        ("broker.subscriber('t', max_workers=4, ack_policy=policy)", "max_workers"),
        ("broker.subscriber('t')", "subscriber"),
        ("AIOKafkaConsumer(group_id='g')", "AIOKafkaConsumer"),
        ("AIOKafkaConsumer(group_id='g', enable_auto_commit=True)", "AIOKafkaConsumer"),
        ("AIOKafkaConsumer('t', group_instance_id='a')", "group_instance_id"),
        ("AIOKafkaProducer(bootstrap_servers='k:1')", "AIOKafkaProducer"),
        ("AIOKafkaProducer(acks=1)", "AIOKafkaProducer"),
        ("from faststream.kafka.opentelemetry import KafkaTelemetryMiddleware", "faststream.kafka.opentelemetry"),
    ],
)
def test_a_planted_trap_is_noticed(planted: str, named: str) -> None:
    code = f"async def planted():\n    {planted}\n"
    assert [finding.partition(":")[0] for finding in findings(code)] == [named]


@pytest.mark.parametrize(
    "innocent",
    [
        "await consumer.commit(offsets)",
        "await intake.commit(points=points)",
        "AIOKafkaConsumer(**options)",
        "AIOKafkaConsumer(group_id=None, enable_auto_commit=False)",
        "AIOKafkaProducer(**options, acks='all')",
        "broker.subscriber('t', ack_policy=AckPolicy.MANUAL)",
    ],
)
def test_what_is_right_is_left_alone(innocent: str) -> None:
    assert list(findings(f"async def planted():\n    {innocent}\n")) == []


def test_the_tests_run_on_kafka_4() -> None:
    """The client library's own tests end at 2.8."""
    assert kafka_version().startswith("4.")
