"""The first part: a saturated backlog of slow calls, entrants in turns, and the rate of its steady middle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.head_of_line.commands import SlowJob, slow_plan
from tests.bench.head_of_line.entrants import Entrant
from tests.bench.head_of_line.gap import Gaps, GapWatch, gaps_of
from tests.bench.head_of_line.outcomes import middle, order_violations, read_outcomes
from tests.bench.head_of_line.stage import Asked, Stage, wrongs
from tests.bench.measuring import Measurement, Observer
from tests.bench.process import running
from tests.bench.round import Round
from tests.bench.throughput import NotDoneError
from tests.services.processes import ServiceProcess, free_ports
from tests.services.waiting import StillWaitingError, wait_until

START_SECONDS: Final = 120.0
"""Beside imports and the like, for the last long calls of the slowest key."""
SLOWEST_RATE: Final = 8.0
"""Messages a second below which an entrant counts as stuck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogTurn:
    """One entrant's turn at a backlog.

    Attributes:
        keys: that the commands were of.
        rate: outcomes a second in the steady middle.
        in_flight: calls under way at a time there, on average.
        violations: outcomes that overtook one of their key.
        cpu_microseconds: a message, by group of processes, from 10 % of the outcomes to the end.
        gaps: None for who cannot be asked.
        problems: why the turn does not count.
    """

    entrant: str
    keys: int
    number: int
    rate: float = 0.0
    in_flight: float = 0.0
    violations: int = 0
    cpu_microseconds: Mapping[str, float]
    worker_peak_mib: float = 0.0
    gaps: Gaps | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """A backlog on the topic of commands, which nothing lies behind as long as it is worked on."""

    job: SlowJob
    asked: Asked
    begin: Mapping[int, int]
    end: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class _Turn:
    entrant: Entrant
    number: int
    about: Round
    place: Path
    filled: Filled
    before: Mapping[int, int]
    port: int


class Backlog:
    """Lets entrants work on the same backlog in turns, each in a fresh group and into a fresh database."""

    def __init__(self, stage: Stage, tell: Callable[[str], None]) -> None:
        self._stage = stage
        self._tell = tell

    def fill(self, job: SlowJob) -> Filled:
        """Write a job's commands behind those of earlier ones."""
        self._tell(f"filling the topic with {job.messages:,} commands of {job.keys:,} keys")
        commands = list(slow_plan(job))
        begin = self._stage.commands.ends()
        self._stage.commands.fill(command.planned for command in commands)
        return Filled(job, Asked.by(commands), begin, self._stage.commands.ends())

    def rounds(self, filled: Filled, entrants: Sequence[Entrant], rounds: int) -> Iterator[BacklogTurn]:
        """Every entrant in every round, in turns; the first to go changes. Who shows enough with less has one turn."""
        for number in range(1, rounds + 1):
            taking_part = [each for each in entrants if each.only is None or number == 1]
            shift = (number - 1) % len(taking_part)
            for entrant in (*taking_part[shift:], *taking_part[:shift]):
                self._tell(f"{filled.job.keys:,} keys, round {number} of {rounds}: {entrant.name}")
                yield self.measure(entrant, filled, number)

    def measure(self, entrant: Entrant, filled: Filled, number: int) -> BacklogTurn:
        """One turn of one entrant; what went wrong in it is in its problems."""
        place = self._stage.folder / f"{entrant.name}-{filled.job.keys}-{number}"
        place.mkdir(parents=True)
        with self._stage.ground.fresh_database() as database_url:
            about = self._stage.round(database_url, entrant.only or filled.job.messages)
            self._stage.commands.start_at(entrant.contender.group(about), filled.begin)
            (port,) = free_ports(1)
            turn = _Turn(entrant, number, about, place, filled, self._stage.outcomes.ends(), port)
            watch = GapWatch(f"http://127.0.0.1:{port}") if entrant.answers else None
            try:
                measured = self._observe(turn, watch)
            except NotDoneError as error:
                return _failed(turn, str(error))
            return self._told(turn, measured, watch)

    def _observe(self, turn: _Turn, watch: GapWatch | None) -> Measurement:
        entrant, messages = turn.entrant, turn.about.messages
        with running(entrant.answering_at(turn.port), turn.about, turn.place) as process, watch or nullcontext():
            observer = self._observer(turn, process)
            try:
                wait_until(
                    lambda: observer.finished(messages),
                    f"{entrant.name} to finish {messages} messages",
                    timeout=START_SECONDS + messages / SLOWEST_RATE,
                )
                return observer.measurement(entrant.name, turn.number)
            except (RuntimeError, StillWaitingError) as error:
                done = self._stage.published_since(turn.before)
                raise NotDoneError(f"{error}; {done} outcomes of {messages}\n{process.tail()}") from error

    def _observer(self, turn: _Turn, process: ServiceProcess) -> Observer:
        group = turn.entrant.contender.group(turn.about)
        all_of_it = sum(turn.filled.end.values())
        return Observer(
            process,
            self._stage.ground.service_pids,
            done=lambda: self._stage.published_since(turn.before),
            settled=lambda: (
                turn.entrant.only is not None or sum(self._stage.commands.committed(group).values()) == all_of_it
            ),
        )

    def _told(self, turn: _Turn, measured: Measurement, watch: GapWatch | None) -> BacklogTurn:
        asked = turn.filled.asked
        outcomes = read_outcomes(self._stage.outcomes, turn.before, self._stage.outcomes.ends())
        steady = middle(outcomes, asked.calls)
        return BacklogTurn(
            entrant=turn.entrant.name,
            keys=turn.filled.job.keys,
            number=turn.number,
            rate=steady.rate,
            in_flight=steady.in_flight,
            violations=order_violations(outcomes, asked.numbers),
            cpu_microseconds=measured.cpu_microseconds,
            worker_peak_mib=measured.worker_peak_mib,
            gaps=gaps_of(watch.looks) if watch else None,
            problems=tuple(wrongs(turn.entrant, asked, outcomes, turn.about.database_url)),
        )


def _failed(turn: _Turn, problem: str) -> BacklogTurn:
    return BacklogTurn(
        entrant=turn.entrant.name,
        keys=turn.filled.job.keys,
        number=turn.number,
        cpu_microseconds={},
        problems=(problem,),
    )
