"""The consuming side on a real broker: raw records, explicit offsets, rebalances."""

from collections.abc import Collection, Sequence
from typing import Self

import pytest

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.intake import IntakeOptions, KafkaIntake
from adapters.kafka.publisher import KafkaPublisher
from tests.services.kafka import KafkaService, fresh_name
from tests.services.waiting import eventually
from workers.ports.errors import UnavailableError
from workers.ports.messages import CommitPoint, OutgoingRecord, Partition, RawRecord, StaleAssignmentError

pytestmark = pytest.mark.integration


class Sink:
    """Remembers what it is given."""

    def __init__(self) -> None:
        self.records: list[RawRecord] = []
        self.owned: set[Partition] = set()
        self.assignments = 0

    def polled(self) -> None:
        """Nothing to remember."""

    def accept(self, records: Sequence[RawRecord]) -> None:
        self.records += records

    async def assigned(self, partitions: Collection[Partition]) -> None:
        self.owned = set(partitions)
        self.assignments += 1

    async def revoked(self, partitions: Collection[Partition]) -> None:
        self.owned -= set(partitions)

    @property
    def values(self) -> list[bytes | None]:
        return [record.value for record in self.records]


class Member:
    """An intake with its sink; a member of the group for the length of an `async with`."""

    def __init__(self, kafka: KafkaService, topic: str, group: str, *more: str) -> None:
        self.sink = Sink()
        session = 6.0 if kafka.embedded is None else 3.0
        self.intake = KafkaIntake(
            KafkaConnection(kafka.bootstrap_servers),
            IntakeOptions(group, [topic, *more], session_timeout=session, rebalance_timeout=6.0),
        )

    async def __aenter__(self) -> Self:
        await self.intake.start(self.sink)
        await eventually(lambda: self.sink.assignments, "an assignment")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.intake.stop()


async def publish(kafka: KafkaService, topic: str, values: Sequence[bytes], key: bytes = b"k") -> None:
    publisher = KafkaPublisher(KafkaConnection(kafka.bootstrap_servers), "test")
    await publisher.start()
    await publisher.publish([OutgoingRecord(topic, key, value, (("n", b"\xff\x00"),)) for value in values])
    await publisher.stop()


async def test_records_arrive_raw_and_in_order_whatever_their_headers_hold(kafka_service: KafkaService) -> None:
    topic = kafka_service.fresh_topic()
    await publish(kafka_service, topic, [b"1", b"\xff", b"3"])
    async with Member(kafka_service, topic, fresh_name()) as member:
        await eventually(lambda: len(member.sink.records) == 3, "three records")
    assert member.sink.values == [b"1", b"\xff", b"3"]
    assert list(member.sink.records[0].headers) == [("n", b"\xff\x00")]


async def test_a_new_member_goes_on_at_the_committed_offset_and_not_at_the_position(
    kafka_service: KafkaService,
) -> None:
    topic, group = kafka_service.fresh_topic(), fresh_name()
    await publish(kafka_service, topic, [b"1", b"2", b"3"])
    async with Member(kafka_service, topic, group) as first:
        await eventually(lambda: len(first.sink.records) == 3, "three records")
        await first.intake.commit({Partition(topic, 0): CommitPoint(1, "a note")})
    async with Member(kafka_service, topic, group) as second:
        await eventually(lambda: len(second.sink.records) == 2, "the uncommitted records")
    assert second.sink.values == [b"2", b"3"]


async def test_the_note_beside_a_committed_offset_is_read_back_by_the_next_owner(kafka_service: KafkaService) -> None:
    topic, group = kafka_service.fresh_topic(partitions=2), fresh_name()
    await publish(kafka_service, topic, [b"1", b"2"])
    point = CommitPoint(1, "f1 " + "1-1," * 900)
    async with Member(kafka_service, topic, group) as first:
        await first.intake.commit({Partition(topic, 0): point})
    async with Member(kafka_service, topic, group) as second:
        partitions = [Partition(topic, 0), Partition(topic, 1)]
        assert await second.intake.committed(partitions) == {Partition(topic, 0): point}


