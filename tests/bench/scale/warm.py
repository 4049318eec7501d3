"""A contender that goes on running while it is given one backlog after another: nothing of its start is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.bench import checking, job
from tests.bench.checking import Published
from tests.bench.contenders import Contender
from tests.bench.ground import Ground
from tests.bench.measuring import Measurement, Observer
from tests.bench.process import LOG, running
from tests.bench.round import Round
from tests.bench.scale.spool import Portion, together
from tests.bench.throughput import SLOWEST_RATE, START_SECONDS, NotDoneError
from tests.bench.topics import Topic, header
from tests.ledger.observe import delete_topics
from tests.services.kafka import fresh_name
from tests.services.processes import ServiceProcess
from tests.services.waiting import StillWaitingError, wait_until

Look = Callable[[int], None]
"""Is told, now and then, how many outcomes of a portion there are."""

NAMES: Final = (job.COMMANDS, job.OUTCOMES, job.DEAD_LETTERS)


def ignore(_: int) -> None:
    """Nobody looks."""


class WarmContender:
    """One contender's process with its topics and its database."""

    def __init__(self, ground: Ground, contender: Contender, about: Round, partitions: int, place: Path) -> None:
        servers = ground.kafka.bootstrap_servers
        self._ground = ground
        self._contender = contender
        self._about = about
        self._place = place
        self._commands = Topic(servers, job.COMMANDS, partitions)
        self._outcomes = Topic(servers, job.OUTCOMES, partitions)
        self._fed: list[Portion] = []

    def feed(self, process: ServiceProcess, portion: Portion, number: int, look: Look = ignore) -> Measurement:
        """Give it a backlog and measure until rows, outcomes and offsets are there; `number` is that of the round.

        Raises:
            NotDoneError: it ended, or got stuck.
        """
        before = sum(each.count for each in self._fed)
        self._fed.append(portion)

        def done() -> int:
            found = sum(self._outcomes.ends().values()) - before
            look(found)
            return found

        observer = Observer(
            process,
            self._ground.service_pids,
            done=done,
            settled=lambda: self._settled() == before + portion.count,
            warm=0.0,
        )
        try:
            observer.finished(portion.count)  # nothing is done yet: the measurement begins
            self._commands.fill(portion.commands())
            wait_until(
                lambda: observer.finished(portion.count),
                f"{self._contender.name} to finish {portion.count} messages",
                timeout=START_SECONDS + portion.count / SLOWEST_RATE,
            )
            return observer.measurement(self._contender.name, number)
        except (RuntimeError, StillWaitingError) as error:
            raise NotDoneError(f"{error}\n{process.tail()}") from error

    def problems(self) -> tuple[str, ...]:
        """What is wrong with all it did; nothing if it did its job."""
        expected = together(self._fed)
        nothing = dict.fromkeys(range(self._outcomes.partitions), 0)
        records = self._outcomes.read(nothing, self._outcomes.ends())
        outcomes = [Published(header(each, "ce_causationid"), (each.key() or b"").decode()) for each in records]
        with (self._place / LOG).open() as log:
            silence = checking.silence(log, self._contender.lines * expected.count)
        return (*checking.problems(expected, checking.stored(self._about.database_url), outcomes), *silence)

    def _settled(self) -> int:
        return sum(self._commands.committed(self._contender.group(self._about)).values())


@contextmanager
def warm(
    ground: Ground, contender: Contender, partitions: int, place: Path
) -> Iterator[tuple[WarmContender, ServiceProcess]]:
    """A contender at work on new, empty topics and a new database; its log goes to a new folder."""
    place.mkdir(parents=True)
    new_topics(ground, partitions)
    with ground.fresh_database() as database_url:
        about = new_round(ground, database_url)
        with running(contender, about, place) as process:
            yield WarmContender(ground, contender, about, partitions, place), process


def new_topics(ground: Ground, partitions: int) -> None:
    """Delete what the last contender left, and begin anew."""
    delete_topics(ground.kafka.bootstrap_servers)
    for name in NAMES:
        ground.kafka.create_topic(name, partitions)


def new_round(ground: Ground, database_url: str, messages: int = 0) -> Round:
    """A round on the fleet's own topics, in a group nobody used before."""
    return Round(
        bootstrap_servers=ground.kafka.bootstrap_servers,
        database_url=database_url,
        redis_url="",
        otlp_endpoint=ground.collector.endpoint,
        commands=job.COMMANDS,
        outcomes=job.OUTCOMES,
        group=fresh_name("bench"),
        messages=messages,
    )
