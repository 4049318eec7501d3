"""The throughput experiment: a saturated backlog, contenders in turns, round by round."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Final

from tests.bench import checking, job
from tests.bench.checking import Expected, Published
from tests.bench.contenders import Contender
from tests.bench.ground import Ground
from tests.bench.job import Job, Planned
from tests.bench.measuring import Measurement, Observer
from tests.bench.process import running
from tests.bench.round import Round
from tests.bench.topics import Topic, header
from tests.services.kafka import fresh_name
from tests.services.waiting import StillWaitingError, wait_until

SLOWEST_RATE: Final = 20.0
"""Messages a second below which a contender counts as stuck."""
START_SECONDS: Final = 60.0

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Backlog:
    """A topic full of commands, and what has to come of them."""

    topic: Topic
    expected: Expected


@dataclass(frozen=True, slots=True)
class Turn:
    """One contender's turn in one round."""

    contender: Contender
    number: int
    backlog: Backlog
    about: Round
    before: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Options:
    """How to compare.

    Attributes:
        rounds: how often each contender gets its turn.
        keep: the folder for logs and profiles; a temporary one when left out.
        profile: whether to run the contenders' Python under cProfile. What it costs is in the numbers.
    """

    job: Job
    partitions: int = 12
    rounds: int = 3
    keep: Path | None = None
    profile: bool = False


class Throughput:
    """Fills the topics once and lets contenders consume them in fresh groups, each into a fresh database."""

    def __init__(self, ground: Ground, options: Options, tell: Tell) -> None:
        self._ground = ground
        self._options = options
        self._tell = tell
        self._backlogs: dict[int, Backlog] = {}
        for name in (job.OUTCOMES, job.DEAD_LETTERS):
            ground.kafka.create_topic(name, options.partitions)
        self._outcomes = Topic(ground.kafka.bootstrap_servers, job.OUTCOMES, options.partitions)

    def rounds(self, contenders: Sequence[Contender], warm_up: Contender) -> Iterator[Measurement]:
        """Every contender in every round, in turns; the first to go changes, so that none always follows the same.

        One round of the `warm_up` contender goes before and is not counted: the broker compiles its hot paths then.
        """
        with tempfile.TemporaryDirectory(prefix="poon-bench-") as temporary:
            folder = self._options.keep or Path(temporary)
            self._tell(f"warming up: {warm_up.name}")
            if problems := self.measure(warm_up, 0, folder).problems:
                raise RuntimeError(f"{warm_up.name} cannot do the job: {problems[0]}")
            for number in range(1, self._options.rounds + 1):
                shift = (number - 1) % len(contenders)
                for contender in (*contenders[shift:], *contenders[:shift]):
                    self._tell(f"round {number} of {self._options.rounds}: {contender.name}")
                    yield self.measure(contender, number, folder)

    def measure(self, contender: Contender, number: int, folder: Path) -> Measurement:
        """One turn of one contender; what went wrong in it is in the measurement's problems."""
        backlog = self._backlog(max(1, int(self._options.job.messages * contender.share)))
        with self._ground.fresh_database() as database_url:
            about = self._round(backlog, database_url)
            turn = Turn(contender, number, backlog, about, self._outcomes.ends())
            measured = self._observe(turn, folder / f"{contender.name}-{number}")
            return measured if measured.problems else replace(measured, problems=self._problems(turn))

    def _observe(self, turn: Turn, folder: Path) -> Measurement:
        name, messages = turn.contender.name, turn.backlog.expected.count
        profile = self._options.profile and turn.number > 0
        with running(turn.contender, turn.about, folder, profile=profile) as process:
            observer = Observer(
                process,
                self._ground.service_pids,
                done=lambda: self._published(turn),
                settled=lambda: self._committed(turn) == messages,
            )
            try:
                wait_until(
                    lambda: observer.finished(messages),
                    f"{name} to finish {messages} messages",
                    timeout=START_SECONDS + messages / SLOWEST_RATE,
                )
                return observer.measurement(name, turn.number)
            except (RuntimeError, StillWaitingError) as error:
                done = f"{self._published(turn)} outcomes, {self._committed(turn)} offsets of {messages}"
                return failed(name, turn.number, f"{error}; {done}\n{process.tail()}")

    def _published(self, turn: Turn) -> int:
        return sum(self._outcomes.ends().values()) - sum(turn.before.values())

    def _committed(self, turn: Turn) -> int:
        return sum(turn.backlog.topic.committed(turn.contender.group(turn.about)).values())

    def _problems(self, turn: Turn) -> tuple[str, ...]:
        records = self._outcomes.read(turn.before, self._outcomes.ends())
        outcomes = [Published(header(each, "ce_causationid"), (each.key() or b"").decode()) for each in records]
        rows = checking.stored(turn.about.database_url)
        return tuple(checking.problems(turn.backlog.expected, rows, outcomes))

    def _round(self, backlog: Backlog, database_url: str) -> Round:
        return Round(
            bootstrap_servers=self._ground.kafka.bootstrap_servers,
            database_url=database_url,
            redis_url="",
            commands=backlog.topic.name,
            outcomes=job.OUTCOMES,
            group=fresh_name("bench"),
            messages=backlog.expected.count,
        )

    def _backlog(self, messages: int) -> Backlog:
        """The full topic of that many messages; the fleet's own one, which we cannot choose, is the whole job's."""
        if messages not in self._backlogs:
            whole = self._options.job
            name = job.COMMANDS if messages == whole.messages else f"bench.{messages}.commands"
            self._tell(f"filling {name} with {messages} messages")
            self._ground.kafka.create_topic(name, self._options.partitions)
            topic = Topic(self._ground.kafka.bootstrap_servers, name, self._options.partitions)
            plan = list(job.plan(replace(whole, messages=messages)))
            topic.fill(plan)
            self._backlogs[messages] = Backlog(topic, expected_of(plan))
        return self._backlogs[messages]


def expected_of(plan: Sequence[Planned]) -> Expected:
    """What has to come of these commands."""
    keys = {planned.command_id: (planned.record.key or b"").decode() for planned in plan}
    return Expected(keys, sum((planned.amount for planned in plan), Decimal(0)))


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
