"""What both parts of the experiment work on: the fleet's topics, and commands written to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from tests.bench import job
from tests.bench.checking import Expected, Published, outcome_problems, problems, stored
from tests.bench.ground import Ground
from tests.bench.head_of_line.commands import SlowCommand
from tests.bench.head_of_line.entrants import Entrant
from tests.bench.head_of_line.outcomes import BROKERS_CLOCK, Outcome, order_violations
from tests.bench.round import Round
from tests.bench.topics import Topic
from tests.services.kafka import fresh_name


@dataclass(slots=True)
class Asked:
    """What some commands ask for.

    Attributes:
        numbers: each command's place in the order they were sent, by its id.
        calls: how long its call takes, seconds by its id.
    """

    expected: Expected = field(default_factory=lambda: Expected({}, Decimal(0)))
    numbers: dict[str, int] = field(default_factory=dict)
    calls: dict[str, float] = field(default_factory=dict)

    def add(self, command: SlowCommand) -> None:
        """One command more."""
        identity = command.planned.command_id
        self.expected.add(identity, command.key, command.planned.amount)
        self.numbers[identity] = command.number
        self.calls[identity] = command.seconds

    @classmethod
    def by(cls, commands: Iterable[SlowCommand]) -> Asked:
        """What all these ask for."""
        asked = cls()
        for command in commands:
            asked.add(command)
        return asked

    @property
    def mean_call(self) -> float:
        """How long a call takes on average, seconds."""
        return sum(self.calls.values()) / len(self.calls)


class Stage:
    """The topics, seen from outside."""

    def __init__(self, ground: Ground, partitions: int, folder: Path) -> None:
        self.ground = ground
        self.folder = folder
        self.servers = ground.kafka.bootstrap_servers
        ground.kafka.create_topic(job.COMMANDS, partitions)
        ground.kafka.create_topic(job.OUTCOMES, partitions, BROKERS_CLOCK)
        ground.kafka.create_topic(job.DEAD_LETTERS, partitions)
        self.commands = Topic(self.servers, job.COMMANDS, partitions)
        self.outcomes = Topic(self.servers, job.OUTCOMES, partitions)

    def round(self, database_url: str, messages: int) -> Round:
        """What a contender's process is told."""
        return Round(
            bootstrap_servers=self.servers,
            database_url=database_url,
            redis_url="",
            otlp_endpoint="",
            commands=job.COMMANDS,
            outcomes=job.OUTCOMES,
            group=fresh_name("bench"),
            messages=messages,
        )

    def published_since(self, before: Mapping[int, int]) -> int:
        """How many outcomes there are more than at some ends."""
        return sum(self.outcomes.ends().values()) - sum(before.values())


def wrongs(entrant: Entrant, asked: Asked, outcomes: list[Outcome], database_url: str) -> list[str]:
    """What an entrant did wrong; an order it does not have to keep is no wrong."""
    published = [Published(outcome.causation_id, outcome.key) for outcome in outcomes]
    found: list[str] = []
    if entrant.only is None and entrant.stores:
        found = problems(asked.expected, stored(database_url), published)
    elif entrant.only is None:
        found = outcome_problems(asked.expected, published)
    disorder = order_violations(outcomes, asked.numbers)
    if entrant.ordered and disorder:
        found.append(f"{disorder} outcomes out of their key's order")
    return found
