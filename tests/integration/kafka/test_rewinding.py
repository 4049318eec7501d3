"""Setting where a consumer group goes on, on the best broker there is."""

from contextlib import closing

import pytest
from confluent_kafka import Consumer, TopicPartition

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.rewinding import KafkaGroupRewinder
from tests.services.kafka import KafkaService, fresh_name
from tests.services.waiting import wait_until
from workers.ports.backups import BackupError, GroupPosition
from workers.ports.errors import UnavailableError
from workers.ports.messages import Partition

pytestmark = pytest.mark.integration


@pytest.fixture
def kafka(kafka_service: KafkaService) -> KafkaService:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker lets nobody set a group's offsets")
    return kafka_service


def consumer(kafka: KafkaService, group: str) -> Consumer:
    return Consumer({"bootstrap.servers": kafka.bootstrap_servers, "group.id": group, "enable.auto.commit": False})


async def test_a_group_without_members_goes_on_where_it_is_told_and_its_metadata_is_gone(kafka: KafkaService) -> None:
    topic, group = kafka.fresh_topic(partitions=2), fresh_name("group")
    with closing(consumer(kafka, group)) as members:
        members.assign([TopicPartition(topic, 0, 0)])
        members.commit(offsets=[TopicPartition(topic, 0, 7, "f1 2-3")], asynchronous=False)
    positions = [GroupPosition(group, Partition(topic, number), number + 3) for number in range(2)]
    for _ in range(2):
        await KafkaGroupRewinder(KafkaConnection(kafka.bootstrap_servers)).rewind(positions)
        with closing(consumer(kafka, group)) as members:
            found = members.committed([TopicPartition(topic, 0), TopicPartition(topic, 1)], timeout=30)
        assert [(one.offset, one.metadata or "") for one in found] == [(3, ""), (4, "")]


async def test_a_group_with_members_is_refused_with_the_cure(kafka: KafkaService) -> None:
    topic, group = kafka.fresh_topic(partitions=1), fresh_name("group")
    with closing(consumer(kafka, group)) as members:
        members.subscribe([topic])
        wait_until(lambda: members.poll(0.2) is not None or members.assignment(), "the group to form")
        with pytest.raises(BackupError, match=f"the group {group} still has members: stop the fleet"):
            await KafkaGroupRewinder(KafkaConnection(kafka.bootstrap_servers)).rewind(
                [GroupPosition(group, Partition(topic, 0), 0)]
            )


async def test_a_topic_that_is_not_there_is_refused(kafka: KafkaService) -> None:
    with pytest.raises(UnavailableError, match="offsets of"):
        await KafkaGroupRewinder(KafkaConnection(kafka.bootstrap_servers)).rewind(
            [GroupPosition(fresh_name("group"), Partition("poon.nobody.commands", 0), 0)]
        )


async def test_a_broker_that_is_away_is_told() -> None:
    with pytest.raises(UnavailableError, match="cannot be used"):
        await KafkaGroupRewinder(KafkaConnection("127.0.0.1:1", request_timeout_seconds=1.0)).rewind([])
