"""A worker whose capability is out takes no more from a real broker, and goes on by itself when it is back."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.clock import SystemClock
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.intake import IntakeOptions, KafkaIntake
from adapters.kafka.publisher import KafkaPublisher
from adapters.telemetry.quiet import QuietObserver
from contracts.base import Command
from contracts.commands.texts import ParseText
from tests.fakes.commands import TEXT_COMMANDS, decision, text_record
from tests.fakes.store import MemoryStore
from tests.ledger.observe import TopicTail, dead_letter_topics, lag, reset_topics
from tests.services.kafka import KafkaService, fresh_name
from tests.services.waiting import eventually
from workers.ports.errors import CapabilityOutageError
from workers.ports.handling import CommandContext, Decision
from workers.ports.messages import OutgoingRecord
from workers.runtime.flow import FlowLimits
from workers.runtime.retry import RetryPolicy
from workers.runtime.settling import Handling
from workers.runtime.worker import Worker, WorkerLimits, WorkerPorts

pytestmark = pytest.mark.integration

OWNERS = 40


class Backend:
    """A handler whose only backend is out as long as it is told."""

    def __init__(self) -> None:
        self.out = False
        self.handled: set[str] = set()

    async def handle(self, _command: Command, context: CommandContext) -> Decision:
        if self.out:
            raise CapabilityOutageError("text_extraction", "no server answers")
        self.handled.add(context.command_id)
        return decision()


@asynccontextmanager
async def working(kafka: KafkaService, group: str, backend: Backend) -> AsyncIterator[Worker]:
    connection = KafkaConnection(kafka.bootstrap_servers)
    session = 6.0 if kafka.embedded is None else 3.0
    options = IntakeOptions(group_id=group, topics=[TEXT_COMMANDS], session_timeout=session, rebalance_timeout=6.0)
    ports = WorkerPorts(
        KafkaIntake(connection, options),
        KafkaPublisher(connection, "test"),
        MemoryStore(),
        SystemClock(),
        random.Random(1),
        QuietObserver(),
    )
    handling = Handling({ParseText: backend.handle}, RetryPolicy(attempts=1), 10.0, group, {})
    worker = Worker(ports, handling, WorkerLimits(flow=FlowLimits(total_high=1000, partition_high=500)))
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run(stop))
        await worker.ready()
        try:
            yield worker
        finally:
            stop.set()


async def send(kafka: KafkaService, first: int, count: int) -> set[str]:
    publisher = KafkaPublisher(KafkaConnection(kafka.bootstrap_servers), "test")
    await publisher.start()
    sent = [text_record(0, f"c{number}", owner=f"o{number % OWNERS}") for number in range(first, first + count)]
    await publisher.publish(
        [
            OutgoingRecord(TEXT_COMMANDS, each.key, each.value, tuple((k, v or b"") for k, v in each.headers))
            for each in sent
        ]
    )
    await publisher.stop()
    return {f"c{number}" for number in range(first, first + count)}


async def test_intake_waits_an_outage_out(kafka_service: KafkaService) -> None:
    servers = kafka_service.bootstrap_servers
    await asyncio.to_thread(reset_topics, servers)
    group, backend = f"{fresh_name()}.texts", Backend()

    async def behind() -> int:
        return sum((await asyncio.to_thread(lag, servers, [group])).values())

    async def caught_up() -> bool:
        return await behind() == 0

    async def everybody_has_them() -> bool:
        return await records_on(servers, [TEXT_COMMANDS]) == 2101

    async with working(kafka_service, group, backend) as worker:
        known = await send(kafka_service, 0, 100)
        await eventually(lambda: backend.handled == known, "the work of every day")
        await eventually(caught_up, "its offsets")

        backend.out = True
        known |= await send(kafka_service, 100, 1)
        await eventually(lambda: worker.outages == {"text_extraction"}, "the outage to be known")
        held = worker.unfinished
        known |= await send(kafka_service, 200, 2000)
        await eventually(everybody_has_them, "another reader to have them all")
        assert worker.outages == {"text_extraction"}
        assert worker.unfinished == held
        assert await behind() == 2001

        backend.out = False
        await eventually(lambda: backend.handled == known, "what had waited")
        await eventually(caught_up, "its offsets")
        assert not worker.outages

    assert await records_on(servers, dead_letter_topics(["texts"])) == 0


async def records_on(bootstrap_servers: str, topics: list[str]) -> int:
    return await asyncio.to_thread(_records_on, bootstrap_servers, topics)


def _records_on(bootstrap_servers: str, topics: list[str]) -> int:
    tail = TopicTail(bootstrap_servers, topics)
    try:
        return tail.to_the_end()
    finally:
        tail.close()
