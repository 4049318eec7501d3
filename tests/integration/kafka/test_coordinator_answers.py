"""What a coordinator answers is understood: when it moves, and when a commit comes too late."""

from collections import Counter
from collections.abc import Collection, Sequence

import pytest
from aiokafka import OffsetAndMetadata
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import GroupLoadInProgressError, KafkaError, NotCoordinatorForGroupError
from aiokafka.protocol.commit import OffsetFetchRequest, OffsetFetchResponse_v3

from adapters.kafka.connection import KafkaConnection
from adapters.kafka.coordinator_answers import OutdatedCommitError
from adapters.kafka.intake import IntakeOptions, KafkaIntake
from adapters.kafka.publisher import KafkaPublisher
from tests.integration.kafka.test_intake import Member
from tests.services.kafka import KafkaService, fresh_name
from tests.services.waiting import eventually
from workers.ports.messages import CommitPoint, OutgoingRecord, Partition, RawRecord, StaleAssignmentError

pytestmark = pytest.mark.integration


class Sink:
    """Remembers what it is given."""

    def __init__(self) -> None:
        self.records: list[RawRecord] = []
        self.owned: set[Partition] = set()

    def polled(self) -> None:
        pass

    def accept(self, records: Sequence[RawRecord]) -> None:
        self.records += records

    async def assigned(self, partitions: Collection[Partition]) -> None:
        self.owned = set(partitions)

    async def revoked(self, partitions: Collection[Partition]) -> None:
        self.owned -= set(partitions)


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """How many fetches of offsets were answered as by a broker that is no coordinator now, by error code.

    So Kafka answers from the second version of the request on: no topics, one error.
    """
    answers: Counter[int] = Counter()
    send = AIOKafkaClient.send

    async def refusing(client: AIOKafkaClient, node: int, request: object, **rest: object) -> object:
        code = (NotCoordinatorForGroupError.errno, GroupLoadInProgressError.errno)[answers.total() % 2]
        if isinstance(request, OffsetFetchRequest) and answers[code] < 2:
            answers[code] += 1
            return OffsetFetchResponse_v3(0, [], code)
        return await send(client, node, request, **rest)

    monkeypatch.setattr(AIOKafkaClient, "send", refusing)
    return answers


async def test_a_coordinator_that_moves_sends_nobody_back_to_the_beginning(
    kafka_service: KafkaService, refused: Counter[int]
) -> None:
    topic, group = kafka_service.fresh_topic(), fresh_name()
    connection = KafkaConnection(kafka_service.bootstrap_servers)
    publisher = KafkaPublisher(connection, "test")
    await publisher.start()
    await publisher.publish([OutgoingRecord(topic, b"k", str(number).encode()) for number in range(4)])
    await publisher.stop()

    async def consumed(count: int, commit: CommitPoint | None) -> list[int]:
        """The offsets of the first records that a new member is given."""
        session = 6.0 if kafka_service.embedded is None else 3.0
        intake, sink = KafkaIntake(connection, IntakeOptions(group, [topic], session_timeout=session)), Sink()
        await intake.start(sink)
        await eventually(lambda: len(sink.records) >= count, f"{count} records")
        if commit is not None:
            await intake.commit({Partition(topic, 0): commit})
        await intake.stop()
        return [record.offset for record in sink.records]

    assert await consumed(4, CommitPoint(3)) == [0, 1, 2, 3]
    refused.clear()
    assert await consumed(1, None) == [3], "not the whole topic again"
    assert refused.total() > 1, "the member asked while the coordinator was moving"


async def test_a_coordinator_that_moves_does_not_hide_what_was_committed(
    kafka_service: KafkaService, refused: Counter[int]
) -> None:
    topic, group = kafka_service.fresh_topic(), fresh_name()
    connection = KafkaConnection(kafka_service.bootstrap_servers)
    session = 6.0 if kafka_service.embedded is None else 3.0
    intake, sink = KafkaIntake(connection, IntakeOptions(group, [topic], session_timeout=session)), Sink()
    await intake.start(sink)
    await eventually(lambda: sink.owned, "an assignment")
    partition, point = Partition(topic, 0), CommitPoint(3, "note")
    await intake.commit({partition: point})
    refused.clear()
    assert await intake.committed([partition]) == {partition: point}
    assert refused.total() > 1
    await intake.stop()


async def test_a_member_that_was_thrown_out_commits_nothing(kafka_service: KafkaService) -> None:
    topic, group = kafka_service.fresh_topic(), fresh_name()
    async with Member(kafka_service, topic, group) as member:
        await eventually(lambda: member.sink.owned, "an assignment")
        consumer = member.intake._consumer  # noqa: SLF001
        assert consumer is not None
        consumer._coordinator.reset_generation()  # noqa: SLF001
        with pytest.raises(StaleAssignmentError, match="thrown out"):
            await member.intake.commit({Partition(topic, 0): CommitPoint(0)})
        await eventually(lambda: member.sink.assignments > 1, "it to join anew")


async def test_commits_that_wait_behind_a_rebalance_do_not_cause_the_next(kafka_service: KafkaService) -> None:
    topic, group = kafka_service.fresh_topic(partitions=2), fresh_name()
    async with Member(kafka_service, topic, group) as one, Member(kafka_service, topic, group) as two:
        await eventually(lambda: len(one.sink.owned) == len(two.sink.owned) == 1, "a partition each")
        consumer = one.intake._consumer  # noqa: SLF001
        assert consumer is not None
        before = one.sink.assignments
        # As a heartbeat that comes too late makes it: the member joins anew, and waits for the other to notice.
        consumer._coordinator.reset_generation()  # noqa: SLF001
        refused = 0
        while not await committed(one, CommitPoint(0)):
            refused += 1
        assert refused, "commits waited behind the request to join"
        assert one.sink.assignments == before + 1
        assert await committed(one, CommitPoint(0))
        assert one.sink.assignments == before + 1, "and the member was left in peace"


async def committed(member: Member, point: CommitPoint) -> bool:
    """Try to commit what the member has, without asking whether it is a member at all, as the intake does first."""
    consumer = member.intake._consumer  # noqa: SLF001
    assert consumer is not None
    try:
        await consumer.commit({partition: OffsetAndMetadata(*point) for partition in consumer.assignment()})
    except (KafkaError, OutdatedCommitError):
        return False
    return bool(member.sink.owned)
