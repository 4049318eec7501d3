"""What the event loop pays for telling: each observer by itself, in this process, without broker and database."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Annotated, Final
from uuid import UUID

import typer
from rich.table import Table

from adapters.clock import SystemClock
from contracts.base import Command, Event
from contracts.commands.spending import RecordSpending
from contracts.commands.texts import ParseText
from contracts.events.spending import SpendingRecorded
from contracts.events.texts import TextParsed
from contracts.examples import examples_of
from tests.bench.collector import Collector
from tests.bench.machine import machine_facts
from tests.bench.report import print_facts
from tests.bench.terminal import CONSOLE, folder, write
from tests.fakes.broker import FakeRecord
from tests.fakes.commands import TEXT_COMMANDS, envelope
from workers.bootstrap.telemetry import telemetry
from workers.config import Settings
from workers.ports.handling import Decision, NewEvent
from workers.ports.observing import Observer, Settled

OFF: Final[dict[str, dict[str, object]]] = {
    "logging": {"format": "json", "commands": "none"},
    "telemetry": {"metrics": False},
}
JOBS: Final[Mapping[str, tuple[type[Command], type[Event]]]] = {
    "spending": (RecordSpending, SpendingRecorded),
    "texts": (ParseText, TextParsed),
}
"""What is told of: a decision that says little, and one with confidence and shares of backends."""


def telling(
    *,
    messages: Annotated[int, typer.Option(min=200, help="Messages of a run.")] = 50_000,
    batch: Annotated[int, typer.Option(min=1, help="Messages of a batch.")] = 200,
    runs: Annotated[int, typer.Option(min=1, help="Runs of each part.")] = 7,
) -> None:
    """Tell observers of batches: CPU of the loop, microseconds a message above telling nobody, by part and of all."""
    facts = machine_facts()
    found: dict[str, list[float]] = {}
    with folder(None) as place, Collector(place) as collector:
        for job in JOBS:
            nothing = min(_run(job, OFF, messages, batch) for _ in range(runs))
            for name, given in parts(collector.endpoint).items():
                costs = sorted(_run(job, given, messages, batch) - nothing for _ in range(runs))
                found[f"{job}: {name}"] = costs
    print_facts(CONSOLE, facts)
    table = Table("Part", title=f"CPU of the loop, µs a message, {messages} in batches of {batch}")
    for heading in ("least", "median"):
        table.add_column(heading, justify="right")
    for name, costs in found.items():
        table.add_row(name, f"{costs[0]:.2f}", f"{median(costs):.2f}")
    CONSOLE.print(table)
    write("telling", {"facts": facts, "messages": messages, "batch": batch, "microseconds": found})


def parts(endpoint: str) -> Mapping[str, Mapping[str, Mapping[str, object]]]:
    """Settings by what they turn on."""
    lines: dict[str, object] = {"format": "json", "commands": "all"}
    return {
        "metrics": OFF | {"telemetry": {"metrics": True}},
        "lines": OFF | {"logging": lines},
        "traces": OFF | {"telemetry": {"metrics": False, "otlp_endpoint": endpoint}},
        "all": {"logging": lines, "telemetry": {"metrics": True, "otlp_endpoint": endpoint}},
    }


def _run(job: str, given: Mapping[str, object], messages: int, batch: int) -> float:
    with _observer(job, given) as observer:
        told = _batch(job, batch)
        clock = SystemClock()
        count = messages // batch
        before = time.thread_time()
        for _ in range(count):
            _tell(observer, told, clock.monotonic)
        return (time.thread_time() - before) / (count * batch) * 1e6


def _tell(observer: Observer, told: list[Settled], now: Callable[[], float]) -> None:
    at = now()
    observer.taken([one.record for one in told], at)
    observer.stored(len(told), 0, at, at)
    observer.published(len(told), at, at)
    observer.settled([one._replace(taken=at, started=at, decided=at, first=at) for one in told], at)
    observer.offsets_committed(1, at, at, None)


@contextmanager
def _observer(job: str, given: Mapping[str, object]) -> Iterator[Observer]:
    with ExitStack() as stack:
        sink = stack.enter_context(open(os.devnull, "wb"))  # noqa: PTH123  a device
        told = stack.enter_context(telemetry(Settings.model_validate(given), SystemClock(), sink))
        yield told.observer(job, "group")


def _batch(job: str, size: int) -> list[Settled]:
    command, event = JOBS[job]
    payload = next(one.message for one in examples_of(event.type) if isinstance(one.message, event))
    decision = Decision((NewEvent(payload),))
    return [
        Settled(
            FakeRecord(TEXT_COMMANDS, 0, number),
            envelope(f"c-{number}", "nok", command.type)._replace(time=SystemClock().now()),
            event.type,
            UUID(int=number),
            None,
            duplicate=False,
            attempts=1,
            taken=0.0,
            started=0.0,
            decided=0.0,
            decision=decision,
        )
        for number in range(size)
    ]