async def test_records_larger_than_a_fetch_of_their_partition_arrive_beside_small_ones(
    kafka_service: KafkaService,
) -> None:
    topic = kafka_service.fresh_topic(partitions=3)
    size = 2 * IntakeOptions("g", [topic]).partition_fetch_bytes
    for number in range(6):
        await publish(kafka_service, topic, [bytes([number]) * size], f"large-{number}".encode())
        await publish(kafka_service, topic, [b"small"], f"small-{number}".encode())
    async with Member(kafka_service, topic, fresh_name()) as member:
        await eventually(lambda: len(member.sink.records) == 12, "twelve records")
    assert sorted(len(value or b"") for value in member.sink.values) == [5] * 6 + [size] * 6


async def test_a_paused_partition_delivers_nothing_until_it_is_resumed(kafka_service: KafkaService) -> None:
    topic = kafka_service.fresh_topic(partitions=2)
    partitions = [Partition(topic, 0), Partition(topic, 1), Partition(topic, 7)]
    async with Member(kafka_service, topic, fresh_name()) as member:
        member.intake.pause(partitions)
        await publish(kafka_service, topic, [b"held"])
        async with Member(kafka_service, topic, fresh_name()) as probe:
            await eventually(lambda: probe.sink.records, "the record at another group")
        assert member.sink.records == []
        member.intake.resume(partitions)
        await eventually(lambda: member.sink.values == [b"held"], "the resumed record")


async def test_partitions_move_to_a_second_member_and_back(kafka_service: KafkaService) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("a group of the embedded broker is for one member at a time")
    topic, group = kafka_service.fresh_topic(partitions=4), fresh_name()
    async with Member(kafka_service, topic, group) as first:
        assert len(first.sink.owned) == 4
        async with Member(kafka_service, topic, group) as second:
            await eventually(lambda: len(first.sink.owned) == len(second.sink.owned) == 2, "an even share")
            assert first.sink.owned | second.sink.owned == {Partition(topic, number) for number in range(4)}
        await eventually(lambda: len(first.sink.owned) == 4, "all partitions back")


async def test_two_topics_of_a_group_go_to_its_members_by_number(kafka_service: KafkaService) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("a group of the embedded broker is for one member at a time")
    topics, group = [kafka_service.fresh_topic(partitions=6) for _ in range(2)], fresh_name()

    def numbers(member: Member) -> list[set[int]]:
        return [{each.number for each in member.sink.owned if each.topic == topic} for topic in topics]

    async with Member(kafka_service, topics[0], group, topics[1]) as first:
        assert numbers(first) == [set(range(6))] * 2
        async with Member(kafka_service, topics[0], group, topics[1]) as second:
            await eventually(lambda: len(first.sink.owned) == len(second.sink.owned) == 6, "an even share")
            assert numbers(first)[0] == numbers(first)[1]
            assert numbers(second) == [set(range(6)) - numbers(first)[0]] * 2
        await eventually(lambda: len(first.sink.owned) == 12, "all partitions back")


async def test_offsets_of_partitions_somebody_else_owns_are_not_committed(kafka_service: KafkaService) -> None:
    topic = kafka_service.fresh_topic()
    async with Member(kafka_service, topic, fresh_name()) as member:
        await member.intake.commit({Partition("other", 3): CommitPoint(99)})
    with pytest.raises(StaleAssignmentError):
        await member.intake.commit({Partition(topic, 0): CommitPoint(1)})


async def test_a_missing_topic_is_named_with_its_cure(kafka_service: KafkaService) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker creates a topic that is asked for")
    missing = Member(kafka_service, "poon.nowhere", fresh_name())
    with pytest.raises(UnavailableError, match=r"poon\.nowhere.*poon topics apply"):
        await missing.intake.start(missing.sink)


async def test_an_unreachable_broker_is_named_with_its_setting(unused_tcp_port: int) -> None:
    address = f"127.0.0.1:{unused_tcp_port}"
    intake = KafkaIntake(KafkaConnection(address), IntakeOptions(group_id="g", topics=["t"]))
    with pytest.raises(UnavailableError, match=rf"{address}.*POON_KAFKA__BOOTSTRAP_SERVERS"):
        await intake.start(Sink())


async def test_an_intake_that_never_started_stops_and_pauses_without_complaint() -> None:
    intake = KafkaIntake(KafkaConnection("127.0.0.1:1"), IntakeOptions(group_id="g", topics=["t"]))
    intake.pause([Partition("t", 0)])
    intake.resume([Partition("t", 0)])
    await intake.stop()
    with pytest.raises(StaleAssignmentError):
        await intake.commit({Partition("t", 0): CommitPoint(1)})
