"""A fleet that would dead-letter too much stops, leaves the rest on its topic, and goes on there when started again."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from adapters.database.schema import migrate
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from contracts.topics import TopicRole, topic_name
from tests.e2e.fleet_process import FleetProcess
from tests.ledger.observe import TopicTail, dead_letter_topics, lag, outcome_topics, reset_topics
from tests.services.kafka import KafkaService, fresh_name
from tests.services.waiting import wait_until
from workers.entrypoints.exits import ExitCode
from workers.ports.messages import OutgoingRecord

pytestmark = pytest.mark.e2e

TEXTS: Final = ("texts",)
COMMANDS: Final = topic_name("texts", TopicRole.COMMANDS)
LIMIT: Final = 20
RECORDS: Final = 60


class Flood:
    """Records that are no commands, and a fleet with a limit on them."""

    def __init__(self, bootstrap_servers: str, folder: Path) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._group = fresh_name("flood")
        self._folder = folder
        database_url = f"sqlite:///{folder}/poon.db"
        migrate(database_url)
        self._environment = {
            "POON_KAFKA__BOOTSTRAP_SERVERS": bootstrap_servers,
            "POON_KAFKA__GROUP_ID": self._group,
            "POON_KAFKA__SESSION_TIMEOUT_SECONDS": "6",
            "POON_DATABASE__URL": database_url,
        }
        self._letters = TopicTail(bootstrap_servers, dead_letter_topics(TEXTS))
        self._outcomes = TopicTail(bootstrap_servers, outcome_topics(TEXTS))

    def publish(self) -> None:
        asyncio.run(self._publish())

    def fleet(self, limit: int) -> FleetProcess:
        return FleetProcess(
            {**self._environment, "POON_RUNTIME__MASS_FAILURE__POISON": str(limit)}, self._folder, areas="texts"
        )

    @property
    def dead_letters(self) -> int:
        """Distinct letters; what was in doubt at the stop is published again."""
        self._letters.more()
        return len({letter.value() for letter in self._letters.messages})

    @property
    def outcomes(self) -> int:
        self._outcomes.more()
        return len({dict(outcome.headers() or ())["ce_id"] for outcome in self._outcomes.messages})

    @property
    def unfinished(self) -> int:
        return sum(lag(self._bootstrap_servers, [f"{self._group}.texts"]).values())

    def close(self) -> None:
        self._letters.close()
        self._outcomes.close()

    async def _publish(self) -> None:
        publisher = KafkaPublisher(KafkaConnection(self._bootstrap_servers), "flood")
        await publisher.start()
        records = [OutgoingRecord(COMMANDS, None, f"{{{number}".encode(), ()) for number in range(RECORDS)]
        await publisher.publish(records)
        await publisher.stop()


@pytest.fixture
def flood(kafka_service: KafkaService, tmp_path: Path) -> Iterator[Flood]:
    reset_topics(kafka_service.bootstrap_servers)
    flood = Flood(kafka_service.bootstrap_servers, tmp_path)
    yield flood
    flood.close()


def test_a_fleet_over_its_limit_stops_loses_nothing_and_goes_on_once_the_limit_is_lifted(flood: Flood) -> None:
    flood.publish()
    fleet = flood.fleet(LIMIT)
    fleet.start()
    assert fleet.wait() == ExitCode.UNAVAILABLE
    log = fleet.log.read_text()
    assert f"{LIMIT + 1} of {LIMIT + 1} records are no commands within 600 s" in log
    assert "runtime.mass_failure.poison" in log
    assert "Traceback" not in log.splitlines()[-1]
    assert flood.dead_letters <= LIMIT
    assert flood.unfinished >= RECORDS - LIMIT

    patient = flood.fleet(0)
    patient.start_and_wait()
    wait_until(lambda: flood.unfinished == 0, "the rest of the flood", timeout=60)
    assert patient.terminate() == ExitCode.OK
    assert flood.dead_letters == RECORDS
    assert flood.outcomes == RECORDS
