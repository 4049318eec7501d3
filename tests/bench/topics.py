"""Topics as the bench watches them from outside: filled beforehand, measured by their offsets, read at the end."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, Message, Producer, TopicPartition
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]  # its stubs export nothing by name

from tests.bench.job import Planned
from tests.services.kafka_admin import SILENT, admin
from tests.services.waiting import wait_until

SECONDS: Final = 30.0


class Topic:
    """One topic, seen through its offsets."""

    def __init__(self, bootstrap_servers: str, name: str, partitions: int) -> None:
        self.name = name
        self.partitions = partitions
        self._bootstrap_servers = bootstrap_servers
        self._admin = admin(bootstrap_servers)
        self._latest = {TopicPartition(name, number): OffsetSpec.latest() for number in range(partitions)}  # type: ignore[no-untyped-call]

    def ends(self) -> dict[int, int]:
        """The end of each partition: how many records were ever written to it."""
        found = self._admin.list_offsets(self._latest, request_timeout=SECONDS)
        return {partition.partition: future.result().offset for partition, future in found.items()}

    def committed(self, group: str) -> dict[int, int]:
        """What a group has committed of each partition; 0 where it has committed nothing."""
        asked = self._admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
        found = asked[group].result(SECONDS).topic_partitions
        ours = {each.partition: max(each.offset, 0) for each in found if each.topic == self.name}
        return {number: ours.get(number, 0) for number in range(self.partitions)}

    def skip_to_end(self, group: str) -> None:
        """Have a group that nobody is in begin after everything there is."""
        self.start_at(group, self.ends())

    def start_at(self, group: str, offsets: Mapping[int, int]) -> None:
        """Have a group that nobody is in begin at these offsets."""
        points = [TopicPartition(self.name, number, offset) for number, offset in offsets.items()]
        asked = self._admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, points)])
        asked[group].result(SECONDS)

    def fill(self, commands: Iterable[Planned]) -> None:
        """Write commands."""
        producer = command_producer(self._bootstrap_servers, linger_ms=20)
        for planned in commands:
            send(producer, self.name, planned)
        wait_until(lambda: producer.flush(1.0) == 0, f"{self.name} to be filled", timeout=SECONDS)

    def reader(self, start: Mapping[int, int]) -> Consumer:
        """A consumer of everything from these offsets on; close it."""
        consumer = Consumer({"bootstrap.servers": self._bootstrap_servers, "group.id": f"bench.{uuid.uuid4().hex}"})
        consumer.assign([TopicPartition(self.name, number, offset) for number, offset in start.items()])
        return consumer

    def read(self, start: Mapping[int, int], end: Mapping[int, int]) -> Iterator[Message]:
        """The records from one set of ends to another.

        Raises:
            TimeoutError: the broker stopped giving them.
        """
        consumer = self.reader(start)
        missing = sum(end.values()) - sum(start.values())
        try:
            while missing > 0:
                found = [each for each in consumer.consume(10_000, SECONDS) if each.error() is None]
                if not found:
                    raise TimeoutError(f"{missing} records of {self.name} cannot be read")
                missing -= len(found)
                yield from found
        finally:
            consumer.close()


def command_producer(bootstrap_servers: str, linger_ms: float) -> Producer:
    """A producer as an upstream service would have it; a key's partition is the one Java's clients would choose."""
    return Producer(
        {
            "bootstrap.servers": bootstrap_servers,
            "partitioner": "murmur2_random",
            "compression.type": "lz4",
            "linger.ms": linger_ms,
            "enable.idempotence": True,
        },
        logger=SILENT,
    )


def send(producer: Producer, topic: str, planned: Planned) -> None:
    """Hand a command to a producer, waiting while its buffer is full."""
    record = planned.record
    while True:
        try:
            producer.produce(topic, record.value, record.key, headers=list(record.headers))
        except BufferError:
            producer.poll(0.1)
        else:
            return


def header(message: Message, name: str) -> str:
    """A header's text, empty where it is missing."""
    value = dict(message.headers() or []).get(name)
    return value.decode() if isinstance(value, bytes) else ""
