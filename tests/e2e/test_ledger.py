"""Real Kafka, a real database, a worker killed with -9 twice in the middle: every promise is checked by the ledger."""

import asyncio
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.database.engine import open_database
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from adapters.database.schema import migrate
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from tests.e2e.fleet_process import FleetProcess
from tests.ledger.checker import Evidence, republished, violations
from tests.ledger.observe import (
    TopicTail,
    dead_letter_topics,
    header,
    lag,
    outcome_topics,
    reset_topics,
    seen,
)
from tests.ledger.plan import Planned, Size, first_of_each, make_plan
from tests.services.fixtures import note_finding
from tests.services.kafka import KafkaService, fresh_name
from tests.services.waiting import wait_until

AREAS = ("texts", "spending")
TENANT = "ledger"
SEED = int(os.environ.get("POON_TEST_SEED", "20261123"))
SIZE = Size(texts=10_000, records=1_000, keys=1_000, duplicates=0.01, poison=0.005)

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture
def outcomes(kafka_service: KafkaService) -> Iterator[TopicTail]:
    reset_topics(kafka_service.bootstrap_servers)
    tail = TopicTail(kafka_service.bootstrap_servers, outcome_topics(AREAS))
    yield tail
    tail.close()


def test_ten_thousand_commands_survive_two_kills_without_loss_doubling_or_disorder(
    kafka_service: KafkaService,
    fresh_database: str,
    outcomes: TopicTail,
    tmp_path: Path,
    pytestconfig: pytest.Config,
) -> None:
    plan = make_plan(SEED, SIZE, TENANT)
    migrate(fresh_database)
    group = fresh_name("ledger")
    fleet = FleetProcess(
        {
            "POON_KAFKA__BOOTSTRAP_SERVERS": kafka_service.bootstrap_servers,
            "POON_KAFKA__GROUP_ID": group,
            "POON_KAFKA__SESSION_TIMEOUT_SECONDS": "6",
            "POON_DATABASE__URL": fresh_database,
        },
        tmp_path,
    )
    asyncio.run(publish(kafka_service.bootstrap_servers, plan))
    fleet.start_and_wait()
    expected = sum(1 for _ in first_of_each(plan))
    try:
        for enough in (expected * 3 // 10, expected * 6 // 10):
            wait_for_outcomes(outcomes, enough)
            fleet.kill()
            fleet.start_and_wait()
        wait_for_outcomes(outcomes, expected)
        groups = [f"{group}.{area}" for area in AREAS]
        wait_until(lambda: not any(lag(kafka_service.bootstrap_servers, groups).values()), "offsets", timeout=60)
        assert fleet.terminate() == 0, fleet.log.read_text()[-3000:]
    finally:
        if fleet.alive:
            fleet.kill()
    evidence = asyncio.run(collect(kafka_service.bootstrap_servers, fresh_database, outcomes, groups))
    note = f"seed {SEED}, {len(plan)} records sent, {republished(evidence)} outcomes published again"
    assert violations(plan, evidence) == [], note
    note_finding(pytestconfig, f"Ledger: {note}")


async def publish(bootstrap_servers: str, plan: list[Planned]) -> None:
    publisher = KafkaPublisher(KafkaConnection(bootstrap_servers), "ledger")
    await publisher.start()
    for start in range(0, len(plan), 1_000):
        await publisher.publish([planned.record for planned in plan[start : start + 1_000]])
    await publisher.stop()


def wait_for_outcomes(outcomes: TopicTail, enough: int) -> None:
    wait_until(lambda: distinct(outcomes) >= enough, f"{enough} outcomes", timeout=240)


def distinct(outcomes: TopicTail) -> int:
    outcomes.more()
    return len({header(message, "ce_causationid") for message in outcomes.messages})


async def collect(bootstrap_servers: str, url: str, outcomes: TopicTail, groups: list[str]) -> Evidence:
    outcomes.more()
    letters = TopicTail(bootstrap_servers, dead_letter_topics(AREAS))
    letters.more(2.0)
    letters.close()
    database = open_database(url)
    rows = [(str(event.id), event.causation_id) async for event in SqlEventReader(database).scan()]
    entries: dict[str, Decimal] = {}
    by_entry = {
        event.stream.removeprefix("entry-"): event.causation_id
        async for event in SqlEventReader(database).scan(TENANT)
        if event.stream.startswith("entry-")
    }
    for entry in await SqlSpendingRepository(database).of_tenant(TENANT):
        entries[by_entry[str(entry.id)]] = entry.amount.amount
    await database.close()
    return Evidence(
        outcomes=[seen(message) for message in outcomes.messages],
        dead_letters=[header(message, "poon_outcome-id") for message in letters.messages],
        rows=rows,
        entries=entries,
        lag=lag(bootstrap_servers, groups),
    )
