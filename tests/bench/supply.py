"""Gets each turn its commands: from a topic that is filled once, or into the contender's own queue every time."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Final

import redis

from tests.bench import job
from tests.bench.checking import Expected
from tests.bench.contenders import Contender, Queue
from tests.bench.ground import Ground
from tests.bench.job import Job, Planned
from tests.bench.peers.feeding import write_commands
from tests.bench.round import Round
from tests.bench.topics import Topic
from tests.services.kafka import fresh_name

_FEED_SECONDS: Final = 300


class NotFedError(Exception):
    """A contender's own program could not fill its queue; says why."""


@dataclass(frozen=True, slots=True)
class Supply:
    """The commands of one turn.

    Attributes:
        settled: how many of them, by offsets or by an empty queue, the contender has told its broker it is done with.
    """

    topic: Topic
    expected: Expected
    settled: Callable[[], int]


class Supplies:
    """Topics are filled once for all that read them."""

    def __init__(self, ground: Ground, whole: Job, partitions: int, tell: Callable[[str], None]) -> None:
        self._ground = ground
        self._whole = whole
        self._partitions = partitions
        self._tell = tell
        self._backlogs: dict[int, tuple[Topic, Expected]] = {}

    def topic_for(self, contender: Contender, messages: int) -> Topic:
        """The topic a contender is to read in its next turn."""
        if contender.queue is Queue.BACKLOG:
            return self._backlog(messages)[0]
        return self._new_topic(fresh_name("bench"))

    def supply(self, contender: Contender, about: Round, topic: Topic, folder: Path) -> Supply:
        """Have everything ready for a contender to start.

        Raises:
            NotFedError: its own program could not fill its queue.
        """
        if contender.queue is Queue.BACKLOG:
            expected = self._backlog(about.messages)[1]
        else:
            expected = self._fed(contender, about, folder)
        group = contender.group(about)
        if contender.queue is Queue.REDIS:
            return Supply(topic, expected, lambda: about.messages if self._is_empty(contender) else 0)
        return Supply(topic, expected, lambda: sum(topic.committed(group).values()))

    def _backlog(self, messages: int) -> tuple[Topic, Expected]:
        """The full topic of that many messages; the fleet's own one, which we cannot choose, is the whole job's."""
        if messages not in self._backlogs:
            name = job.COMMANDS if messages == self._whole.messages else f"bench.{messages}.commands"
            self._tell(f"filling {name} with {messages} messages")
            topic = self._new_topic(name)
            expected = Expected({}, Decimal(0))
            topic.fill(expecting(job.plan(replace(self._whole, messages=messages)), expected))
            self._backlogs[messages] = topic, expected
        return self._backlogs[messages]

    def _fed(self, contender: Contender, about: Round, folder: Path) -> Expected:
        if contender.queue is Queue.REDIS:
            self._ground.redis.flush()
        expected = Expected({}, Decimal(0))
        commands = expecting(job.plan(replace(self._whole, messages=about.messages)), expected)
        write_commands(folder, ((planned.record.value or b"", planned.record.headers) for planned in commands))
        done = subprocess.run(
            [contender.python(), *contender.feed],
            cwd=folder,
            env={**contender.environment(about)},
            capture_output=True,
            text=True,
            check=False,
            timeout=_FEED_SECONDS,
        )
        if done.returncode != 0:
            raise NotFedError(f"{contender.name} cannot fill its queue: {done.stderr[-4000:]}")
        return expected

    def _is_empty(self, contender: Contender) -> bool:
        with redis.Redis.from_url(self._ground.redis.url) as client:
            return not client.exists(*contender.leftovers)

    def _new_topic(self, name: str) -> Topic:
        self._ground.kafka.create_topic(name, self._partitions)
        return Topic(self._ground.kafka.bootstrap_servers, name, self._partitions)


def expecting(commands: Iterator[Planned], expected: Expected) -> Iterator[Planned]:
    """Pass commands on, and note what has to come of each."""
    for planned in commands:
        expected.add(planned.command_id, (planned.record.key or b"").decode(), planned.amount)
        yield planned
