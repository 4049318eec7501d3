"""What test services ask of a running Kafka, through librdkafka."""

import logging
from collections.abc import Mapping
from typing import Final

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # its stubs re-export implicitly

_METADATA_SECONDS: Final = 2.0
_ADMIN_SECONDS: Final = 30.0

# A broker that is not there yet, or was just killed, is nothing to tell about.
_SILENT: Final = logging.getLogger("tests.services.librdkafka")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


def admin(bootstrap_servers: str) -> AdminClient:
    return AdminClient({"bootstrap.servers": bootstrap_servers}, logger=_SILENT)


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


def delete_records(bootstrap_servers: str, topic: str, before: int, partition: int = 0) -> None:
    """Delete the oldest records of a partition, as retention does."""
    client = admin(bootstrap_servers)
    for future in client.delete_records([TopicPartition(topic, partition, before)]).values():
        future.result(_ADMIN_SECONDS)
