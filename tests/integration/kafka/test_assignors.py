"""Partitions stay with whoever has them, as far as they can be shared evenly."""

from contextlib import AsyncExitStack

import pytest

from tests.integration.kafka.test_intake import Member
from tests.services.kafka import KafkaService, fresh_name
from tests.services.waiting import eventually
from workers.ports.messages import Partition

pytestmark = pytest.mark.integration


def shared(members: list[Member], *sizes: int) -> bool:
    """Whether every member has so many partitions, and nobody another's."""
    owned = [member.sink.owned for member in members]
    return [len(each) for each in owned] == list(sizes) and len(set[Partition]().union(*owned)) == sum(sizes)


async def test_a_member_that_comes_or_goes_moves_no_more_partitions_than_it_must(kafka_service: KafkaService) -> None:
    topic, group = kafka_service.fresh_topic(partitions=6), fresh_name()
    async with Member(kafka_service, topic, group) as one, Member(kafka_service, topic, group) as two:
        await eventually(lambda: shared([one, two], 3, 3), "three partitions each")
        before = [set(one.sink.owned), set(two.sink.owned)]
        async with Member(kafka_service, topic, group) as three:
            await eventually(lambda: shared([one, two, three], 2, 2, 2), "two partitions each")
            assert one.sink.owned < before[0]
            assert two.sink.owned < before[1]
            meanwhile = [set(one.sink.owned), set(two.sink.owned)]
        await eventually(lambda: shared([one, two], 3, 3), "three partitions each again")
        assert one.sink.owned > meanwhile[0]
        assert two.sink.owned > meanwhile[1]


async def test_groups_of_one_process_remember_each_its_own(kafka_service: KafkaService) -> None:
    topics = [kafka_service.fresh_topic(partitions=4) for _ in range(2)]
    groups = [fresh_name() for _ in range(2)]
    async with AsyncExitStack() as stack:
        pairs = [
            [await stack.enter_async_context(Member(kafka_service, topic, group)) for _ in range(2)]
            for topic, group in zip(topics, groups, strict=True)
        ]
        for pair in pairs:
            await eventually(lambda pair=pair: shared(pair, 2, 2), "two partitions each")  # type: ignore[misc]
        before = [[set(member.sink.owned) for member in pair] for pair in pairs]
        async with AsyncExitStack() as guests:
            for topic, group in zip(topics, groups, strict=True):
                await guests.enter_async_context(Member(kafka_service, topic, group))
        for pair in pairs:
            await eventually(lambda pair=pair: shared(pair, 2, 2), "two partitions each again")  # type: ignore[misc]
        kept = [
            len(member.sink.owned & had) >= 1
            for pair, sets in zip(pairs, before, strict=True)
            for member, had in zip(pair, sets, strict=True)
        ]
        assert all(kept)


async def test_a_member_that_was_thrown_out_gives_way_to_who_took_over(kafka_service: KafkaService) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("needs a broker that throws members out")
    topic, group = kafka_service.fresh_topic(partitions=4), fresh_name()
    async with Member(kafka_service, topic, group) as one, Member(kafka_service, topic, group) as two:
        await eventually(lambda: shared([one, two], 2, 2), "two partitions each")
        kept = set(two.sink.owned)
        consumer = one.intake._consumer  # noqa: SLF001
        assert consumer is not None
        # As a heartbeat that comes too late makes it: the member asks to join anew, under a new id.
        consumer._coordinator.reset_generation()  # noqa: SLF001
        await eventually(lambda: one.sink.assignments >= 3, "the member that comes back")
        await eventually(lambda: shared([one, two], 2, 2), "two partitions each again")
        assert two.sink.owned == kept
