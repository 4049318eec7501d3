"""`BrokerExaminer` on Kafka: asks for metadata, groups and time-stamps, and changes nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any, Final

from aiokafka.conn import AIOKafkaConnection, collect_hosts
from aiokafka.errors import KafkaError
from aiokafka.protocol.admin import ApiVersionRequest
from confluent_kafka import ConsumerGroupState, ConsumerGroupType, KafkaException, TopicPartition
from confluent_kafka import KafkaError as LibraryError
from confluent_kafka.admin import AdminClient, ClusterMetadata, OffsetSpec  # type: ignore[attr-defined]  # see admin.py

from adapters.kafka.connection import KafkaConnection, TlsFileError
from adapters.kafka.diagnosis import find_obstacle, unreachable
from workers.ports.clock import Clock
from workers.ports.errors import UnavailableError
from workers.ports.examining import BrokerState, GroupState
from workers.ports.messages import Partition

_LIST_OFFSETS: Final = 2
_SINCE_3_0: Final = 7
"""The version of the request for offsets that Kafka 3.0 brought; a broker does not tell its own version."""
_BETWEEN_LEADERS: Final = frozenset(
    {
        LibraryError.NOT_LEADER_FOR_PARTITION,
        LibraryError.LEADER_NOT_AVAILABLE,
        LibraryError.FENCED_LEADER_EPOCH,
        LibraryError.UNKNOWN_LEADER_EPOCH,
        LibraryError.UNKNOWN_TOPIC_OR_PART,
    }
)
"""The broker is well; a partition has another leader, or none yet, as after a start. `state` tells of those."""
_COORDINATOR_SOON: Final = frozenset(
    {
        LibraryError.COORDINATOR_LOAD_IN_PROGRESS,
        LibraryError.COORDINATOR_NOT_AVAILABLE,
        LibraryError.NOT_COORDINATOR,
    }
)
"""What a group's coordinator answers while it starts or moves, on a new cluster for the first second."""
_PAUSE_SECONDS: Final = 0.2
_GONE: Final = frozenset({ConsumerGroupState.DEAD})

_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())


class _UntoldError(Exception):
    """The broker does not tell groups."""


class KafkaExaminer:
    """`BrokerExaminer` on Kafka."""

    def __init__(self, connection: KafkaConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._timeout = connection.request_timeout_seconds
        # Kept for as long as this is: a client that is dropped takes the answers that are under way along.
        self._admin: AdminClient | None = None

    async def state(self, topics: Collection[str]) -> BrokerState:
        try:
            obstacle = await find_obstacle(self._connection)
        except TlsFileError as error:
            raise UnavailableError(str(error)) from None
        if obstacle is not None:
            raise obstacle
        cluster = await self._metadata()
        is_managed = cluster.controller_id in cluster.brokers
        places = {
            Partition(name, number): part
            for name in topics
            if name in cluster.topics
            for number, part in cluster.topics[name].partitions.items()
        }
        return BrokerState(
            len(cluster.brokers),
            not is_managed or await self._is_supported(),
            is_managed,
            tuple(place for place, part in places.items() if part.leader not in cluster.brokers),
            tuple(place for place, part in places.items() if len(part.isrs) < len(part.replicas)),
        )

    async def groups(self, names: Sequence[str]) -> Mapping[str, GroupState] | None:
        found: dict[str, GroupState] = {}
        end = self._clock.monotonic() + self._timeout
        left = list(names)
        try:
            while left:
                asked = self._client().describe_consumer_groups(left, request_timeout=self._timeout)
                may_wait = self._clock.monotonic() < end
                told = {name: await self._described(name, future, may_wait) for name, future in asked.items()}
                found |= {name: _group(group) for name, group in told.items() if group and group.state not in _GONE}
                left = [name for name, group in told.items() if group is None]
                if left:
                    await self._clock.sleep(_PAUSE_SECONDS)
        except _UntoldError:
            return None
        return found

    async def _described(self, name: str, future: Future[Any], may_wait: bool) -> Any | None:  # noqa: ANN401, FBT001  see `_group`
        """A group; None where its coordinator wants to be asked again."""
        try:
            return await asyncio.wrap_future(future)
        except KafkaException as error:
            refused = error.args[0]
        if refused.code() == LibraryError._UNSUPPORTED_FEATURE:  # noqa: SLF001  its public name for it
            raise _UntoldError
        if may_wait and refused.code() in _COORDINATOR_SOON:
            return None
        reason = f"{refused.str().strip(': ')} of {name}: {refused.name()}"
        raise unreachable(self._connection, reason)

    async def latest(self, topics: Mapping[str, int]) -> Mapping[str, datetime]:
        wanted = {
            TopicPartition(name, number): OffsetSpec.max_timestamp()  # type: ignore[no-untyped-call]
            for name, partitions in topics.items()
            for number in range(partitions)
        }
        found: dict[str, int] = {}
        for place, future in self._client().list_offsets(wanted, request_timeout=self._timeout).items():
            try:
                moment = (await asyncio.wrap_future(future)).timestamp
            except KafkaException as error:
                if error.args[0].code() in _BETWEEN_LEADERS:
                    continue
                raise unreachable(self._connection, error.args[0].str()) from None
            found[place.topic] = max(found.get(place.topic, -1), moment)
        return {name: datetime.fromtimestamp(at / 1000, UTC) for name, at in found.items() if at > 0}

    async def _metadata(self) -> ClusterMetadata:
        try:
            return await asyncio.to_thread(self._client().list_topics, timeout=self._timeout)
        except KafkaException as error:
            raise unreachable(self._connection, error.args[0].str()) from None

    async def _is_supported(self) -> bool:
        """Whether the first broker that answers speaks the protocol of Kafka 3.0."""
        options = self._connection.aiokafka_options()
        for host, port, _ in collect_hosts(options.pop("bootstrap_servers"), randomize=False):
            broker = AIOKafkaConnection(host, port, **options)
            try:
                await broker.connect()
                told = await broker.send(ApiVersionRequest())
            except (OSError, KafkaError):
                continue
            finally:
                closed = broker.close()
                if closed is not None:
                    await closed
            newest = {key: version for key, _, version in told.api_versions}
            return bool(newest.get(_LIST_OFFSETS, 0) >= _SINCE_3_0)
        return True  # one that answered a moment ago; that it is away now is told by others

    def _client(self) -> AdminClient:
        if self._admin is None:
            self._admin = AdminClient({**self._connection.librdkafka_options(), "log_level": 0}, logger=_log)
        return self._admin


def _group(told: Any) -> GroupState:  # noqa: ANN401  the library's stubs export no name for it
    return GroupState(
        told.state.name.lower().replace("_", " "),
        told.partition_assignor or "",
        told.type in {ConsumerGroupType.CLASSIC, ConsumerGroupType.UNKNOWN},
        len(told.members),
        frozenset(
            Partition(place.topic, place.partition)
            for member in told.members
            if member.assignment is not None
            for place in member.assignment.topic_partitions
        ),
    )
