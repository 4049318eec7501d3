"""How the group's leader shares partitions out: as evenly as can be, and otherwise to whom had them.

The eager protocol takes all partitions from everybody at every rebalance. With aiokafka's default, round robin over
member ids, a member that comes back under a new id may find its partitions swapped with another's: what both had in
flight is cancelled and done again, and what they could not commit before is published again.

aiokafka's sticky assignor keeps its memory in the class, which the consumers of one process would share, and is never
told the generation, by which the claims of a member that was thrown out give way. So each consumer gets a class of its
own, which asks for the generation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor


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

    return OwnStickyAssignor
