"""Commands sent at a rate through the whole run, and outcomes seen as they come. Both from outside the fleet."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from contracts.topics import TOPICS
from tests.chaos.recovery import Sending, Timeline
from tests.ledger.checker import Seen, repetitions
from tests.ledger.commands import Kind, Planned
from tests.ledger.observe import seen
from tests.ledger.plan import CommandStream
from tests.services.kafka_admin import SILENT
from workers.ports.clock import Clock
from workers.ports.messages import OutgoingRecord

TICK: Final = 0.05
"""Seconds between two portions of commands."""
FLUSH_SECONDS: Final = 120.0
UNTIMED: Final = frozenset({Kind.HOPELESS, Kind.POISON})
"""Not measured: the one is retried for long by design, the other may name no partition of its own."""

# Both ends get over a broker's death as fast as they can: what is measured is the fleet.
_EAGER: Final[dict[str, Any]] = {
    "topic.metadata.refresh.fast.interval.ms": 100,
    "retry.backoff.ms": 50,
    "retry.backoff.max.ms": 200,
    "reconnect.backoff.ms": 50,
    "reconnect.backoff.max.ms": 500,
    "socket.timeout.ms": 5_000,
}


class UndeliveredError(Exception):
    """A command could not be sent at all: the run proves nothing."""


class Outlet:
    """Hands records to the brokers in their order, and tells where each came to lie."""

    def __init__(self, bootstrap_servers: str) -> None:
        # The idempotent producer keeps the order of a partition through every retry.
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap_servers,
                "enable.idempotence": True,
                "acks": "all",
                "linger.ms": 5,
                "message.timeout.ms": 300_000,
                "partitioner": "murmur2_random",
                **_EAGER,
            },
            logger=SILENT,
        )
        self._failures: list[str] = []
        self.partitions: dict[str, str] = {}

    def give(self, command_id: str, record: OutgoingRecord) -> None:
        """Send now; returns at once."""
        self._producer.produce(
            record.topic,
            record.value,
            record.key,
            headers=list(record.headers),
            on_delivery=self._delivered(command_id),
        )

    def poll(self) -> None:
        """Hear what was acknowledged; returns at once."""
        self._producer.poll(0)

    def flush(self) -> None:
        """Wait until everything is acknowledged; blocks.

        Raises:
            UndeliveredError: a command was not taken.
        """
        left = self._producer.flush(FLUSH_SECONDS)
        if left or self._failures:
            raise UndeliveredError(
                f"{left} commands not acknowledged, {len(self._failures)} refused: {self._failures[:3]}"
            )

    def _delivered(self, command_id: str) -> Callable[[KafkaError | None, Message], None]:
        def note(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                self._failures.append(str(error))
            else:
                self.partitions[command_id] = f"{message.topic()}-{message.partition()}"

        return note


class Load:
    """Sends a stream's commands at a rate; remembers what was sent, in order, and when.

    Attributes:
        rate: commands a second.
        sent: every record given to the producer.
    """

    def __init__(self, bootstrap_servers: str, stream: CommandStream, clock: Clock, rate: float) -> None:
        self._outlet = Outlet(bootstrap_servers)
        self._stream = stream
        self._clock = clock
        self._timed: list[Sending] = []
        self._stopped = False
        self.rate = rate
        self.sent: list[Planned] = []

    async def run(self) -> None:
        """Send until stopped, and wait until everything is acknowledged.

        Raises:
            UndeliveredError: a command was not taken.
        """
        began, given = self._clock.monotonic(), 0
        while not self._stopped:
            due = int((self._clock.monotonic() - began) * self.rate) - given
            self.send(self._stream.take(due))
            given += due
            self._outlet.poll()
            await self._clock.sleep(TICK)

    def stop(self) -> None:
        self._stopped = True

    def flush(self) -> None:
        """Wait until everything is acknowledged; blocks.

        Raises:
            UndeliveredError: a command was not taken.
        """
        self._outlet.flush()

    def flood_duplicates(self, count: int) -> None:
        self.send(self._stream.again(count))

    def flood_poison(self, count: int) -> None:
        self.send(self._stream.poison(count))

    def send(self, records: Sequence[Planned]) -> None:
        """Send now, in order."""
        for planned in records:
            now = self._clock.monotonic()
            self._outlet.give(planned.command_id, planned.record)
            self.sent.append(planned)
            if not planned.duplicate and planned.kind not in UNTIMED:
                self._timed.append(Sending(planned.command_id, "", now))

    def sendings(self) -> list[Sending]:
        """What was sent when and where, each command's first time, in order."""
        partitions = self._outlet.partitions
        return [one._replace(partition=partitions.get(one.command_id, "")) for one in self._timed]


@dataclass
class Watch:
    """Sees outcomes as any consumer does, in a thread of its own.

    Attributes:
        wants: whether an outcome is one of those it is about.
        outcomes: all that came, in the order of their partitions.
        times: when each of them came.
        first: when each command was first answered.
    """

    bootstrap_servers: str
    topics: Sequence[str]
    clock: Clock
    wants: Callable[[Seen], bool] = lambda _: True
    outcomes: list[Seen] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    first: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._stop = threading.Event()

    def run(self) -> None:
        """Read until stopped; blocks."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.bootstrap_servers,
                "group.id": "chaos-watch",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": 100,
                **_EAGER,
            },
            logger=SILENT,
        )
        consumer.assign(
            [TopicPartition(name, number, 0) for name in self.topics for number in range(TOPICS[name].partitions)]
        )
        while not self._stop.is_set():
            for message in consumer.consume(1_000, 0.1):
                if message.error() is None:
                    self._note(seen(message))
        consumer.close()

    def stop(self) -> None:
        self._stop.set()

    def _note(self, outcome: Seen) -> None:
        if not self.wants(outcome):
            return
        now = self.clock.monotonic()
        self.first.setdefault(outcome.command_id, now)
        self.times.append(now)
        self.outcomes.append(outcome)


def timeline(load: Load, watch: Watch) -> Timeline:
    """What both saw."""
    sendings = load.sendings()
    timed = {one.command_id for one in sendings}
    return Timeline(
        sendings,
        {command_id: at for command_id, at in watch.first.items() if command_id in timed},
        [watch.times[place] for place in repetitions(load.sent, watch.outcomes)],
    )
