"""What test services ask of a running Kafka, through librdkafka."""

import logging
from collections.abc import Mapping
from typing import Final

from confluent_kafka import OFFSET_END, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its stubs re-export implicitly

_METADATA_SECONDS: Final = 2.0
_ADMIN_SECONDS: Final = 30.0

# A broker that is not there yet, or was just killed, is nothing to tell about.
SILENT: Final = logging.getLogger("tests.services.librdkafka")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False


def admin(bootstrap_servers: str) -> AdminClient:
    return AdminClient({"bootstrap.servers": bootstrap_servers}, logger=SILENT)


def live_brokers(bootstrap_servers: str) -> set[int]:
    """The brokers that the cluster names in its metadata; none if nobody answers."""
    try:
        metadata = admin(bootstrap_servers).list_topics(timeout=_METADATA_SECONDS)
    except KafkaException:
        return set()
    return set(metadata.brokers)


def create_topic(bootstrap_servers: str, name: str, partitions: int, config: Mapping[str, str]) -> None:
    topic = NewTopic(name, num_partitions=partitions, config=dict(config))
    client = admin(bootstrap_servers)  # a client that is collected takes its requests with it
    for future in client.create_topics([topic]).values():
        future.result(_ADMIN_SECONDS)


def has_topic(bootstrap_servers: str, name: str, partitions: int) -> bool:
    """Whether every partition of the topic has a leader."""
    found = admin(bootstrap_servers).list_topics(topic=name, timeout=_METADATA_SECONDS).topics.get(name)
    return found is not None and sum(each.leader >= 0 for each in found.partitions.values()) == partitions


def delete_records(bootstrap_servers: str, topic: str, before: int) -> None:
    """Delete the records of a topic's only partition before an offset, as retention does."""
    _delete(bootstrap_servers, [TopicPartition(topic, 0, before)])


def delete_all_records(bootstrap_servers: str, topic: str, partitions: int) -> None:
    """Leave a topic empty; offsets go on."""
    _delete(bootstrap_servers, [TopicPartition(topic, number, OFFSET_END) for number in range(partitions)])


def _delete(bootstrap_servers: str, places: list[TopicPartition]) -> None:
    client = admin(bootstrap_servers)
    for future in client.delete_records(places).values():
        future.result(_ADMIN_SECONDS)


def leader_of(bootstrap_servers: str, topic: str, partition: int) -> int | None:
    """The broker that leads a partition; None while there is none or nobody answers."""
    try:
        found = admin(bootstrap_servers).list_topics(topic=topic, timeout=_METADATA_SECONDS).topics[topic]
    except KafkaException:
        return None
    leader = int(found.partitions[partition].leader)
    return leader if leader >= 0 else None


def in_sync(bootstrap_servers: str) -> bool:
    """Whether every replica of every partition is in sync."""
    try:
        topics = admin(bootstrap_servers).list_topics(timeout=_METADATA_SECONDS).topics
    except KafkaException:
        return False
    partitions = [partition for topic in topics.values() for partition in topic.partitions.values()]
    return bool(partitions) and all(set(each.isrs) == set(each.replicas) for each in partitions)
