"""`GroupRewinder` through librdkafka's admin client; aiokafka's cannot set offsets of groups."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.diagnosis import find_obstacle, unreachable
from workers.ports.backups import BackupError, GroupPosition
from workers.ports.errors import UnavailableError

_HAS_MEMBERS: Final = frozenset(
    {KafkaError.NON_EMPTY_GROUP, KafkaError.UNKNOWN_MEMBER_ID, KafkaError.REBALANCE_IN_PROGRESS}
)
_log = logging.getLogger(__name__)


class KafkaGroupRewinder:
    """`GroupRewinder` on a Kafka cluster. `timeout_seconds` bounds every answer waited for."""

    def __init__(self, connection: KafkaConnection, timeout_seconds: float = 10.0) -> None:
        self._connection = connection
        self._timeout = timeout_seconds
        if connection.tls is not None:
            connection.tls.context()  # names a wrong file; librdkafka's own message would not

    async def rewind(self, positions: Sequence[GroupPosition]) -> None:
        if obstacle := await find_obstacle(self._connection):
            raise obstacle
        places: dict[str, list[TopicPartition]] = defaultdict(list)
        for position in positions:
            # Without the metadata of a commit: what that names as finished may not be in the backup.
            places[position.group].append(TopicPartition(*position.partition, position.next_offset))
        options = {**self._connection.librdkafka_options(), "log_level": 0}
        client = AdminClient(options, logger=_log)
        for group, wanted in places.items():
            await self._rewind(client, group, wanted)

    async def _rewind(self, client: AdminClient, group: str, wanted: list[TopicPartition]) -> None:
        asked = client.alter_consumer_group_offsets(
            [ConsumerGroupTopicPartitions(group, wanted)], request_timeout=self._timeout
        )
        try:
            answer = await asyncio.wrap_future(asked[group])
        except KafkaException as error:
            raise self._refused(group, error.args[0]) from None
        if refused := [place.error for place in answer.topic_partitions if place.error is not None]:
            raise self._refused(group, refused[0])

    def _refused(self, group: str, error: KafkaError) -> BackupError | UnavailableError:
        if error.code() in _HAS_MEMBERS:
            return BackupError(
                f"the group {group} still has members: stop the fleet; a killed one leaves after its session time-out"
            )
        return unreachable(self._connection, f"offsets of {group}: {error.str()}")
