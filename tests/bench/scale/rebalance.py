"""The rebalance experiment: workers join one by one and leave one by one, under steady traffic."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from adapters.clock import SystemClock
from tests.bench import checking, job
from tests.bench.contenders import OURS
from tests.bench.ground import Ground
from tests.bench.job import Job, Planned
from tests.bench.process import running
from tests.bench.scale.growth import PARTITIONS
from tests.bench.scale.pauses import Felt, Window, felt
from tests.bench.scale.warm import new_round, new_topics
from tests.bench.throughput import START_SECONDS, NotDoneError
from tests.bench.topics import Topic, command_producer
from tests.bench.traffic import Traffic
from tests.chaos.crew import CLEAN
from tests.services.processes import ServiceProcess
from workers.ports.clock import Clock

LATE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class RebalanceOptions:
    """How to watch workers come and go.

    Attributes:
        workers: how many there are at most.
        rate: commands a second.
        seconds: between two changes; a worker's start is in it.
        pause: the longest a partition may pause, seconds.
        again: the share of outcomes that may be published once more.
    """

    workers: int = 4
    rate: float = 200.0
    seconds: float = 20.0
    pause: float = 5.0
    again: float = 0.01


@dataclass(frozen=True, slots=True)
class RebalanceRun:
    """What was seen."""

    felt: list[Felt] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def faults(found: list[Felt], options: RebalanceOptions) -> list[str]:
    """What took too long or was done too often, a sentence each."""
    slow = [
        f"{each.window.name}: a partition paused for {each.pause / 1000:.1f} s, {options.pause:g} are allowed"
        for each in found
        if each.pause > options.pause * 1000
    ]
    again, commands = sum(each.again for each in found), sum(each.commands for each in found)
    if again > commands * options.again:
        slow.append(f"{again} of {commands} outcomes were published again, {options.again:.1%} are allowed")
    return slow


def run_rebalance(ground: Ground, options: RebalanceOptions, folder: Path, tell: Callable[[str], None]) -> RebalanceRun:
    """Send steady traffic while workers come and go, and look at what its commands felt."""
    new_topics(ground, PARTITIONS)
    servers = ground.kafka.bootstrap_servers
    outcomes = Topic(servers, job.OUTCOMES, PARTITIONS)
    with ground.fresh_database() as database_url, ExitStack() as stack:
        reader = outcomes.reader(outcomes.ends())
        stack.callback(reader.close)
        traffic = Traffic(command_producer(servers, linger_ms=0), reader, job.COMMANDS, _plan(SystemClock()))
        about = new_round(ground, database_url)

        def join(number: int) -> ServiceProcess:
            place = folder / f"worker-{number}"
            place.mkdir(parents=True)
            return stack.enter_context(running(OURS[0], about, place))

        show = _Show(options, traffic, join, tell)
        show.play()
        rows = checking.stored(database_url)
        codes = show.end()
    found = felt(show.windows, traffic.due, traffic.arrivals)
    unclean = [f"a worker ended with {code}" for code in codes if code not in CLEAN]
    once = list({each.causation_id: each for each in traffic.published}.values())
    return RebalanceRun(found, [*unclean, *checking.problems(traffic.expected, rows, once), *faults(found, options)])


class _Show:
    """Workers that come and go while the traffic goes on."""

    def __init__(
        self,
        options: RebalanceOptions,
        traffic: Traffic,
        join: Callable[[int], ServiceProcess],
        tell: Callable[[str], None],
    ) -> None:
        self.windows: list[Window] = []
        self._options = options
        self._traffic = traffic
        self._join = join
        self._tell = tell
        self._workers: list[ServiceProcess] = []

    def play(self) -> None:
        """One worker, then more up to the most, then fewer down to one.

        Raises:
            NotDoneError: outcomes are missing.
        """
        self._add(1)
        self._traffic.send(time.monotonic())
        self._expect_all(START_SECONDS)
        most = self._options.workers
        self._watch("steady", lambda: None)
        for number in range(2, most + 1):
            self._watch(f"{number - 1} -> {number}", partial(self._add, number))
        for number in range(most - 1, 0, -1):
            self._watch(f"{number + 1} -> {number}", partial(self._workers[number].send, signal.SIGTERM))
        self._expect_all(LATE_SECONDS)

    def end(self) -> list[int | None]:
        """Stop who is left; how each worker ended."""
        for worker in self._workers:
            worker.stop()
        return [worker.exit_code for worker in self._workers]

    def _add(self, number: int) -> None:
        self._workers.append(self._join(number))

    def _watch(self, name: str, change: Callable[[], None]) -> None:
        self._tell(f"workers: {name}")
        start = time.monotonic()
        change()
        self._traffic.pace(self._options.rate, int(self._options.seconds * self._options.rate))
        self.windows.append(Window(name, start, time.monotonic()))

    def _expect_all(self, seconds: float) -> None:
        if not self._traffic.wait_for_all(time.monotonic() + seconds):
            missing = len(self._traffic.due) - len(self._traffic.latencies)
            raise NotDoneError(f"{missing} outcomes are missing: {self._workers[0].tail()}")


def _plan(clock: Clock) -> Iterator[Planned]:
    rng, whole, number = random.Random(1), Job(0), 0
    while True:
        yield job.one_command(rng, whole, str(UUID(int=rng.getrandbits(128), version=4)), number, clock.now())
        number += 1
