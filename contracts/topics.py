"""Every topic: its name, key, partitions, retention and which message types travel there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from contracts.base import Message
from contracts.registry import AREAS, COMMANDS, EVENTS
from contracts.values import REPLY_TOPIC_PATTERN

HOUR_MS: Final = 60 * 60 * 1000
DAY_MS: Final = 24 * HOUR_MS
DEFAULT_PARTITIONS: Final = 12
REPLY_PARTITIONS: Final = 3
"""Every caller reads all of them, so more would not spread the reading."""
MAX_MESSAGE_BYTES: Final = 1_048_576
"""The largest record, bytes; fits an inline image of 512 KiB in base64."""


class TopicRole(StrEnum):
    """What a topic is for."""

    COMMANDS = "commands"
    EVENTS = "events"
    DEAD_LETTERS = "dlt"
    REPLIES = "replies"


AREA_ROLES: Final = (TopicRole.COMMANDS, TopicRole.EVENTS, TopicRole.DEAD_LETTERS)
"""The topics each area has; reply topics belong to those who ask."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of the fleet.

    Attributes:
        name: as the broker knows it.
        area: the area whose workers own it; empty for a caller's reply topic, which takes the outcomes of all.
        role: commands, events, dlt or replies.
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
    def kept_for(self) -> str:
        """How long records stay, in words."""
        days, rest = divmod(self.retention_ms, DAY_MS)
        if rest == 0:
            return f"{days} days"
        hours = self.retention_ms // HOUR_MS
        return "1 hour" if hours == 1 else f"{hours} hours"

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
_REPLY_PREFIX: Final = "poon.replies."


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
    topic.name: topic for topic in (_topic(area, role) for area in AREAS for role in AREA_ROLES)
}
"""Every topic of an area by name."""


def reply_topic(name: str) -> Topic:
    """The reply topic of that name, for instance ``poon.replies.mobile`` for ``mobile``.

    Answers wait there for callers that are connected, so they are kept for an hour only.

    Raises:
        ValueError: the name is not lower-case letters, digits and hyphens, or is too long.
    """
    full_name = f"{_REPLY_PREFIX}{name}"
    if not re.fullmatch(REPLY_TOPIC_PATTERN, full_name):
        raise ValueError(f"{name!r} names no reply topic: use up to 63 lower-case letters, digits and hyphens")
    return Topic(
        name=full_name,
        area="",
        role=TopicRole.REPLIES,
        key="<tenant>/<owner>",
        partitions=REPLY_PARTITIONS,
        retention_ms=HOUR_MS,
        types=tuple(EVENTS),
    )


SHARED_REPLIES: Final = reply_topic("shared")
"""The reply topic that is always there, for callers without one of their own."""

WORKFLOW_REPLIES: Final = replace(
    reply_topic("workflows"),
    area="workflows",
    partitions=DEFAULT_PARTITIONS,
    retention_ms=_RETENTION_DAYS[TopicRole.COMMANDS] * DAY_MS,
)
"""Where workflows await the outcomes of their steps. The area *workflows* consumes it as it does its commands, and the
fleet vouches for what goes there: a reply to it is published and acknowledged together with the outcome it copies."""

FLEET_TOPICS: Final = (*TOPICS.values(), SHARED_REPLIES, WORKFLOW_REPLIES)
"""Every topic a fleet needs."""


def consumed_topics(area: str) -> tuple[str, ...]:
    """The topics an area's workers consume."""
    commands = topic_name(area, TopicRole.COMMANDS)
    return (commands, WORKFLOW_REPLIES.name) if area == WORKFLOW_REPLIES.area else (commands,)


def area_of(topic: str) -> str:
    """The area whose workers consume a topic.

    Raises:
        KeyError: none does.
    """
    return (WORKFLOW_REPLIES if topic == WORKFLOW_REPLIES.name else TOPICS[topic]).area
