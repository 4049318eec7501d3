"""A whole fleet with a model server that answers, goes away and comes back: what outcomes say, and what pauses."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import pytest

from adapters.database.schema import migrate
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from contracts.codec import decode_event, encode
from contracts.commands.spending import RecordSpending
from contracts.events.texts import TextParsed
from contracts.money import Money
from contracts.topics import TopicRole, topic_name
from contracts.values import ProcessingMethod
from tests.fakes.commands import envelope, text_record
from tests.fakes.models import FILLED
from tests.ledger.observe import empty_topics
from tests.services.kafka import KafkaService, fresh_name
from tests.services.model_server import ModelServer, completion, failure
from tests.services.waiting import eventually
from workers.bootstrap.fleet import Fleet, running
from workers.config import Settings
from workers.ports.messages import OutgoingRecord
from workers.ports.store import StoredEvent

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

PATIENCE = 120.0
SPENDING = topic_name("spending", TopicRole.COMMANDS)


def settings_for(kafka: KafkaService, folder: Path, server: ModelServer, chain: str) -> Settings:
    """A fleet of its own with empty topics, that tries its model server again soon."""
    empty_topics(kafka)
    database = f"sqlite:///{folder}/poon.db"
    migrate(database)
    return Settings.model_validate(
        {
            "data_dir": folder,
            "kafka": {
                "bootstrap_servers": kafka.bootstrap_servers,
                "group_id": fresh_name("models"),
                "session_timeout_seconds": 6,
            },
            "database": {"url": database},
            "runtime": {"retry": {"attempts": 20, "max_delay_seconds": 1}},
            "models": {
                "servers": {"test": {"base_url": server.base_url, "model": "test-model", "timeout_seconds": 2}},
                "cache_seconds": 0,
            },
            "chains": {"text_extraction": chain},
        }
    )


@asynccontextmanager
async def at_work(settings: Settings) -> AsyncIterator[Fleet]:
    async with running(settings, ["texts", "spending"]) as fleet:
        yield fleet


async def send(kafka: KafkaService, *commands: str) -> None:
    """Texts by their command ids, each of an owner of its own."""
    publisher = KafkaPublisher(KafkaConnection(kafka.bootstrap_servers), "models-test")
    await publisher.start()
    records = [text_record(0, command, owner=command, text=f"blorgo 100 {command}") for command in commands]
    await publisher.publish(
        [OutgoingRecord(one.topic, one.key, one.value, tuple((k, v or b"") for k, v in one.headers)) for one in records]
    )
    await publisher.stop()


async def send_spending(kafka: KafkaService, command: str) -> None:
    publisher = KafkaPublisher(KafkaConnection(kafka.bootstrap_servers), "models-test")
    await publisher.start()
    about = envelope(command, message_type=RecordSpending.type)
    headers = tuple((name, value or b"") for name, value in about.headers())
    payload = encode(RecordSpending(entry_id=UUID(int=7), amount=Money.of("65"), merchant="Cafe"))
    await publisher.publish([OutgoingRecord(SPENDING, about.key.encode(), payload, headers)])
    await publisher.stop()


async def outcomes(fleet: Fleet) -> dict[str, StoredEvent]:
    """Every event so far, by the command that caused it."""
    return {event.causation_id: event async for event in fleet.store.scan()}


async def parsed(fleet: Fleet, command: str) -> TextParsed:
    found: dict[str, StoredEvent] = {}

    async def there() -> bool:
        found.update(await outcomes(fleet))
        return command in found

    await eventually(there, f"the outcome of {command}", seconds=PATIENCE)
    outcome = decode_event(found[command].type, found[command].data.encode())
    assert isinstance(outcome, TextParsed)
    return outcome


def outages(fleet: Fleet) -> dict[str, frozenset[str]]:
    return {status.area: status.outages for status in (worker.status() for worker in fleet.workers)}


async def test_the_outcome_names_the_model_and_degrades_without_it(kafka_service: KafkaService, tmp_path: Path) -> None:
    server = ModelServer()
    server.answer(completion(json.dumps(FILLED)))
    async with server.running(), at_work(settings_for(kafka_service, tmp_path, server, "rules>=1,test")) as fleet:
        await send(kafka_service, "whole")
        whole = (await parsed(fleet, "whole")).processing
        server.answer(failure("500 Internal Server Error"))
        await send(kafka_service, "degraded")
        degraded = (await parsed(fleet, "degraded")).processing
        assert outages(fleet) == {"texts": frozenset(), "spending": frozenset()}
    assert (whole.method, whole.degraded) == (ProcessingMethod.RULES_MODEL, False)
    assert [share.backend for share in whole.backends if share.method] == ["test/test-model"]
    assert (degraded.method, degraded.degraded) == (ProcessingMethod.RULES, True)
    assert degraded.degraded_reason == "text_extraction: test/test-model fails with 500"


async def test_without_its_last_backend_a_capability_pauses_alone_and_goes_on_by_itself(
    kafka_service: KafkaService, tmp_path: Path
) -> None:
    server = ModelServer()
    server.answer(completion(json.dumps(FILLED)))
    async with server.running():
        port = server.port
    late = ["late-a", "late-b", "late-c", "late-d"]
    async with at_work(settings_for(kafka_service, tmp_path, server, "test")) as fleet:
        await send(kafka_service, *late)
        await eventually(
            lambda: outages(fleet)["texts"] == {"text_extraction"}, "the outage to be known", seconds=PATIENCE
        )
        await send_spending(kafka_service, "meanwhile")

        async def recorded() -> bool:
            return "meanwhile" in await outcomes(fleet)

        await eventually(recorded, "the other area's work", seconds=PATIENCE)
        assert outages(fleet)["spending"] == frozenset()
        assert not set(late) & set(await outcomes(fleet))  # nobody gave up
        async with server.running():
            assert server.port == port
            for command in late:
                assert (await parsed(fleet, command)).processing.method is ProcessingMethod.RULES_MODEL
            await eventually(lambda: not outages(fleet)["texts"], "the outage to be over", seconds=PATIENCE)
            await send(kafka_service, "after")
            assert not (await parsed(fleet, "after")).processing.degraded
