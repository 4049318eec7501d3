"""Who takes part in the head-of-line experiment."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from contracts.commands.spending import RecordSpending
from tests.bench.contenders import Contender, telemetry_off
from tests.bench.head_of_line.commands import CALL_HEADER
from tests.bench.round import Round
from tests.services.kafka_jars import MavenJars, find_java
from tests.services.service import ServiceUnavailableError
from workers.bootstrap.parts import intake_options, worker_limits
from workers.config import load_settings

PEER: Final = Path(__file__).parents[1] / "peers" / "parallel_consumer"
ORDERED: Final = "key-ordered"
UNORDERED: Final = "no-ordering"
SEQUENTIAL: Final = "sequential"
PARALLEL_CONSUMER: Final = "parallel-consumer"

_ANY_ORDER: Final = {"POON_RUNTIME__BY_TYPE": json.dumps({RecordSpending.type: {"ordered": False}})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """A contender, and what is asked of it.

    Attributes:
        ordered: whether commands of a key have to take effect in order.
        stores: whether it writes into the database.
        answers: whether it can be asked over HTTP how far it is.
        only: the messages after which it has shown enough; None for all.
    """

    contender: Contender
    ordered: bool = True
    stores: bool = True
    answers: bool = False
    only: int | None = None

    @property
    def name(self) -> str:
        """The contender's."""
        return self.contender.name

    def answering_at(self, port: int) -> Contender:
        """The contender, told where to listen."""
        if not self.answers:
            return self.contender
        settings = self.contender.settings
        return replace(self.contender, settings=lambda about: {**settings(about), "POON_HTTP__PORT": str(port)})


def ours(in_flight: int) -> Entrant:
    """The fleet, keys in order."""
    return _fleet(ORDERED, "poon run with calls that wait", in_flight, {})


def without_order(in_flight: int) -> Entrant:
    """The same fleet with a lane for each command: what keeping order costs shows beside it."""
    return replace(
        _fleet(UNORDERED, "the same, every command in a lane of its own", in_flight, _ANY_ORDER), ordered=False
    )


def sequential(messages: int) -> Entrant:
    """One record at a time per partition; stopped after some messages, because it takes so long."""
    contender = Contender(
        name=SEQUENTIAL,
        about="bare aiokafka, of every partition one record at a time",
        arguments=("-m", "tests.bench.runners.sequential"),
    )
    return Entrant(contender=contender, only=messages)


def parallel_consumer(in_flight: int) -> Entrant:
    """Confluent's Parallel Consumer.

    Raises:
        ServiceUnavailableError: no Java or no jars.
    """
    java = find_java()
    if java is None:
        raise ServiceUnavailableError("no Java that is new enough")
    jars = MavenJars("parallel-consumer", PEER / "pom.xml").fetch()

    def settings(about: Round) -> Mapping[str, str]:
        return {
            "BENCH_SERVERS": about.bootstrap_servers,
            "BENCH_GROUP": about.group,
            "BENCH_COMMANDS": about.commands,
            "BENCH_OUTCOMES": about.outcomes,
            "BENCH_IN_FLIGHT": str(in_flight),
            "BENCH_CALL_HEADER": CALL_HEADER,
        }

    contender = Contender(
        name=PARALLEL_CONSUMER,
        about="Confluent's Parallel Consumer in key order; no database",
        arguments=("-cp", f"{jars}{os.sep}*", str(PEER / "ParallelConsumerApp.java")),
        settings=settings,
        python=lambda: java,
    )
    return Entrant(contender=contender, stores=False)


def gap_bound(in_flight: int) -> int:
    """The most records of a partition that may lie above its watermark.

    Intake pauses at the limit; what a poll brings at once may go beyond it.
    """
    settings = load_settings({**os.environ, **_places(in_flight)}, Path.cwd())
    limits = worker_limits(settings, RecordSpending.area)
    return limits.flow.gap_high + intake_options(settings, RecordSpending.area).max_records


def _fleet(name: str, about: str, in_flight: int, more: Mapping[str, str]) -> Entrant:
    contender = Contender(
        name=name,
        about=about,
        arguments=("-m", "tests.bench.runners.slow_calls"),
        settings=lambda round_: {**telemetry_off(round_), **_places(in_flight), **more},
        group=lambda round_: f"{round_.group}.{RecordSpending.area}",
    )
    return Entrant(contender=contender, answers=True)


def _places(in_flight: int) -> dict[str, str]:
    return {"POON_RUNTIME__MAX_IN_FLIGHT": str(in_flight)}
