"""The broker's topics as an operator sees them, and how they differ from the registry."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from contracts.topics import Topic


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic as the broker has it.

    Attributes:
        config: its settings; None where the broker does not tell them.
    """

    name: str
    partitions: int
    config: Mapping[str, str] | None


class DifferenceKind(StrEnum):
    """How a topic can differ."""

    MISSING = "missing"
    PARTITIONS = "partitions"
    CONFIG = "config"


@dataclass(frozen=True, slots=True)
class TopicDifference:
    """One thing about a topic that is not as the registry says.

    Attributes:
        setting: ``partitions`` or the name of the broker-side setting; None for a missing topic.
    """

    topic: Topic
    kind: DifferenceKind
    setting: str | None = None
    wanted: str | None = None
    found: str | None = None

    def __str__(self) -> str:
        """One line for people."""
        if self.kind is DifferenceKind.MISSING:
            return f"{self.topic.name} is missing"
        return f"{self.topic.name} {self.setting} is {self.found}, the registry says {self.wanted}"


def topic_differences(registry: Iterable[Topic], states: Mapping[str, TopicState]) -> tuple[TopicDifference, ...]:
    """Compare the registry with the broker. More partitions than asked for are fine: they are never taken away."""
    return tuple(difference for topic in registry for difference in _differences_of(topic, states.get(topic.name)))


def _differences_of(topic: Topic, state: TopicState | None) -> list[TopicDifference]:
    if state is None:
        return [TopicDifference(topic, DifferenceKind.MISSING)]
    found: list[TopicDifference] = []
    if state.partitions < topic.partitions:
        found.append(
            TopicDifference(
                topic,
                DifferenceKind.PARTITIONS,
                "partitions",
                str(topic.partitions),
                str(state.partitions),
            )
        )
    config = topic.config if state.config is None else state.config
    found.extend(
        TopicDifference(topic, DifferenceKind.CONFIG, setting, wanted, config.get(setting))
        for setting, wanted in topic.config.items()
        if config.get(setting) != wanted
    )
    return found


class UnmanagedTopicsError(Exception):
    """The broker does not let topics be created or changed; says why and what holds instead."""


class TopicAdmin(Protocol):
    """Looks after the topics of a broker."""

    async def check_broker(self) -> None:
        """Make sure the broker answers.

        Raises:
            UnavailableError: it does not, within a bounded time; names the address and what to check.
        """
        ...

    async def describe(self, names: Iterable[str]) -> Mapping[str, TopicState]:
        """Those of the topics that exist. Never creates one.

        Raises:
            UnavailableError: the broker cannot be reached.
        """
        ...

    async def apply(self, differences: Sequence[TopicDifference]) -> None:
        """Make the differences go away: create, add partitions, set settings. Repeating it is safe.

        Returns once the broker shows the change.

        Adding partitions moves keys to other partitions, so that order by key holds only for what is sent
        afterwards: leave those differences out unless the topic is drained.

        Raises:
            UnavailableError: the broker cannot be reached or refuses.
            UnmanagedTopicsError: the broker manages its topics itself.
        """
        ...
