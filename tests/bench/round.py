"""What a contender's process is told: where everything is for one round. Standard library only: peers import it too."""

from __future__ import annotations

import functools
import json
import os
from dataclasses import asdict, dataclass
from typing import Final

VARIABLE: Final = "BENCH_ROUND"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One contender's round.

    Attributes:
        bootstrap_servers: Kafka.
        database_url: a migrated database of this round's own.
        redis_url: an empty Redis; empty text for those who need none.
        otlp_endpoint: where traces may be sent.
        commands: the topic to consume, already full for an experiment with a backlog.
        outcomes: the topic to publish on, with as many partitions.
        group: a consumer group nobody used before.
        messages: how many commands there are.
    """

    bootstrap_servers: str
    database_url: str
    redis_url: str
    otlp_endpoint: str
    commands: str
    outcomes: str
    group: str
    messages: int

    @classmethod
    @functools.cache  # peers ask for every message
    def from_environment(cls) -> Round:
        """The round this process was started for."""
        return cls(**json.loads(os.environ[VARIABLE]))

    def environment(self) -> dict[str, str]:
        """The variable a contender's process reads it from."""
        return {VARIABLE: json.dumps(asdict(self))}
