"""What a real fleet answers while its services come and go, and when a handler hangs."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from adapters.clock import SystemClock
from adapters.database.schema import migrate
from adapters.http.endpoints import Operations, application
from adapters.http.server import listen, url_of
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.publisher import KafkaPublisher
from contracts.base import Command
from contracts.commands.texts import ParseText
from contracts.topics import TOPICS
from tests.fakes.asgi import Answer, ask
from tests.fakes.commands import decision, text_record
from tests.ledger.observe import empty_topics
from tests.services.kafka import KafkaService, fresh_name, native_kafka, native_kafka_is_possible
from tests.services.postgres import PostgresService
from tests.services.waiting import StillWaitingError, eventually
from workers.bootstrap.clients import fleet_reader
from workers.bootstrap.fleet import running
from workers.bootstrap.parts import fleet_parts, make_worker
from workers.config import Settings
from workers.ports.errors import UnavailableError
from workers.ports.handling import CommandContext, Decision
from workers.ports.messages import OutgoingRecord
from workers.runtime.health import HealthLimits
from workers.runtime.supervisor import Supervisor
from workers.runtime.tally import Tally
from workers.runtime.vitals import Identity, Vitals

pytestmark = [pytest.mark.integration, pytest.mark.timeout(400)]

PATIENCE = 90.0
"""Seconds a service that was killed may take until it carries work again, on a machine with other things to do."""


def settings_for(kafka: KafkaService, database_url: str, folder: Path) -> Settings:
    """With empty topics and tables, and short times."""
    empty_topics(kafka)
    migrate(database_url)
    return Settings.model_validate(
        {
            "data_dir": folder,
            "kafka": {
                "bootstrap_servers": kafka.bootstrap_servers,
                "group_id": fresh_name("health"),
                "session_timeout_seconds": 6,
                "request_timeout_seconds": 5,
            },
            "database": {"url": database_url, "connect_timeout_seconds": 2},
        }
    )


async def publish_text(kafka: KafkaService, command_id: str) -> None:
    record = text_record(0, command_id)
    publisher = KafkaPublisher(KafkaConnection(kafka.bootstrap_servers), "health-test")
    await publisher.start()
    headers = tuple((name, value or b"") for name, value in record.headers)
    await publisher.publish([OutgoingRecord(record.topic, record.key, record.value, headers)])
    await publisher.stop()


class Probe:
    """Asks a fleet as Kubernetes does."""

    def __init__(self, url: str) -> None:
        self._fleet = fleet_reader(url)
        self._url = url

    async def failures(self, path: str) -> dict[str, str]:
        """The checks that failed; the status agrees with them."""
        answer = await self._get(path)
        found = {check["name"]: check["reason"] for check in answer.json()["checks"] if check["status"] == "fail"}
        assert answer.status == (503 if found else 200)
        return found

    async def _get(self, path: str) -> Answer:
        host, _, port = self._url.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n".encode())
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        finally:
            writer.close()
            await writer.wait_closed()
        return Answer(int(head.split()[1]), {}, body)

    async def until_ready(self) -> None:
        await self._until(lambda failures: not failures, "the fleet to be ready")

    async def until_told(self, check: str, words: str = "") -> None:
        """Wait until a check of readiness fails and says these words."""
        await self._until(lambda failures: check in failures and words in failures[check], f"{check}: {words}")

    async def _until(self, condition: Callable[[dict[str, str]], bool], what: str) -> None:
        told: dict[str, str] = {}

        async def holds() -> bool:
            told.clear()
            told.update(await self.failures("/readyz"))
            return condition(told)

        try:
            await eventually(holds, what, seconds=PATIENCE)
        except StillWaitingError as error:
            raise StillWaitingError(f"{error}; it says {told}") from None


@asynccontextmanager
async def fleet_at_work(settings: Settings) -> AsyncIterator[Probe]:
    listening = listen("127.0.0.1", 0)
    async with running(settings, ["texts"], listening=listening):
        yield Probe(url_of(listening))


async def test_an_idle_fleet_without_its_database_is_alive_and_not_ready_until_it_is_back(
    kafka_service: KafkaService, postgres_service: PostgresService, fresh_database: str, tmp_path: Path
) -> None:
    if postgres_service.server is None:
        pytest.skip("needs a PostgreSQL that is ours to kill")
    async with fleet_at_work(settings_for(kafka_service, fresh_database, tmp_path)) as probe:
        await probe.until_ready()
        await asyncio.to_thread(postgres_service.server.kill)
        await probe.until_told("database")
        assert set(await probe.failures("/readyz")) == {"database"}
        assert fresh_database.rpartition("/")[2] in (await probe.failures("/readyz"))["database"]
        assert await probe.failures("/livez") == {}
        assert await probe.failures("/startupz") == {}
        await asyncio.to_thread(postgres_service.server.start)
        await probe.until_ready()


async def test_a_busy_fleet_without_its_database_waits_alive_and_says_which_area_waits(
    kafka_service: KafkaService, postgres_service: PostgresService, fresh_database: str, tmp_path: Path
) -> None:
    if postgres_service.server is None:
        pytest.skip("needs a PostgreSQL that is ours to kill")
    async with fleet_at_work(settings_for(kafka_service, fresh_database, tmp_path)) as probe:
        await probe.until_ready()
        await asyncio.to_thread(postgres_service.server.kill)
        await publish_text(kafka_service, "c-1")
        await probe.until_told("database", "texts wait for the database")
        assert await probe.failures("/livez") == {}
        await asyncio.to_thread(postgres_service.server.start)
        await probe.until_ready()


@pytest.mark.skipif(not native_kafka_is_possible(), reason="needs a Kafka whose broker can be killed")
async def test_a_fleet_without_its_broker_is_alive_and_not_ready_until_it_is_back(
    fresh_database: str, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        kafka = stack.enter_context(native_kafka())
        assert kafka.cluster is not None
        probe = await stack.enter_async_context(fleet_at_work(settings_for(kafka, fresh_database, tmp_path)))
        await probe.until_ready()
        await asyncio.to_thread(kafka.cluster.kill)
        await probe.until_told("broker")
        assert kafka.bootstrap_servers in (await probe.failures("/readyz"))["broker"]
        assert await probe.failures("/livez") == {}
        await asyncio.to_thread(kafka.cluster.restart)
        await probe.until_ready()


class Hanging:
    """A handler that does not return, not even when its time is up."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.released = asyncio.Event()

    async def __call__(self, command: Command, context: CommandContext) -> Decision:
        del command, context
        self.begun.set()
        while not self.released.is_set():
            with suppress(asyncio.CancelledError):
                await self.released.wait()
        return decision()


