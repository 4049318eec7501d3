"""The latency experiment: commands at a steady, low rate; from a command's time-stamp until its outcome is visible."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from adapters.clock import SystemClock
from tests.bench import checking, job
from tests.bench.contenders import Contender
from tests.bench.ground import Ground
from tests.bench.job import Job, Planned
from tests.bench.latencies import Latencies
from tests.bench.process import running
from tests.bench.round import Round
from tests.bench.topics import Topic, command_producer
from tests.bench.traffic import Traffic
from tests.services.kafka import fresh_name

START_SECONDS: Final = 60.0
LATE_SECONDS: Final = 60.0
"""How long after the last command outcomes may still arrive."""


@dataclass(frozen=True, slots=True)
class LatencyOptions:
    """How to measure.

    Attributes:
        rate: commands a second, sent on time whatever the contender does.
        seconds: that are measured.
        warm_seconds: that go before.
    """

    rate: float = 200.0
    seconds: float = 20.0
    warm_seconds: float = 5.0
    keys: int = 1_000
    partitions: int = 12
    rounds: int = 3


class Latency:
    """Lets contenders answer the same traffic in turns, each in a fresh group and into a fresh database."""

    def __init__(self, ground: Ground, options: LatencyOptions, folder: Path, tell: Callable[[str], None]) -> None:
        self._ground = ground
        self._options = options
        self._folder = folder
        self._tell = tell
        self._servers = ground.kafka.bootstrap_servers
        for name in (job.COMMANDS, job.OUTCOMES, job.DEAD_LETTERS):
            ground.kafka.create_topic(name, options.partitions)
        self._commands = Topic(self._servers, job.COMMANDS, options.partitions)
        self._outcomes = Topic(self._servers, job.OUTCOMES, options.partitions)

    def rounds(self, contenders: Sequence[Contender]) -> Iterator[Latencies]:
        """Every contender in every round, in turns; the first to go changes. A first turn warms the broker up."""
        self._tell(f"warming up: {contenders[0].name}")
        self.measure(contenders[0], 0)
        for number in range(1, self._options.rounds + 1):
            shift = (number - 1) % len(contenders)
            for contender in (*contenders[shift:], *contenders[:shift]):
                self._tell(f"round {number} of {self._options.rounds}: {contender.name}")
                yield self.measure(contender, number)

    def measure(self, contender: Contender, number: int) -> Latencies:
        """One turn of one contender."""
        place = self._folder / f"{contender.name}-latency-{number}"
        place.mkdir(parents=True)
        with self._ground.fresh_database() as database_url:
            about = self._round(database_url)
            self._commands.skip_to_end(contender.group(about))
            outcomes = self._outcomes.reader(self._outcomes.ends())
            traffic = Traffic(command_producer(self._servers, linger_ms=0), outcomes, job.COMMANDS, self._plan(number))
            try:
                with running(contender, about, place) as process:
                    problems = self._run(traffic) or self._wrong(traffic, database_url)
                    tail = process.tail()
            finally:
                outcomes.close()
            said = (f"it said: {tail}",) if problems else ()
            return Latencies(contender.name, number, self._measured(traffic), (*problems, *said))

    def _run(self, traffic: Traffic) -> list[str]:
        traffic.send(time.monotonic())
        if not traffic.wait_for_all(time.monotonic() + START_SECONDS):
            return ["no outcome came"]
        seconds = self._options.warm_seconds + self._options.seconds
        traffic.pace(self._options.rate, int(seconds * self._options.rate))
        if not traffic.wait_for_all(time.monotonic() + LATE_SECONDS):
            return [f"{len(traffic.due) - len(traffic.latencies)} outcomes are missing"]
        return []

    def _wrong(self, traffic: Traffic, database_url: str) -> list[str]:
        return checking.problems(traffic.expected, checking.stored(database_url), traffic.published)

    def _measured(self, traffic: Traffic) -> tuple[float, ...]:
        warm = 1 + int(self._options.warm_seconds * self._options.rate)
        measured = list(traffic.due)[warm:]
        return tuple(traffic.latencies[name] * 1000 for name in measured if name in traffic.latencies)

    def _plan(self, number: int) -> Iterator[Planned]:
        whole = Job(0, self._options.keys)
        rng = random.Random(number)
        clock = SystemClock()
        place = 0
        while True:
            yield job.one_command(rng, whole, str(UUID(int=rng.getrandbits(128), version=4)), place, clock.now())
            place += 1

    def _round(self, database_url: str) -> Round:
        return Round(
            bootstrap_servers=self._servers,
            database_url=database_url,
            redis_url="",
            otlp_endpoint=self._ground.collector.endpoint,
            commands=job.COMMANDS,
            outcomes=job.OUTCOMES,
            group=fresh_name("bench"),
            messages=0,
        )
