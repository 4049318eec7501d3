"""Who takes part: how each is started, and what it is told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from tests.bench.environment import peers_python
from tests.bench.round import Round

ROOT: Final = Path(__file__).parents[2]

TELEMETRY_ON: Final = {
    "POON_LOGGING__LEVEL": "info",
    "POON_LOGGING__COMMANDS": "all",
    "POON_TELEMETRY__METRICS": "true",
}
"""Beside a collector for the traces, sampled as they are by default."""

TELEMETRY_OFF: Final = {
    "POON_LOGGING__LEVEL": "warning",
    "POON_LOGGING__COMMANDS": "none",
    "POON_TELEMETRY__METRICS": "false",
}


def our_python() -> Path:
    """The interpreter this runs in."""
    return Path(sys.executable)


class Queue(StrEnum):
    """Where a contender takes its commands from."""

    BACKLOG = "the topic of commands that all read"
    OWN_TOPIC = "a topic it fills itself, in its own format"
    REDIS = "Redis, which it fills itself"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One way to do the job.

    Attributes:
        name: on the command line and in the table.
        about: one line for people.
        arguments: what its Python is started with.
        settings: its environment variables for a round, besides the round itself.
        share: the part of the messages it is given; a slow one is known as well from fewer.
        group: the consumer group it commits under, from the round's.
        python: its interpreter.
        queue: where its commands come from.
        feed: what its Python is started with to fill its own queue.
        leftovers: Redis keys that are gone once every task is acknowledged.
        lines: how many lines a message its log has to hold in the end: it shows that it did what it says it does.
    """

    name: str
    about: str
    arguments: Sequence[str]
    settings: Callable[[Round], Mapping[str, str]] = field(default=lambda _: {})
    share: float = 1.0
    group: Callable[[Round], str] = field(default=lambda about: about.group)
    python: Callable[[], Path] = our_python
    queue: Queue = Queue.BACKLOG
    feed: Sequence[str] = ()
    leftovers: Sequence[str] = ()
    lines: int = 0

    def command(self, profile: Path | None) -> list[str]:
        """The command line; under cProfile, with the result in a file, when asked for."""
        profiler = ["-m", "cProfile", "-o", str(profile)] if profile else []
        return [str(self.python()), *profiler, *self.arguments]

    def environment(self, about: Round) -> dict[str, str]:
        """All variables that tell it its round."""
        return {"PYTHONPATH": str(ROOT), **about.environment(), **self.settings(about)}


def _fleet(about: Round, telemetry: Mapping[str, str]) -> dict[str, str]:
    return {
        "POON_KAFKA__BOOTSTRAP_SERVERS": about.bootstrap_servers,
        "POON_KAFKA__GROUP_ID": about.group,
        "POON_DATABASE__URL": about.database_url,
        "POON_DATA_DIR": ".poon",
        "POON_LOGGING__FORMAT": "json",
        "POON_HTTP__PORT": "0",
        # No contender looks whether the same purchase is stored already; what that costs is measured apart.
        "POON_SPENDING__NAME_DUPLICATES": "false",
        **telemetry,
    }


def _everything_on(about: Round) -> dict[str, str]:
    return _fleet(about, TELEMETRY_ON | {"POON_TELEMETRY__OTLP_ENDPOINT": about.otlp_endpoint})


def telemetry_off(about: Round) -> dict[str, str]:
    """The fleet's settings for a round, telling nothing of single commands."""
    return _fleet(about, TELEMETRY_OFF)


def _ours(name: str, about: str, settings: Callable[[Round], Mapping[str, str]], lines: int) -> Contender:
    return Contender(
        name=name,
        about=about,
        arguments=("-m", "workers.entrypoints.cli", "run", "--areas", "spending"),
        settings=settings,
        lines=lines,
        group=lambda round_: f"{round_.group}.spending",
    )


def _peer(
    name: str,
    about: str,
    arguments: Sequence[str],
    *,
    share: float = 0.1,
    queue: Queue = Queue.REDIS,
    leftovers: Sequence[str] = (),
) -> Contender:
    """A task queue in the peers' environment, which is fed by its own module."""
    return Contender(
        name=name,
        about=about,
        arguments=("-m", *arguments),
        share=share,
        python=peers_python,
        queue=queue,
        feed=("-m", f"tests.bench.peers.{name}_app", "feed"),
        leftovers=leftovers,
    )


FLOOR: Final = Contender(
    name="floor",
    about="bare aiokafka, pydantic, one statement a batch; no framework",
    arguments=("-m", "tests.bench.runners.floor"),
)

OURS: Final = (
    _ours("ours-on", "poon run with a line a command, metrics and sampled traces", _everything_on, lines=1),
    _ours("ours-off", "poon run without", telemetry_off, lines=0),
)

PARTS_OF_TELEMETRY: Final = (
    _ours(
        "ours-lines",
        "ours-off, with a line a command",
        lambda about: _fleet(about, TELEMETRY_OFF | {"POON_LOGGING__LEVEL": "info", "POON_LOGGING__COMMANDS": "all"}),
        lines=1,
    ),
    _ours(
        "ours-metrics",
        "ours-off, with metrics",
        lambda about: _fleet(about, TELEMETRY_OFF | {"POON_TELEMETRY__METRICS": "true"}),
        lines=0,
    ),
    _ours(
        "ours-traces",
        "ours-off, with sampled traces",
        lambda about: _fleet(about, TELEMETRY_OFF | {"POON_TELEMETRY__OTLP_ENDPOINT": about.otlp_endpoint}),
        lines=0,
    ),
)
"""Each part of ours-on by itself; what they cost is told beside ours-off."""

NAMING_DUPLICATES: Final = _ours(
    "ours-duplicates",
    "ours-on, which also names entries that may tell of the same purchase",
    lambda about: {**_everything_on(about), "POON_SPENDING__NAME_DUPLICATES": "true"},
    lines=1,
)


def slowed(contender: Contender, microseconds: float) -> Contender:
    """One of ours, which burns that much more CPU for each message."""
    settings = contender.settings
    return replace(
        contender,
        arguments=("-m", "tests.bench.runners.slowed"),
        settings=lambda about: {**settings(about), "BENCH_SLOWDOWN_MICROSECONDS": f"{microseconds:.1f}"},
    )


PEERS: Final = (
    Contender(
        name="faststream",
        about="FastStream's tutorial: a function and a session a message",
        arguments=("-m", "tests.bench.peers.faststream_app"),
        share=0.1,
    ),
    _peer(
        "celery",
        "Celery, prefork, on Redis",
        ("celery", "-A", "tests.bench.peers.celery_app", "worker"),
        leftovers=("celery", "unacked"),
    ),
    _peer(
        "dramatiq",
        "Dramatiq on Redis",
        ("dramatiq", "tests.bench.peers.dramatiq_app"),
        leftovers=("dramatiq:default", "dramatiq:default.msgs"),
    ),
    _peer("arq", "arq on Redis", ("arq", "tests.bench.peers.arq_app.WorkerSettings"), leftovers=("arq:queue",)),
    _peer(
        "taskiq",
        "Taskiq on Kafka",
        ("taskiq", "worker", "tests.bench.peers.taskiq_app:broker"),
        queue=Queue.OWN_TOPIC,
    ),
)

CONTENDERS: Final = {contender.name: contender for contender in (FLOOR, *OURS, NAMING_DUPLICATES, *PEERS)}
