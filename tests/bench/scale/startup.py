"""The start-up experiment: from the start of a process until a waiting command is done and it is ready."""

from __future__ import annotations

import http.client
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Final
from uuid import UUID

from adapters.clock import SystemClock
from tests.bench import job
from tests.bench.contenders import FLOOR, Contender
from tests.bench.ground import Ground
from tests.bench.job import Job
from tests.bench.process import LOG, running
from tests.bench.round import Round
from tests.bench.scale.growth import PARTITIONS
from tests.bench.scale.starts import READY, Start, milestones
from tests.bench.scale.warm import new_round, new_topics
from tests.bench.throughput import START_SECONDS, NotDoneError
from tests.bench.topics import Topic, command_producer
from tests.bench.traffic import Traffic
from tests.services.processes import ServiceProcess, free_ports
from tests.services.waiting import wait_until

IMPORT_TIMES: Final = {"PYTHONPROFILEIMPORTTIME": "1"}


class Startup:
    """Starts contenders in turns, each in a fresh group and on a fresh database, with one command waiting."""

    def __init__(self, ground: Ground, folder: Path, tell: Callable[[str], None]) -> None:
        self._ground = ground
        self._folder = folder
        self._tell = tell
        self._clock = SystemClock()
        self._servers = ground.kafka.bootstrap_servers
        new_topics(ground, PARTITIONS)
        self._commands = Topic(self._servers, job.COMMANDS, PARTITIONS)
        self._outcomes = Topic(self._servers, job.OUTCOMES, PARTITIONS)

    def rounds(self, contenders: Sequence[Contender], count: int) -> Iterator[Start]:
        """Every contender that many times, in turns. A first turn of each warms broker and disk cache up."""
        for contender in contenders:
            self._tell(f"warming up: {contender.name}")
            self.measure(contender, 0)
        for number in range(1, count + 1):
            self._tell(f"round {number} of {count}")
            for contender in contenders:
                yield self.measure(contender, number)

    def imports(self, contender: Contender) -> str:
        """What the contender said when asked where its imports take their time."""
        settings = contender.settings
        asked = replace(contender, settings=lambda about: {**settings(about), **IMPORT_TIMES})
        place = self._place(contender, "imports")
        with self._ground.fresh_database() as database_url:
            about = new_round(self._ground, database_url)
            with self._traffic(asked, about, -1) as traffic, running(asked, about, place) as process:
                self._first_outcome(traffic, process)
        return (place / LOG).read_text(errors="replace")

    def measure(self, contender: Contender, number: int) -> Start:
        """One start.

        Raises:
            NotDoneError: no outcome came.
        """
        (port,) = free_ports(1)
        settings = contender.settings
        ported = replace(contender, settings=lambda about: {**settings(about), "POON_HTTP__PORT": str(port)})
        place = self._place(contender, str(number))
        with self._ground.fresh_database() as database_url, ThreadPoolExecutor(1) as aside:
            about = new_round(self._ground, database_url)
            with self._traffic(ported, about, number) as traffic:
                began, moment = time.monotonic(), self._clock.now()
                with running(ported, about, place) as process:
                    asking = None if contender is FLOOR else aside.submit(_ready_after, port, began)
                    answered = self._first_outcome(traffic, process) - began
                    ready = {} if asking is None else {READY: asking.result()}
        return Start(contender.name, number, answered, ready | milestones((place / LOG).read_text(), moment))

    def _place(self, contender: Contender, name: str) -> Path:
        place = self._folder / f"{contender.name}-start-{name}"
        place.mkdir(parents=True)
        return place

    @contextmanager
    def _traffic(self, contender: Contender, about: Round, number: int) -> Iterator[Traffic]:
        """One command that waits for the contender; what others left is not its work."""
        self._commands.skip_to_end(contender.group(about))
        rng = random.Random(f"{about.group} {number}")
        command_id = str(UUID(int=rng.getrandbits(128), version=4))
        waiting = job.one_command(rng, Job(1), command_id, 0, self._clock.now())
        outcomes = self._outcomes.reader(self._outcomes.ends())
        traffic = Traffic(command_producer(self._servers, linger_ms=0), outcomes, job.COMMANDS, iter([waiting]))
        traffic.send(time.monotonic())
        traffic.producer.flush()
        try:
            yield traffic
        finally:
            outcomes.close()

    def _first_outcome(self, traffic: Traffic, process: ServiceProcess) -> float:
        """When it came, monotonic seconds."""
        if not traffic.wait_for_all(time.monotonic() + START_SECONDS):
            raise NotDoneError(f"no outcome came: {process.tail()}")
        return traffic.arrivals[0].at


def _ready_after(port: int, began: float) -> float:
    """Seconds until the process answers that it is ready."""
    wait_until(lambda: _is_ready(port), f"/readyz on port {port}", timeout=START_SECONDS)
    return time.monotonic() - began


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
