"""A worker of the area *texts* on a real broker, with a handler and a store of the test's own."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from confluent_kafka import Consumer

from adapters.clock import SystemClock
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.intake import IntakeOptions, KafkaIntake
from adapters.kafka.publisher import KafkaPublisher
from adapters.kafka.replies import KafkaReplyPublisher
from adapters.telemetry.quiet import QuietObserver
from contracts.base import Command
from contracts.commands.texts import ParseText
from contracts.errors import ErrorCode
from contracts.topics import TOPICS, TopicRole, topic_name
from tests.fakes.commands import decision
from tests.fakes.store import MemoryStore
from tests.services.kafka import KafkaService, fresh_name
from workers.ports.errors import RejectionError
from workers.ports.handling import CommandContext, Decision, Handler
from workers.runtime.retry import RetryPolicy
from workers.runtime.settling import Handling
from workers.runtime.supervisor import Supervisor
from workers.runtime.worker import Worker, WorkerLimits, WorkerPorts

COMMANDS = topic_name("texts", TopicRole.COMMANDS)
EVENTS = topic_name("texts", TopicRole.EVENTS)


def with_all_topics(kafka: KafkaService) -> KafkaService:
    """The broker, after every topic of the registry was created there."""
    probe = Consumer({"bootstrap.servers": kafka.bootstrap_servers, "group.id": "x"})
    there = probe.list_topics(timeout=10).topics
    probe.close()
    for topic in TOPICS.values():
        if topic.name not in there:
            kafka.create_topic(topic.name, topic.partitions, topic.config)
    return kafka


async def echo(command: Command, _context: CommandContext) -> Decision:
    """Answer "taxi 17" with 17 baht."""
    assert isinstance(command, ParseText)
    _, _, amount = command.text.partition(" ")
    if not amount.isdecimal():
        raise RejectionError(ErrorCode.NO_AMOUNT, "holds none", field="text")
    return decision(f"{amount}.00")


@dataclass
class Live:
    """How to run the worker."""

    kafka: KafkaService
    handler: Handler = echo
    group: str = field(default_factory=lambda: fresh_name("live"))
    limits: WorkerLimits = field(default_factory=WorkerLimits)

    @property
    def connection(self) -> KafkaConnection:
        return KafkaConnection(self.kafka.bootstrap_servers)

    def intake(self, topic: str = COMMANDS) -> KafkaIntake:
        session = 6.0 if self.kafka.embedded is None else 3.0
        return KafkaIntake(self.connection, IntakeOptions(self.group, [topic], session_timeout=session))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Worker]:
        """The worker, from its first assignment to its drained end."""
        stop, supervisor = asyncio.Event(), Supervisor()
        ports = WorkerPorts(
            self.intake(),
            KafkaPublisher(self.connection, "live"),
            MemoryStore(),
            SystemClock(),
            random.Random(1),
            QuietObserver(),
            replies=KafkaReplyPublisher(self.connection, "live-replies"),
        )
        handling = Handling({ParseText: self.handler}, RetryPolicy(1), 60.0, self.group, {})
        worker = Worker(ports, handling, self.limits)
        work = supervisor.spawn(worker.run(stop), "worker")
        try:
            await worker.ready()
            yield worker
        finally:
            stop.set()
            await work
            await supervisor.close()
