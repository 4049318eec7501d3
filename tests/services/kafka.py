"""The Kafka of a test run."""

import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from confluent_kafka import libversion

from adapters.kafka.embedded import EmbeddedBroker
from tests.services import containers
from tests.services.kafka_admin import create_topic, has_topic, live_brokers
from tests.services.kafka_jars import cached_jars, find_java, find_maven, kafka_version
from tests.services.kafka_native import NativeKafka
from tests.services.service import Service, ServiceUnavailableError, explicit_url, in_ci
from tests.services.waiting import wait_until

_EXPLICIT_SECONDS: Final = 20.0

CreateTopic = Callable[[str, int, Mapping[str, str]], None]


@dataclass(frozen=True)
class KafkaService:
    """A running Kafka. `cluster` is there when its brokers are ours to kill, `embedded` when it is embedded."""

    service: Service
    bootstrap_servers: str
    create: CreateTopic
    cluster: NativeKafka | None = None
    embedded: EmbeddedBroker | None = None

    def create_topic(self, name: str, partitions: int = 1, config: Mapping[str, str] | None = None) -> str:
        """Create a topic and wait until it can be used."""
        self.create(name, partitions, config or {})
        wait_until(lambda: has_topic(self.bootstrap_servers, name, partitions), f"the topic {name}")
        return name

    def fresh_topic(self, prefix: str = "test", partitions: int = 1, config: Mapping[str, str] | None = None) -> str:
        """A new topic under a name that nobody else uses."""
        return self.create_topic(fresh_name(prefix), partitions, config)


def fresh_name(prefix: str = "test") -> str:
    """A name for a topic, a group or the like that nobody else uses."""
    return f"{prefix}.{uuid.uuid4().hex[:12]}"


def native_kafka_is_possible() -> bool:
    return find_java() is not None and (cached_jars() is not None or find_maven() is not None)


@contextmanager
def best_kafka(*, steady: bool = False) -> Iterator[KafkaService]:
    """The best Kafka to be had here.

    Args:
        steady: whether a native one is to run well for long rather than to start fast.
    """
    if url := explicit_url("KAFKA"):
        yield _explicit(url)
    elif containers.docker_answers():
        with containers.kafka() as (bootstrap_servers, version):
            yield _served(bootstrap_servers, Service("Kafka", version, "Docker"))
    elif native_kafka_is_possible():
        with native_kafka(steady=steady) as kafka:
            yield kafka
    else:
        with embedded_kafka() as kafka:
            yield kafka


@contextmanager
def native_kafka(brokers: int = 1, *, steady: bool = False) -> Iterator[KafkaService]:
    """Apache Kafka from its jars."""
    with NativeKafka(brokers, steady=steady) as cluster:
        count = "1 broker" if brokers == 1 else f"{brokers} brokers"
        service = Service("Apache Kafka", kafka_version(), f"native, {count}, KRaft")
        yield _served(cluster.bootstrap_servers, service, cluster)


@contextmanager
def embedded_kafka(*, allowed_in_ci: bool = False) -> Iterator[KafkaService]:
    """The broker that lives in this process; in CI only for the tests that are about it."""
    if in_ci() and native_kafka_is_possible() and not allowed_in_ci:
        raise ServiceUnavailableError(
            "CI has a JDK and Maven: it must test on Apache Kafka, not on the embedded broker"
        )
    with EmbeddedBroker() as broker:
        service = Service("Embedded Kafka", f"librdkafka {libversion()[0]}", f"in process {os.getpid()}, in memory")
        yield KafkaService(
            service,
            broker.bootstrap_servers,
            lambda name, partitions, _: broker.create_topics({name: partitions}),
            embedded=broker,
        )


def _explicit(url: str) -> KafkaService:
    bootstrap_servers = url.removeprefix("kafka://")
    wait_until(lambda: live_brokers(bootstrap_servers), f"Kafka at {bootstrap_servers}", timeout=_EXPLICIT_SECONDS)
    return _served(bootstrap_servers, Service("Kafka", "of unknown version", "POON_TEST_KAFKA"))


def _served(bootstrap_servers: str, service: Service, cluster: NativeKafka | None = None) -> KafkaService:
    def create(name: str, partitions: int, config: Mapping[str, str]) -> None:
        create_topic(bootstrap_servers, name, partitions, config)

    return KafkaService(service, bootstrap_servers, create, cluster)
