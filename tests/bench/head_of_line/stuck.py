"""The second part: steady traffic, with and without a key that is stuck. What the other keys' answers wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from confluent_kafka import Producer

from adapters.clock import SystemClock
from tests.bench import job
from tests.bench.head_of_line.commands import STUCK_OWNER, SlowCommand, SlowJob, StuckKey, slow_plan, unstuck
from tests.bench.head_of_line.entrants import Entrant
from tests.bench.head_of_line.gap import Gaps, GapWatch, gaps_of
from tests.bench.head_of_line.outcomes import Outcome, read_outcomes
from tests.bench.head_of_line.stage import Asked, Stage, wrongs
from tests.bench.job import TENANT
from tests.bench.process import running
from tests.bench.statistics import percentile
from tests.bench.topics import command_producer, send
from tests.services.processes import free_ports
from tests.services.waiting import StillWaitingError, wait_until

START_SECONDS: Final = 60.0
LATE_SECONDS: Final = 90.0
"""How long after the last command outcomes may still come."""
TICK: Final = 0.005
"""Seconds between two looks of the sender at what is due: it must not keep a core busy."""

STUCK_KEY: Final = f"{TENANT}/{STUCK_OWNER}"


@dataclass(frozen=True, slots=True)
class StuckOptions:
    """How to measure.

    Attributes:
        rate: commands a second, below what the entrant can do.
        keys: the others.
        seconds: that are measured.
        warm_seconds: that go before: longer than the longest call.
        period: seconds between two commands of the stuck key; as long as the longest call it is never without one.
    """

    rate: float
    keys: int
    seconds: float
    warm_seconds: float
    period: float
    rounds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """How long some commands took from when they were due until their outcome was there, milliseconds.

    Attributes:
        waiting_p99: the 99th percentile of what is left without the calls themselves.
    """

    commands: int
    p50: float
    p99: float
    waiting_p99: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckTurn:
    """One turn.

    Attributes:
        is_stuck: whether the key was.
        others: all other keys' commands.
        neighbours: those of them in the stuck key's partition; None where there are none.
        gaps: how far the worker was ahead of its watermarks.
        problems: why the turn does not count.
    """

    is_stuck: bool
    number: int
    others: Delays | None = None
    neighbours: Delays | None = None
    gaps: Gaps | None = None
    problems: tuple[str, ...] = ()


class Stuck:
    """Has an entrant answer the same traffic twice a round: the key is stuck, or it is like any other."""

    def __init__(self, stage: Stage, options: StuckOptions, entrant: Entrant, tell: Callable[[str], None]) -> None:
        self._stage = stage
        self._options = options
        self._entrant = entrant
        self._tell = tell

    def rounds(self, whole: SlowJob) -> Iterator[StuckTurn]:
        """Both turns of every round; which comes first changes."""
        options = self._options
        messages = int(options.rate * (options.warm_seconds + options.seconds))
        for number in range(1, options.rounds + 1):
            key = StuckKey(every=max(1, round(options.rate * options.period)), is_stuck=True)
            stuck = SlowJob(messages, options.keys, whole.calls, whole.seed + number, key)
            pair = [stuck, unstuck(stuck)] if number % 2 else [unstuck(stuck), stuck]
            for each in pair:
                is_stuck = each.stuck is not None and each.stuck.is_stuck
                self._tell(f"round {number} of {options.rounds}: {'with' if is_stuck else 'without'} a stuck key")
                yield self._turn(list(slow_plan(each)), number, is_stuck=is_stuck)

    def _turn(self, commands: Sequence[SlowCommand], number: int, *, is_stuck: bool) -> StuckTurn:
        place = self._stage.folder / f"stuck-{number}-{'with' if is_stuck else 'without'}"
        place.mkdir(parents=True)
        with self._stage.ground.fresh_database() as database_url:
            try:
                before, due, watch = self._run(commands, place, database_url)
            except (RuntimeError, StillWaitingError) as error:
                return StuckTurn(is_stuck=is_stuck, number=number, problems=(str(error),))
            asked = Asked.by(commands)
            outcomes = read_outcomes(self._stage.outcomes, before, self._stage.outcomes.ends())
            found = wrongs(self._entrant, asked, outcomes, database_url)
        warm = int(self._options.rate * self._options.warm_seconds)
        measured = {command.planned.command_id for command in commands[warm:]}
        others, neighbours = split(outcomes, measured)
        return StuckTurn(
            is_stuck=is_stuck,
            number=number,
            others=delays(others, due, asked.calls),
            neighbours=delays(neighbours, due, asked.calls) if neighbours else None,
            gaps=gaps_of(watch.looks),
            problems=tuple(found),
        )

    def _run(
        self, commands: Sequence[SlowCommand], place: Path, database_url: str
    ) -> tuple[Mapping[int, int], dict[str, float], GapWatch]:
        """Start the entrant, send it everything on time, wait for the outcomes; when each command was due."""
        stage = self._stage
        about = stage.round(database_url, len(commands))
        stage.commands.skip_to_end(self._entrant.contender.group(about))
        before = stage.outcomes.ends()
        (port,) = free_ports(1)
        watch = GapWatch(f"http://127.0.0.1:{port}")
        producer = command_producer(stage.servers, linger_ms=1)
        with running(self._entrant.answering_at(port), about, place) as process, watch:
            send(producer, job.COMMANDS, commands[0].planned)
            producer.flush()
            first = {commands[0].planned.command_id: SystemClock().now().timestamp()}
            self._wait(before, 1, START_SECONDS)
            due = pace(producer, commands[1:], self._options.rate)
            process.ensure_running()
            self._wait(before, len(commands), LATE_SECONDS)
        return before, first | due, watch

    def _wait(self, before: Mapping[int, int], count: int, seconds: float) -> None:
        stage = self._stage
        wait_until(lambda: stage.published_since(before) >= count, f"{count} outcomes", timeout=seconds)


def pace(producer: Producer, commands: Sequence[SlowCommand], rate: float) -> dict[str, float]:
    """Send commands at a rate; when each was due, seconds since the epoch by its id.

    Delays count from then, so that a sender that falls behind does not hide it.
    """
    due: dict[str, float] = {}
    start, epoch = time.monotonic(), SystemClock().now().timestamp()
    for place, command in enumerate(commands):
        after = place / rate
        while time.monotonic() - start < after:
            producer.poll(TICK)
        send(producer, job.COMMANDS, command.planned)
        due[command.planned.command_id] = epoch + after
    producer.flush()
    return due


def split(outcomes: Sequence[Outcome], measured: set[str]) -> tuple[list[Outcome], list[Outcome]]:
    """The measured outcomes of all keys but the stuck one, and those of them in its partition."""
    partition = next((outcome.partition for outcome in outcomes if outcome.key == STUCK_KEY), None)
    others = [each for each in outcomes if each.key != STUCK_KEY and each.causation_id in measured]
    return others, [each for each in others if each.partition == partition]


def delays(outcomes: Sequence[Outcome], due: Mapping[str, float], calls: Mapping[str, float]) -> Delays:
    """What some outcomes took."""
    took = [(outcome.seconds - due[outcome.causation_id], calls[outcome.causation_id]) for outcome in outcomes]
    whole = [delay * 1000 for delay, _ in took]
    return Delays(
        commands=len(took),
        p50=percentile(whole, 0.5),
        p99=percentile(whole, 0.99),
        waiting_p99=percentile([(delay - call) * 1000 for delay, call in took], 0.99),
    )
