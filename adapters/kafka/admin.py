"""Looks after topics through librdkafka's admin client, which changes single settings and leaves the others alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its stubs export nothing by name
    AdminClient,
    AlterConfigOpType,
    ClusterMetadata,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.diagnosis import find_obstacle, unreachable
from contracts.topics import Topic
from workers.ports.clock import Clock
from workers.ports.errors import UnavailableError
from workers.ports.topics import (
    DifferenceKind,
    TopicDifference,
    TopicState,
    UnmanagedTopicsError,
    topic_differences,
)

T = TypeVar("T")

_BROKER_DEFAULT: Final = -1
_PAUSE_SECONDS: Final = 0.1
_HAS_IT_ALREADY: Final = frozenset({KafkaError.TOPIC_ALREADY_EXISTS, KafkaError.INVALID_PARTITIONS})
_log = logging.getLogger(__name__)


class KafkaTopicAdmin:
    """`TopicAdmin` on a Kafka cluster. `timeout_seconds` bounds every answer waited for."""

    def __init__(self, connection: KafkaConnection, clock: Clock, timeout_seconds: float = 10.0) -> None:
        self._connection = connection
        self._clock = clock
        self._timeout = timeout_seconds
        self._has_answered = False
        self._trouble: list[str] = []
        if connection.tls is not None:
            connection.tls.context()  # names a wrong file; librdkafka's own message would not
        options: dict[str, Any] = {**connection.librdkafka_options(), "error_cb": self._remember, "log_level": 0}
        self._client = AdminClient(options, logger=_log)

    async def check_broker(self) -> None:
        await self._metadata()

    async def describe(self, names: Iterable[str]) -> Mapping[str, TopicState]:
        cluster = await self._metadata()
        # Once each: librdkafka cannot read the answer about a topic that is asked for twice.
        wanted = [name for name in dict.fromkeys(names) if name in cluster.topics]
        configs = await self._configs(wanted) if _is_managed(cluster) else {}
        return {name: TopicState(name, len(cluster.topics[name].partitions), configs.get(name)) for name in wanted}

    async def apply(self, differences: Sequence[TopicDifference]) -> None:
        if not differences:
            return
        if not _is_managed(await self._metadata()):
            raise UnmanagedTopicsError(
                f"the broker at {self._connection.bootstrap_servers} has no controller to create or change topics"
                " (an embedded broker makes its own); point kafka.bootstrap_servers at a real cluster"
            )
        await self._create([found for found in differences if found.kind is DifferenceKind.MISSING])
        await self._grow([found for found in differences if found.kind is DifferenceKind.PARTITIONS])
        await self._configure([found for found in differences if found.kind is DifferenceKind.CONFIG])
        await self._until_visible([found.topic for found in differences], differences)

    async def _until_visible(self, topics: Sequence[Topic], applied: Sequence[TopicDifference]) -> None:
        """The controller answers before the brokers know: wait until they show what was asked for."""
        deadline = self._clock.monotonic() + self._timeout
        while set(topic_differences(topics, await self.describe(topic.name for topic in topics))) & set(applied):
            if self._clock.monotonic() > deadline:
                raise unreachable(self._connection, f"changed topics do not show after {self._timeout:g} seconds")
            await self._clock.sleep(_PAUSE_SECONDS)

    async def _create(self, missing: Sequence[TopicDifference]) -> None:
        topics = [
            NewTopic(
                found.topic.name,
                num_partitions=found.topic.partitions,
                replication_factor=_BROKER_DEFAULT,
                config=found.topic.config,
            )
            for found in missing
        ]
        if topics:
            await self._wait(lambda: self._client.create_topics(topics, request_timeout=self._timeout))

    async def _grow(self, short: Sequence[TopicDifference]) -> None:
        counts = [NewPartitions(found.topic.name, found.topic.partitions) for found in short]
        if counts:
            await self._wait(lambda: self._client.create_partitions(counts, request_timeout=self._timeout))

    async def _configure(self, differing: Sequence[TopicDifference]) -> None:
        entries: dict[str, list[ConfigEntry]] = {}
        for found in differing:
            entry = ConfigEntry(str(found.setting), str(found.wanted), incremental_operation=AlterConfigOpType.SET)
            entries.setdefault(found.topic.name, []).append(entry)
        resources = [
            ConfigResource(ResourceType.TOPIC, name, incremental_configs=wanted) for name, wanted in entries.items()
        ]
        if resources:
            await self._wait(lambda: self._client.incremental_alter_configs(resources, request_timeout=self._timeout))

    async def _configs(self, names: Sequence[str]) -> dict[str, dict[str, str]]:
        if not names:
            return {}
        resources = [ConfigResource(ResourceType.TOPIC, name) for name in names]
        answers = await self._wait(lambda: self._client.describe_configs(resources, request_timeout=self._timeout))
        return {
            resource.name: {name: entry.value for name, entry in entries.items()}
            for resource, entries in answers.items()
        }

    async def _metadata(self) -> ClusterMetadata:
        # librdkafka tries a wrong password or certificate again until the time is up.
        if not self._has_answered and (obstacle := await find_obstacle(self._connection)):
            raise obstacle
        self._trouble.clear()
        try:
            cluster = await asyncio.to_thread(self._client.list_topics, timeout=self._timeout)
        except KafkaException as error:
            self._client.poll(0)
            raise self._unavailable(error) from None
        self._has_answered = True
        return cluster

    async def _wait(self, ask: Callable[[], Mapping[Any, Future[T]]]) -> dict[Any, T]:
        """The answers of one request, by what was asked; what another operator did meanwhile is no error."""
        answers: dict[Any, T] = {}
        try:
            for key, future in ask().items():
                try:
                    answers[key] = await asyncio.wrap_future(future)
                except KafkaException as error:
                    if error.args[0].code() not in _HAS_IT_ALREADY:
                        raise
        except KafkaException as error:
            raise self._unavailable(error) from None
        return answers

    def _unavailable(self, error: KafkaException) -> UnavailableError:
        cause = self._trouble[0] if self._trouble else error.args[0].str()
        return unreachable(self._connection, cause)

    def _remember(self, error: KafkaError) -> None:
        self._trouble.append(error.str())


def _is_managed(cluster: ClusterMetadata) -> bool:
    return bool(cluster.controller_id in cluster.brokers)
