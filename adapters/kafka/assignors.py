"""How the group's leader shares partitions out: as evenly as can be, and otherwise to whom had them.

The eager protocol takes all partitions from everybody at every rebalance. With aiokafka's default, round robin over
member ids, a member that comes back under a new id may find its partitions swapped with another's: what both had in
flight is cancelled and done again, and what they could not commit before is published again.

aiokafka's sticky assignor keeps its memory in the class, which the consumers of one process would share, and is never
told the generation, by which the claims of a member that was thrown out give way. So each consumer gets a class of its
own, which asks for the generation.

A group of several topics gets the partitions of one number together. The records of one key have one number in all of
them, so one member has the key to itself, as workflows need it, whose commands and answers come on two topics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata


def sticky_assignor(generation: Callable[[], int]) -> type[StickyPartitionAssignor]:
    """A sticky assignor for one consumer.

    Args:
        generation: the generation of the group the consumer belongs to at the moment; -1 once it was thrown out.
    """

    class OwnStickyAssignor(StickyPartitionAssignor):
        @classmethod
        def metadata(cls, topics: Iterable[str]) -> Any:  # noqa: ANN401  aiokafka ships no types
            cls.generation = generation()
            return super().metadata(topics)

        @classmethod
        def assign(cls, cluster: Any, members: Mapping[str, Any]) -> Any:  # noqa: ANN401  aiokafka ships no types
            """Shares one topic out, the one with the most partitions, and gives the others' after it."""
            topics = _topics_of_all(members)
            if len(topics) < 2:  # noqa: PLR2004  nothing to bring together
                return super().assign(cluster, members)
            numbers = {topic: cluster.partitions_for_topic(topic) or set() for topic in topics}
            leading = max(topics, key=lambda topic: (len(numbers[topic]), topic))
            shares = super().assign(cluster, {name: _only(leading, cls, each) for name, each in members.items()})
            return {name: _of_all(share, numbers) for name, share in shares.items()}

    return OwnStickyAssignor


def _topics_of_all(members: Mapping[str, Any]) -> frozenset[str]:
    """The topics of a group, if all members consume the same: between two releases they may not."""
    subscriptions = {frozenset(member.subscription) for member in members.values()}
    return subscriptions.pop() if len(subscriptions) == 1 else frozenset()


def _only(topic: str, assignor: type[StickyPartitionAssignor], member: Any) -> Any:  # noqa: ANN401  aiokafka has no types
    """What a member says of itself, as if it consumed one topic only."""
    said = assignor.parse_member_metadata(member)
    claims = [partition for partition in said.partitions if partition.topic == topic]
    user_data = assignor._metadata([topic], claims, said.generation).user_data  # noqa: SLF001  it knows the format
    return ConsumerProtocolMemberMetadata(member.version, [topic], user_data)


def _of_all(share: Any, numbers: Mapping[str, set[int]]) -> Any:  # noqa: ANN401  aiokafka ships no types
    """A share of one topic with the same numbers of all topics."""
    own = {number for _, partitions in share.assignment for number in partitions}
    assignment = [(topic, sorted(own & there)) for topic, there in sorted(numbers.items()) if own & there]
    return ConsumerProtocolMemberAssignment(share.version, assignment, share.user_data)
