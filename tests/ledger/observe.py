"""Collects the evidence: what stands on the topics, in the tables and at the committed offsets."""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its stubs re-export implicitly

from contracts.topics import FLEET_TOPICS, TOPICS, WORKFLOW_REPLIES, TopicRole, consumed_topics, topic_name
from tests.ledger.checker import Seen
from tests.services.kafka import KafkaService
from tests.services.waiting import wait_until

SECONDS: Final = 30.0
_NO_LEADER_YET: Final = {KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE}
PUBLISHER: Final = "published-by"
"""The header in which workers of several releases are made to tell which is theirs."""
CONSUMED: Final = {**TOPICS, WORKFLOW_REPLIES.name: WORKFLOW_REPLIES}


def reset_topics(bootstrap_servers: str, replicas: int = 1) -> None:
    """Empty topics of the registry, deleted and made anew."""
    delete_topics(bootstrap_servers)
    admin = AdminClient({"bootstrap.servers": bootstrap_servers})
    new = [
        NewTopic(topic.name, num_partitions=topic.partitions, replication_factor=replicas, config=topic.config)
        for topic in CONSUMED.values()
    ]
    for future in admin.create_topics(new).values():
        future.result(SECONDS)
    wait_until(lambda: _existing(admin) >= set(CONSUMED), "the new topics")


def empty_topics(kafka: KafkaService) -> None:
    """Topics as a fleet of one's own finds them at its start; the embedded broker has none that others wrote to."""
    if kafka.embedded is None:
        reset_topics(kafka.bootstrap_servers)
    else:
        kafka.embedded.create_topics({topic.name: topic.partitions for topic in FLEET_TOPICS})


def delete_topics(bootstrap_servers: str, *more: str) -> None:
    """No topic of the registry any more, and none of these."""
    admin = AdminClient({"bootstrap.servers": bootstrap_servers})
    unwanted = {*CONSUMED, *more}
    if old := unwanted & _existing(admin):
        for future in admin.delete_topics(sorted(old)).values():
            future.result(SECONDS)
        wait_until(lambda: not unwanted & _existing(admin), "the old topics to go")


def _existing(admin: AdminClient) -> set[str]:
    return set(admin.list_topics(timeout=SECONDS).topics)


class TopicTail:
    """Everything on some topics from their beginning, read further with every call."""

    def __init__(self, bootstrap_servers: str, topics: Sequence[str]) -> None:
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap_servers,
                "group.id": "ledger-observer",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
            }
        )
        self._places = [TopicPartition(name, number, 0) for name in topics for number in range(TOPICS[name].partitions)]
        self._consumer.assign(self._places)
        self.messages: list[Message] = []

    def more(self, seconds: float = 0.5) -> int:
        """Read on; how many records are known now."""
        while batch := self._consumer.consume(5_000, seconds):
            self.messages += [message for message in batch if message.error() is None]
            seconds = 0.05
        return len(self.messages)

    def to_the_end(self) -> int:
        """Read on to where the topics end now; how many records are known then."""
        ends: dict[tuple[str, int], int] = {}
        wait_until(lambda: self._tell_ends(ends), "leaders of all partitions")

        def there() -> bool:
            self.more(0.05)
            positions = self._consumer.position(self._places)
            return all(max(at.offset, 0) >= ends[at.topic, at.partition] for at in positions)

        wait_until(there, "the end of the topics")
        return len(self.messages)

    def _tell_ends(self, ends: dict[tuple[str, int], int]) -> bool:
        """Where each partition ends, 0 without a record; false while one that was just made has no leader."""
        try:
            for place in self._places:
                first, end = self._consumer.get_watermark_offsets(place, timeout=SECONDS)
                ends[place.topic, place.partition] = end if end > first else 0
        except KafkaException as error:
            if error.args[0].code() not in _NO_LEADER_YET:
                raise
            return False
        return True

    def close(self) -> None:
        self._consumer.close()


def outcome_topics(areas: Iterable[str]) -> list[str]:
    return [topic_name(area, TopicRole.EVENTS) for area in areas]


def dead_letter_topics(areas: Iterable[str]) -> list[str]:
    return [topic_name(area, TopicRole.DEAD_LETTERS) for area in areas]


def header(message: Message, name: str) -> str:
    """A header's text, empty where it is missing."""
    value = dict(message.headers() or []).get(name)
    return value.decode() if isinstance(value, bytes) else ""


def seen(message: Message) -> Seen:
    """An outcome record as the checker wants it."""
    headers = dict(message.headers() or [])
    known = {name: value for name, value in headers.items() if isinstance(value, bytes)}
    return outcome_seen(message.topic() or "", message.key() or b"", message.value() or b"{}", known)


def outcome_seen(topic: str, key: bytes, value: bytes, headers: Mapping[str, bytes]) -> Seen:
    """An outcome as the checker wants it, wherever it was read."""
    amount = _amount(json.loads(value))
    return Seen(
        topic=topic,
        key=key,
        event_id=headers.get("ce_id", b"").decode(),
        command_id=headers.get("ce_causationid", b"").decode(),
        type=headers.get("ce_type", b"").decode(),
        amount=Decimal(amount["amount"]) if amount else None,
        correlation_id=headers.get("ce_correlationid", b"").decode(),
        publisher=headers.get(PUBLISHER, b"").decode(),
    )


def _amount(payload: dict[str, Any]) -> dict[str, str] | None:
    """The amount an outcome is about: read from a text or a receipt, recorded or changed."""
    for holder in (payload, payload.get("changes")):
        if not isinstance(holder, dict):
            continue  # the changes of a month's report are a list
        for name in ("amount", "total"):
            if found := holder.get(name):
                amount: dict[str, str] = found.get("value", found)
                return amount
    return None


def lag(bootstrap_servers: str, groups: Iterable[str]) -> dict[str, int]:
    """Records after the committed offset of each partition with records in it."""
    admin = AdminClient({"bootstrap.servers": bootstrap_servers})
    consumer = Consumer({"bootstrap.servers": bootstrap_servers, "group.id": "ledger-observer"})
    found: dict[str, int] = {}
    for group in groups:
        asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
        committed = {
            (partition.topic, partition.partition): partition.offset
            for partition in asked[group].result(SECONDS).topic_partitions
        }
        for topic in consumed_topics(group.rsplit(".", 1)[-1]):
            for number in range(CONSUMED[topic].partitions):
                _, end = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=SECONDS)
                found[f"{topic}-{number}"] = end - max(committed.get((topic, number), 0), 0)
    consumer.close()
    return found
