"""The throughput experiment: a saturated backlog, contenders in turns, round by round."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tests.bench import checking, job
from tests.bench.checking import Published
from tests.bench.contenders import Contender, Queue
from tests.bench.ground import Ground
from tests.bench.job import Job
from tests.bench.measuring import Measurement, Observer
from tests.bench.process import LOG, running
from tests.bench.round import Round
from tests.bench.supply import NotFedError, Supplies, Supply
from tests.bench.topics import Topic, header
from tests.services.kafka import fresh_name
from tests.services.waiting import StillWaitingError, wait_until

SLOWEST_RATE: Final = 20.0
"""Messages a second below which a contender counts as stuck."""
START_SECONDS: Final = 60.0

Tell = Callable[[str], None]


class NotDoneError(Exception):
    """A contender ended, or got stuck, before it was done; says how far it came and what it said."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One contender's turn in one round.

    Attributes:
        folder: its working directory.
        before: where the outcomes' partitions ended when it began.
    """

    contender: Contender
    number: int
    about: Round
    folder: Path
    supply: Supply
    before: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Options:
    """How to compare.

    Attributes:
        rounds: how often each contender gets its turn.
        profile: whether to run the contenders' Python under cProfile. What it costs is in the numbers.
    """

    job: Job
    partitions: int = 12
    rounds: int = 3
    profile: bool = False


class Throughput:
    """Lets contenders consume the same commands in turns, each in a fresh group and into a fresh database."""

    def __init__(self, ground: Ground, options: Options, folder: Path, tell: Tell) -> None:
        self._ground = ground
        self._options = options
        self._folder = folder
        self._tell = tell
        self._done = 0
        self._supplies = Supplies(ground, options.job, options.partitions, tell)
        for name in (job.OUTCOMES, job.DEAD_LETTERS):
            ground.kafka.create_topic(name, options.partitions)
        self._outcomes = Topic(ground.kafka.bootstrap_servers, job.OUTCOMES, options.partitions)

    def warm_up(self, contender: Contender) -> Measurement:
        """A turn before the first round: the broker compiles its hot paths then.

        Raises:
            NotDoneError: not even this contender can do the job here.
        """
        self._tell(f"warming up: {contender.name}")
        measured = self.measure(contender, 0)
        if measured.problems:
            raise NotDoneError(f"{contender.name} cannot do the job: {measured.problems[0]}")
        return measured

    def rounds(self, contenders: Sequence[Contender]) -> Iterator[Measurement]:
        """Every contender in every round, in turns; the first to go changes, so that none always follows the same.

        Rounds of a second call are numbered on from those of the first.
        """
        last = self._done + self._options.rounds
        while self._done < last:
            shift = self._done % len(contenders)
            self._done += 1
            for contender in (*contenders[shift:], *contenders[:shift]):
                self._tell(f"round {self._done} of {last}: {contender.name}")
                yield self.measure(contender, self._done)

    def measure(self, contender: Contender, number: int) -> Measurement:
        """One turn of one contender; what went wrong in it is in the measurement's problems."""
        place = self._folder / f"{contender.name}-{number}"
        place.mkdir(parents=True)
        with self._ground.fresh_database() as database_url:
            try:
                turn = self._turn(contender, number, place, database_url)
                return replace(self._observe(turn), problems=self._problems(turn))
            except (NotFedError, NotDoneError) as error:
                return failed(contender.name, number, str(error))

    def _turn(self, contender: Contender, number: int, folder: Path, database_url: str) -> Turn:
        messages = max(1, int(self._options.job.messages * contender.share))
        topic = self._supplies.topic_for(contender, messages)
        about = Round(
            bootstrap_servers=self._ground.kafka.bootstrap_servers,
            database_url=database_url,
            redis_url=self._ground.redis.url if contender.queue is Queue.REDIS else "",
            otlp_endpoint=self._ground.collector.endpoint,
            commands=topic.name,
            outcomes=job.OUTCOMES,
            group=fresh_name("bench"),
            messages=messages,
        )
        supply = self._supplies.supply(contender, about, topic, folder)
        return Turn(contender, number, about, folder, supply, self._outcomes.ends())

    def _observe(self, turn: Turn) -> Measurement:
        name, messages = turn.contender.name, turn.about.messages
        profile = self._options.profile and turn.number > 0
        with running(turn.contender, turn.about, turn.folder, profile=profile) as process:
            observer = Observer(
                process,
                self._ground.service_pids,
                done=lambda: self._published(turn),
                settled=lambda: turn.supply.settled() == messages,
            )
            try:
                wait_until(
                    lambda: observer.finished(messages),
                    f"{name} to finish {messages} messages",
                    timeout=START_SECONDS + messages / SLOWEST_RATE,
                )
                return observer.measurement(name, turn.number)
            except (RuntimeError, StillWaitingError) as error:
                done = f"{self._published(turn)} outcomes, {turn.supply.settled()} acknowledged of {messages}"
                raise NotDoneError(f"{error}; {done}\n{process.tail()}") from error

    def _published(self, turn: Turn) -> int:
        return sum(self._outcomes.ends().values()) - sum(turn.before.values())

    def _problems(self, turn: Turn) -> tuple[str, ...]:
        records = self._outcomes.read(turn.before, self._outcomes.ends())
        outcomes = [Published(header(each, "ce_causationid"), (each.key() or b"").decode()) for each in records]
        rows = checking.stored(turn.about.database_url)
        with (turn.folder / LOG).open() as log:
            silence = checking.silence(log, turn.contender.lines * turn.about.messages)
        return (*checking.problems(turn.supply.expected, rows, outcomes), *silence)


def failed(contender: str, number: int, problem: str) -> Measurement:
    """A turn that came to nothing."""
    return Measurement(
        contender=contender,
        number=number,
        messages=0,
        seconds=1.0,
        cpu_microseconds={},
        worker_peak_mib=0.0,
        problems=(problem,),
    )
