"""Wires who looks at the services of the settings, for `poon doctor`. Nothing is connected before it is looked at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version

from adapters.cache.examining import RedisExaminer
from adapters.database.dead_letters import SqlDeadLetterBox
from adapters.database.examining import SqlDatabaseExaminer
from adapters.database.projections import SqlProjectionStore
from adapters.database.workflows import SqlTimerStore, SqlWorkflowBoard
from adapters.http.client import HttpFleetReader
from adapters.http.models import HttpModelServerExaminer
from adapters.kafka.admin import KafkaTopicAdmin
from adapters.kafka.connection import KafkaConnection
from adapters.kafka.examining import KafkaExaminer
from adapters.kafka.lag import KafkaLagReader
from adapters.storage.examining import ImageStoreExaminer
from workers.bootstrap.clients import image_options, kafka_connection, system_clock
from workers.bootstrap.dead_letters import operators_database
from workers.config import Settings
from workers.ports.dead_letters import DeadLetterBox
from workers.ports.examining import BrokerExaminer, CacheExaminer, DatabaseExaminer, StoreExaminer
from workers.ports.fleet import FleetReader
from workers.ports.lag import PartitionLag
from workers.ports.projections import ProjectionStore
from workers.ports.topics import TopicAdmin
from workers.ports.vault import KeyKeeper
from workers.ports.workflows import TimerStore, WorkflowBoard


@dataclass(frozen=True, slots=True)
class Work:
    """What the database tells of the work."""

    letters: DeadLetterBox
    board: WorkflowBoard
    timers: TimerStore
    projections: ProjectionStore
    keys: KeyKeeper


class Examination:
    """Who looks at what the settings name.

    Args:
        settings: name the services.
        seconds: the longest any of them may take for an answer.
    """

    def __init__(self, settings: Settings, seconds: float) -> None:
        self._settings = settings
        self._seconds = seconds
        self.release = version("poon-workers")

    def broker(self) -> BrokerExaminer:
        """Who asks the broker.

        Raises:
            UnavailableError: the embedded one is meant and none runs.
        """
        return KafkaExaminer(self._connection(), system_clock())

    def topics(self) -> TopicAdmin:
        """Who knows the topics; raises as `broker` does."""
        return KafkaTopicAdmin(self._connection(), system_clock())

    async def lag(self, groups: Mapping[str, Sequence[str]]) -> Sequence[PartitionLag]:
        """The lag of the groups on their topics.

        Raises:
            UnavailableError: the broker cannot be used, or a topic is missing.
        """
        reader = KafkaLagReader(self._connection(), system_clock(), self._seconds)
        await reader.start()
        try:
            return await reader.read(groups)
        finally:
            await reader.stop()

    def database(self) -> DatabaseExaminer:
        """Who asks the database."""
        return SqlDatabaseExaminer(self._settings.database.url.get_secret_value(), self._seconds)

    def replica(self) -> DatabaseExaminer | None:
        """Who asks the replica, where there is one."""
        url = self._settings.database.replica_url
        return None if url is None else SqlDatabaseExaminer(url.get_secret_value(), self._seconds)

    def cache(self) -> CacheExaminer:
        """Who asks the cache."""
        return RedisExaminer(self._settings.cache.url.get_secret_value(), self._seconds)

    def model(self, name: str) -> HttpModelServerExaminer:
        """Who asks a model server for its models."""
        models = self._settings.models
        return HttpModelServerExaminer(models.servers[name].base_url, models.keys.get(name), self._seconds)

    def images(self) -> StoreExaminer:
        """Who looks at the store of images."""
        return ImageStoreExaminer(self._settings.images.url.get_secret_value(), image_options(self._settings))

    def fleet(self, url: str) -> FleetReader:
        """Who asks a running worker.

        Raises:
            FleetUrlError: it is no address of one.
        """
        return HttpFleetReader(url, self._seconds)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """What the database tells of the work.

        Raises:
            DatabaseRefusedError: the schema is not this release's.
            UnavailableError: the database cannot be used.
        """
        async with operators_database(self._settings) as database:
            yield Work(
                SqlDeadLetterBox(database),
                SqlWorkflowBoard(database),
                SqlTimerStore(database),
                SqlProjectionStore(database),
                database.seals.keys,
            )

    def _connection(self) -> KafkaConnection:
        connection = kafka_connection(self._settings)
        return replace(connection, request_timeout_seconds=min(connection.request_timeout_seconds, self._seconds))