@asynccontextmanager
async def hanging_worker(settings: Settings, handler: Hanging, budget: float) -> AsyncIterator[ASGIApp]:
    """The endpoints of one worker whose records may be worked on for so long."""
    clock, tally, stop, supervisor = SystemClock(), Tally(), asyncio.Event(), Supervisor()
    vitals = Vitals(clock, HealthLimits(lane_budget=budget), Identity("host", 1, "1"))
    async with fleet_parts(settings, ["texts"]) as parts:
        worker = make_worker(settings, replace(parts, handlers={ParseText: handler}), "texts", tally)
        vitals.watch([(worker, tally)], {})
        supervisor.spawn(vitals.beat_forever(), "beat")
        work = supervisor.spawn(worker.run(stop), "worker")
        await worker.ready()
        try:
            yield application(Operations(vitals.live, vitals.ready, vitals.started, vitals.fleet))
        finally:
            handler.released.set()
            stop.set()
            await work
    await supervisor.close()


async def test_a_handler_that_hangs_is_named_by_topic_partition_offset_key_hash_and_age(
    kafka_service: KafkaService, fresh_database: str, tmp_path: Path
) -> None:
    settings, handler = settings_for(kafka_service, fresh_database, tmp_path), Hanging()
    async with hanging_worker(settings, handler, budget=1.0) as app:

        async def is_stuck() -> bool:
            return bool((await ask(app, "/livez")).json()["stuck"])

        assert (await ask(app, "/livez")).status == 200
        await publish_text(kafka_service, "c-1")
        await eventually(handler.begun.is_set, "the handler to hang")
        await eventually(is_stuck, "the record to be called stuck")
        answer = await ask(app, "/livez")

    assert answer.status == 503
    (stuck,) = answer.json()["stuck"]
    record = text_record(0, "c-1")
    assert (stuck["topic"], stuck["offset"], stuck["area"]) == (record.topic, 0, "texts")
    assert 0 <= stuck["partition"] < TOPICS[record.topic].partitions
    assert stuck["key_hash"] == hashlib.sha256(record.key or b"").hexdigest()[:12]
    assert stuck["age"] >= stuck["worked"] > stuck["budget"] == 1.0
    (reason,) = [check["reason"] for check in answer.json()["checks"] if check["status"] == "fail"]
    assert f"{record.topic} partition {stuck['partition']} offset 0 (key {stuck['key_hash']}" in reason


async def test_a_fleet_that_ended_answers_no_more(
    kafka_service: KafkaService, fresh_database: str, tmp_path: Path
) -> None:
    listening = listen("127.0.0.1", 0)
    url = url_of(listening)
    async with running(settings_for(kafka_service, fresh_database, tmp_path), ["texts"], listening=listening):
        assert (await fleet_reader(url).live()).passed
    with pytest.raises(UnavailableError, match="Connection refused"):
        await fleet_reader(url).live()
