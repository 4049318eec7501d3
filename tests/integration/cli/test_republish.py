"""A topic of outcomes is lost and made anew; the store fills it with the same records."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.database.engine import open_database
from adapters.database.store import SqlDecisionStore
from tests.conformance.database.samples import verdict
from tests.ledger.observe import TopicTail, header, reset_topics
from tests.services.kafka import KafkaService
from tests.services.migrated import migrated_sqlite
from workers.entrypoints.cli import app
from workers.ports.store import Verdict
from workers.runtime.outcomes import outgoing

pytestmark = pytest.mark.integration

TOPIC = "poon.spending.events"


def test_a_lost_topic_is_filled_again_with_the_same_ids_and_bytes_and_once_more_when_repeated(
    kafka_service: KafkaService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker's topics cannot be deleted")
    url = migrated_sqlite(tmp_path / "poon.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POON_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("POON_KAFKA__BOOTSTRAP_SERVERS", kafka_service.bootstrap_servers)
    decided = [verdict(f"c-{number}") for number in range(3)]
    decided = [one._replace(events=tuple(each._replace(topic=TOPIC) for each in one.events)) for one in decided]
    asyncio.run(store(url, decided))
    reset_topics(kafka_service.bootstrap_servers)

    found: list[tuple[bytes | None, str]] = []
    for times in (1, 2):
        result = CliRunner().invoke(app, ["events", "republish", "--since", "2000-01-01", "--topic", TOPIC])
        assert result.exit_code == 0, result.output
        assert result.stdout.splitlines()[-1] == "3 records published again"
        found = read(kafka_service.bootstrap_servers)
        assert len(found) == 3 * times
    wanted = {
        (record.value, dict(record.headers)["ce_id"].decode()) for one in decided for record in outgoing(one.events)
    }
    assert set(found) == wanted


async def store(url: str, decided: list[Verdict]) -> None:
    opened = open_database(url)
    await SqlDecisionStore(opened).commit(decided)
    await opened.close()


def read(bootstrap_servers: str) -> list[tuple[bytes | None, str]]:
    tail = TopicTail(bootstrap_servers, [TOPIC])
    tail.to_the_end()
    tail.close()
    return [(message.value(), header(message, "ce_id")) for message in tail.messages]
