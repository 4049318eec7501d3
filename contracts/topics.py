"""Every topic: its name, key, partitions, retention and which message types travel there."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contracts.base import Message
from contracts.registry import AREAS, COMMANDS, EVENTS

DAY_MS: Final = 24 * 60 * 60 * 1000
DEFAULT_PARTITIONS: Final = 12
MAX_MESSAGE_BYTES: Final = 1_048_576
"""The largest record, bytes; fits an inline image of 512 KiB in base64."""


class TopicRole(StrEnum):
    """What a topic is for."""

    COMMANDS = "commands"
    EVENTS = "events"
    DEAD_LETTERS = "dlt"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of the fleet.

    Attributes:
        name: as the broker knows it.
        area: receipts, texts or spending.
        role: commands, events or dlt.
        key: what the record key is made of; records of one key keep their order.
        partitions: how many; more than these many workers of one area would idle.
        retention_ms: how long records stay, milliseconds.
        types: the CloudEvents types that travel here; a dead-letter topic carries whatever was sent.
    """

    name: str
    area: str
    role: TopicRole
    key: str
    partitions: int
    retention_ms: int
    types: tuple[str, ...]

    @property
    def config(self) -> dict[str, str]:
        """Broker-side settings the registry asks for."""
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(self.retention_ms),
            # A dead letter is the largest record there is, and its provenance on top.
            "max.message.bytes": str(MAX_MESSAGE_BYTES * (2 if self.role is TopicRole.DEAD_LETTERS else 1)),
        }


_MESSAGES: Final[dict[TopicRole, Mapping[str, type[Message]]]] = {
    TopicRole.COMMANDS: COMMANDS,
    TopicRole.EVENTS: EVENTS,
    TopicRole.DEAD_LETTERS: {},
}
_RETENTION_DAYS: Final = {TopicRole.COMMANDS: 7, TopicRole.EVENTS: 30, TopicRole.DEAD_LETTERS: 30}


def topic_name(area: str, role: TopicRole) -> str:
    """The name of an area's topic, for instance ``poon.texts.commands``."""
    return f"poon.{area}.{role}"


def _topic(area: str, role: TopicRole) -> Topic:
    return Topic(
        name=topic_name(area, role),
        area=area,
        role=role,
        key="<tenant>/<owner>",
        partitions=DEFAULT_PARTITIONS,
        retention_ms=_RETENTION_DAYS[role] * DAY_MS,
        types=tuple(name for name, message in _MESSAGES[role].items() if message.area == area),
    )


TOPICS: Final[dict[str, Topic]] = {
    topic.name: topic for topic in (_topic(area, role) for area in AREAS for role in TopicRole)
}
"""Every topic by name."""
