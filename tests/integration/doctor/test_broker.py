"""What a doctor sees of a real broker, and that the findings which rest on it come about."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from confluent_kafka import Producer

from adapters.clock import SystemClock
from adapters.kafka.assignors import sticky_assignor
from adapters.kafka.connection import Credentials, KafkaConnection
from adapters.kafka.examining import KafkaExaminer
from tests.services.kafka import KafkaService, fresh_name
from tests.services.waiting import eventually
from workers.entrypoints.doctor.broker import judge_broker, judge_groups
from workers.entrypoints.lags import Lag, LagRow
from workers.ports.errors import UnavailableError
from workers.ports.examining import GroupState
from workers.ports.messages import Partition

pytestmark = pytest.mark.integration


@pytest.fixture
def examiner(kafka_service: KafkaService) -> KafkaExaminer:
    return KafkaExaminer(KafkaConnection(kafka_service.bootstrap_servers, request_timeout_seconds=10), SystemClock())


@asynccontextmanager
async def member(kafka: KafkaService, topic: str, group: str, assignor: type) -> AsyncIterator[None]:
    """A member of a group, for as long as this lasts."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=kafka.bootstrap_servers,
        group_id=group,
        partition_assignment_strategy=(assignor,),
    )
    await consumer.start()
    try:
        yield
    finally:
        await consumer.stop()


async def told(examiner: KafkaExaminer, group: str) -> GroupState:
    """The group once it is stable."""
    found: dict[str, GroupState] = {}

    async def is_stable() -> bool:
        groups = await examiner.groups([group])
        if groups is None:
            pytest.skip("the embedded broker does not tell groups")
        found.update(groups)
        return group in groups and groups[group].state == "stable"

    await eventually(is_stable, "a stable group")
    return found[group]


def rows(group: str, topic: str, partitions: int) -> list[LagRow]:
    return [LagRow(group, topic, number, 0, 0, Lag(0, 0, None)) for number in range(partitions)]


async def test_a_healthy_broker_has_no_findings(examiner: KafkaExaminer, kafka_service: KafkaService) -> None:
    topic = kafka_service.fresh_topic(partitions=2)
    state = await examiner.state([topic, "poon.never.made"])
    assert state.brokers >= 1
    assert list(judge_broker(state)) == []


async def test_a_group_of_ours_owns_everything_and_has_no_findings(
    examiner: KafkaExaminer, kafka_service: KafkaService
) -> None:
    topic, group = kafka_service.fresh_topic(partitions=2), fresh_name("group")
    async with member(kafka_service, topic, group, sticky_assignor(lambda: -1)):
        state = await told(examiner, group)
    assert state.owned == {Partition(topic, 0), Partition(topic, 1)}
    assert (state.protocol, state.members, state.is_classic) == ("sticky", 1, True)
    assert list(judge_groups({group: state}, rows(group, topic, 2), {group: "texts"})) == []


async def test_a_member_of_another_kind_and_one_of_another_topic_are_found_out(
    examiner: KafkaExaminer, kafka_service: KafkaService
) -> None:
    topic, group = kafka_service.fresh_topic(partitions=1), fresh_name("group")
    async with member(kafka_service, topic, group, RangePartitionAssignor):
        state = await told(examiner, group)
    foreign, orphan = judge_groups({group: state}, rows(group, "poon.texts.commands", 1), {group: "texts"})
    assert "by another protocol (range)" in foreign.what
    assert orphan.what == "nobody owns poon.texts.commands-0"


async def test_a_group_that_is_not_there_is_worked_for_by_nobody(examiner: KafkaExaminer) -> None:
    group = fresh_name("group")
    groups = await examiner.groups([group])
    if groups is None:
        pytest.skip("the embedded broker does not tell groups")
    (finding,) = judge_groups(groups, rows(group, "poon.texts.commands", 1), {group: "texts"})
    assert finding.what == "nobody works for texts; nothing waits"


async def test_the_latest_time_stamp_is_that_of_the_record_from_the_future(
    examiner: KafkaExaminer, kafka_service: KafkaService
) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker does not tell time-stamps")
    topic, empty = kafka_service.fresh_topic(partitions=2), kafka_service.fresh_topic()
    # Kafka 4 refuses records that are more than an hour ahead of it.
    ahead = SystemClock().now().replace(microsecond=0) + timedelta(minutes=30)
    producer = Producer({"bootstrap.servers": kafka_service.bootstrap_servers})
    for partition, at in ((0, ahead - timedelta(days=9)), (1, ahead), (1, ahead - timedelta(days=1))):
        producer.produce(topic, b"x", partition=partition, timestamp=int(at.timestamp() * 1000))
    assert producer.flush(30) == 0
    assert await examiner.latest({topic: 2, empty: 1}) == {topic: ahead}


async def test_a_broker_that_is_away_is_told_within_its_time() -> None:
    away = KafkaExaminer(KafkaConnection("127.0.0.1:1", request_timeout_seconds=2), SystemClock())
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:1 \(PLAINTEXT\) cannot be used"):
        await away.state([])


async def test_the_wrong_security_is_told_as_such(kafka_service: KafkaService) -> None:
    wrong = KafkaConnection(
        kafka_service.bootstrap_servers,
        credentials=Credentials("PLAIN", "ben", "secret"),
        request_timeout_seconds=5,
    )
    with pytest.raises(UnavailableError, match="SASL_PLAINTEXT") as caught:
        await KafkaExaminer(wrong, SystemClock()).state([])
    assert "secret" not in str(caught.value)
