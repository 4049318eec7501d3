"""Sharing out a group's partitions: evenly, to whom had them, and of several topics those of one number together."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata
from hypothesis import given
from hypothesis import strategies as st

from adapters.kafka.assignors import sticky_assignor

COMMANDS, ANSWERS = "poon.workflows.commands", "poon.replies.workflows"
TOPICS = {COMMANDS: 12, ANSWERS: 12}


class Cluster:
    """As much of aiokafka's metadata as an assignor asks for."""

    def __init__(self, topics: Mapping[str, int]) -> None:
        self._topics = topics

    def topics(self) -> set[str]:
        return set(self._topics)

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return set(range(self._topics[topic])) if topic in self._topics else None


class Group:
    """Members that come and go, each with an assignor of its own, as if the first were the leader."""

    def __init__(self, topics: Mapping[str, int] = TOPICS) -> None:
        self.cluster = Cluster(topics)
        self.generation = 0
        self.members: dict[str, Any] = {}
        self.shares: dict[str, set[TopicPartition]] = {}

    def join(self, *names: str) -> None:
        for name in names:
            self.members[name] = sticky_assignor(lambda: self.generation)
        self.rebalance()

    def leave(self, *names: str) -> None:
        for name in names:
            del self.members[name]
        self.rebalance()

    def rebalance(self) -> None:
        said = {name: self.said(member) for name, member in self.members.items()}
        leader = next(iter(self.members.values()))
        shares = leader.assign(self.cluster, said)
        self.generation += 1
        for name, member in self.members.items():
            told = ConsumerProtocolMemberAssignment.decode(shares[name].encode())
            member.on_assignment(told)
            self.shares[name] = set(told.partitions())
        self.shares = {name: self.shares[name] for name in self.members}

    def said(self, member: Any) -> ConsumerProtocolMemberMetadata:  # noqa: ANN401  aiokafka has no types
        return ConsumerProtocolMemberMetadata.decode(member.metadata(self.cluster.topics()).encode())

    @property
    def owners(self) -> dict[TopicPartition, str]:
        owners: dict[TopicPartition, str] = {}
        for name, share in self.shares.items():
            assert not owners.keys() & share, "nobody else has it"
            owners |= dict.fromkeys(share, name)
        return owners


def numbers(share: Iterable[TopicPartition], topic: str) -> set[int]:
    return {partition.partition for partition in share if partition.topic == topic}


def everything(topics: Mapping[str, int]) -> set[TopicPartition]:
    return {TopicPartition(topic, number) for topic, count in topics.items() for number in range(count)}


def test_members_get_the_same_numbers_of_both_topics() -> None:
    group = Group()
    group.join("a", "b", "c")
    for share in group.shares.values():
        assert numbers(share, COMMANDS) == numbers(share, ANSWERS)
        assert len(numbers(share, COMMANDS)) == 4


def test_who_stays_keeps_what_it_had() -> None:
    group = Group()
    group.join("a", "b", "c")
    before = dict(group.shares)
    group.leave("b")
    assert before["a"] < group.shares["a"]
    assert before["c"] < group.shares["c"]
    group.join("d")
    assert group.shares["d"]
    assert group.shares["a"] | group.shares["c"] | group.shares["d"] == everything(TOPICS)


def test_a_topic_with_more_partitions_leads_and_the_others_follow_as_far_as_they_go() -> None:
    topics = {COMMANDS: 6, ANSWERS: 4}
    group = Group(topics)
    group.join("a", "b")
    assert set(group.owners) == everything(topics)
    for share in group.shares.values():
        assert len(numbers(share, COMMANDS)) == 3
        assert numbers(share, ANSWERS) == numbers(share, COMMANDS) & set(range(4))


def test_a_topic_that_is_not_there_yet_keeps_nobody_from_the_other() -> None:
    group = Group({COMMANDS: 4})
    group.cluster.topics = lambda: {COMMANDS, ANSWERS}  # type: ignore[method-assign]
    group.join("a", "b")
    assert set(group.owners) == everything({COMMANDS: 4})


def test_members_of_two_releases_that_consume_different_topics_share_as_before() -> None:
    group = Group()
    group.join("new")
    old = sticky_assignor(lambda: group.generation)
    said = {"new": group.said(group.members["new"]), "old": old.metadata([COMMANDS])}
    shares = group.members["new"].assign(group.cluster, said)
    given_to = {name: set(share.partitions()) for name, share in shares.items()}
    assert given_to["new"] | given_to["old"] == everything(TOPICS)
    assert not numbers(given_to["old"], ANSWERS)


@pytest.mark.parametrize("count", [1, 7, 12])
def test_one_topic_is_shared_out_evenly(count: int) -> None:
    group = Group({COMMANDS: count})
    group.join("a", "b", "c")
    assert set(group.owners) == everything({COMMANDS: count})
    sizes = sorted(len(share) for share in group.shares.values())
    assert sizes[-1] - sizes[0] <= 1


CHANGES = st.lists(st.tuples(st.sampled_from(["join", "leave"]), st.integers(0, 7)), max_size=12)


@given(CHANGES, st.integers(1, 12), st.integers(1, 12))
def test_whoever_comes_and_goes_all_is_shared_out_once_evenly_and_by_number(
    changes: list[tuple[str, int]], commands: int, answers: int
) -> None:
    topics = {COMMANDS: commands, ANSWERS: answers}
    group = Group(topics)
    group.join("first")
    for kind, number in changes:
        name = f"m{number}"
        if kind == "join" and name not in group.members:
            group.join(name)
        elif kind == "leave" and name in group.members:
            group.leave(name)
        owners = group.owners
        assert set(owners) == everything(topics)
        for both in range(min(topics.values())):
            assert owners[TopicPartition(COMMANDS, both)] == owners[TopicPartition(ANSWERS, both)]
        led = [max(len(numbers(share, COMMANDS)), len(numbers(share, ANSWERS))) for share in group.shares.values()]
        assert max(led) - min(led) <= 1
