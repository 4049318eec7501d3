"""A whole fleet's counters, lines and spans say what it did, and an outcome is in its sender's trace."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from prometheus_client.parser import text_string_to_metric_families

from adapters.kafka.publisher import KafkaPublisher
from contracts.codec import encode
from contracts.commands.texts import ParseText
from contracts.envelope import Envelope
from tests.e2e.fleet_process import FleetProcess
from tests.fakes.commands import TEXT_COMMANDS
from tests.fakes.observing import SECRETS, SENDER
from tests.integration.telemetry.collector import Collector, attributes, collecting
from tests.services.waiting import wait_until
from workers.bootstrap.clients import kafka_connection, outcomes, system_clock
from workers.config import Settings
from workers.entrypoints.exits import ExitCode
from workers.ports.messages import OutgoingRecord
from workers.ports.outcomes import FromBeginning

pytestmark = pytest.mark.e2e

GOOD = [f"taxi {number} baht" for number in range(1, 6)]
WRONG = [f"{SECRETS[1][:9]} without any amount"] * 2
TRACED = "c-traced"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as started:
        yield started


@pytest.fixture
def fleet(tmp_path: Path, collector: Collector) -> Iterator[FleetProcess]:
    traced = {
        "POON_TELEMETRY__OTLP_ENDPOINT": collector.url,
        "POON_TELEMETRY__TRACE_RATIO": "0",
        "POON_TELEMETRY__OTLP_METRICS_SECONDS": "3600",
    }
    process = FleetProcess({"POON_HTTP__PORT": "0", **traced}, tmp_path, areas="texts")
    process.start_and_wait()
    yield process
    if process.alive:
        process.kill()


def command(command_id: str, text: str, traceparent: str | None = None) -> OutgoingRecord:
    envelope = Envelope(
        id=command_id,
        source="/test",
        type=ParseText.type,
        time=system_clock().now(),
        tenant="acme",
        owner=SECRETS[0],
        traceparent=traceparent,
    )
    return OutgoingRecord(TEXT_COMMANDS, envelope.key.encode(), encode(ParseText(text=text)), envelope.headers())


async def send_and_read(settings: Settings, commands: list[OutgoingRecord]) -> dict[str, Envelope]:
    """Publish commands, and their outcomes' envelopes by command id."""
    publisher = KafkaPublisher(kafka_connection(settings), "test", None)
    await publisher.start()
    found: dict[str, Envelope] = {}
    async with outcomes(settings, ["texts"], FromBeginning()) as reader:
        await publisher.publish(commands)
        while len(found) < len(commands):
            for outcome in await reader.read(1.0):
                assert outcome.envelope is not None
                found[outcome.envelope.causation_id or ""] = outcome.envelope
    await publisher.stop()
    return found


def scraped(fleet: FleetProcess) -> dict[tuple[str, tuple[str, ...]], float]:
    """The fleet's samples above 0, by name and label values."""
    url = next(line["url"] for line in lines(fleet) if line["event"] == "answers over HTTP")
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:  # noqa: S310  the fleet's own address
        page = answer.read().decode()
    assert not any(secret in page for secret in SECRETS)
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.value
    }


def lines(fleet: FleetProcess) -> list[dict[str, Any]]:
    return [json.loads(line) for line in fleet.log.read_text().splitlines() if line.startswith("{")]


async def test_what_a_fleet_tells_is_what_it_did(fleet: FleetProcess, collector: Collector, tmp_path: Path) -> None:
    commands = [command(f"c-{number}", text) for number, text in enumerate([*GOOD, *WRONG])]
    commands += [command(TRACED, SECRETS[1], SENDER), command("c-0", GOOD[0])]  # the last one is a repetition
    found = await send_and_read(Settings(data_dir=tmp_path), commands[:-1])
    wait_until(lambda: told(fleet, duplicate=False) == 8, "a line for each command")
    await send_repetition(Settings(data_dir=tmp_path), commands[-1])
    wait_until(lambda: told(fleet, duplicate=True) == 1, "a line for the repetition")

    samples = scraped(fleet)
    kind = ParseText.type
    assert samples["poon_commands_settled_total", ("texts", "", kind, "success")] == 6
    assert samples["poon_commands_settled_total", ("texts", "no_amount", kind, "rejected")] == 2
    assert samples["poon_outcomes_republished_total", ("texts", "success")] == 1
    assert sum(value for (name, _), value in samples.items() if name == "messaging_client_consumed_messages_total") == 9
    assert fleet.terminate() == ExitCode.OK
    pushed = collector.exports[-1]  # the last one, when all is done
    assert total(pushed["messaging.client.consumed.messages"]) == 9
    assert total(pushed["poon_commands_settled"]) == 8
    assert total(pushed["poon_outcomes_republished"]) == 1

    own = {str(attributes(span)["messaging.message.id"]): span for span in collector.spans if is_of_a_command(span)}
    assert {"c-5", "c-6", TRACED} <= own.keys()
    assert own[TRACED].trace_id.hex() == SENDER[3:35]
    assert own[TRACED].parent_span_id.hex() == SENDER[36:52]
    assert found[TRACED].traceparent == f"00-{SENDER[3:35]}-{own[TRACED].span_id.hex()}-01"
    assert found["c-1"].traceparent is None
    assert not any(secret in fleet.log.read_text() or secret in str(collector) for secret in SECRETS)


def total(metric: Metric) -> float:
    return float(sum(point.as_double for point in metric.sum.data_points))


def told(fleet: FleetProcess, *, duplicate: bool) -> int:
    return sum(line["event"] == "settled" and line["duplicate"] is duplicate for line in lines(fleet))


async def send_repetition(settings: Settings, record: OutgoingRecord) -> None:
    publisher = KafkaPublisher(kafka_connection(settings), "test", None)
    await publisher.start()
    await publisher.publish([record])
    await publisher.stop()


def is_of_a_command(span: Span) -> bool:
    return "messaging.message.id" in attributes(span)
