"""The command line of the experiment about the event store."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.database.schema import migrate
from tests.bench.event_store.experiment import EventStoreOptions, EventStoreRun, Spent
from tests.bench.machine import machine_facts
from tests.bench.report import print_facts
from tests.bench.statistics import Spread, paired_ratio
from tests.bench.terminal import CONSOLE, tell, write
from tests.services.postgres import best_postgres
from workers.entrypoints.output import table

BASES: Final = {
    "append: the store": "append: bare inserts",
    "load: the reader": "load: bare select",
    "newest state: fold of all": "newest state: the inline row",
    "as of the middle: fold": "as of the middle: from a snapshot",
}
"""What each is compared with."""


def register(app: typer.Typer) -> None:
    """Add the experiment to the bench's command line."""
    app.command()(event_store)


def event_store(
    *,
    events: Annotated[int, typer.Option(help="Appended in each round, twice.")] = 10_000,
    batch: Annotated[int, typer.Option(help="Events in a transaction.")] = 100,
    length: Annotated[int, typer.Option(help="Of the long stream.")] = 10_000,
    every: Annotated[int, typer.Option(help="Versions between two snapshots.")] = 100,
    rounds: Annotated[int, typer.Option(help="How often everything gets its turn.")] = 3,
) -> None:
    """Append to the event store and load a long stream, beside the bare table; and what snapshots would save."""
    options = EventStoreOptions(events, batch, length, every, rounds)
    facts, found = machine_facts(), dict[str, Mapping[str, Sequence[Spent]]]()
    with tempfile.TemporaryDirectory(prefix="poon-bench-") as folder, best_postgres(volatile=False) as postgres:
        facts["PostgreSQL"] = str(postgres.service)
        with postgres.fresh_database() as url:
            for name, place in (("PostgreSQL", url), ("SQLite", f"sqlite:///{Path(folder) / 'poon.db'}")):
                tell(f"{name}: {rounds} rounds")
                migrate(place)
                run = EventStoreRun(place, options)
                run.run()
                found[name] = run.turns
    print_facts(CONSOLE, facts)
    for name, turns in found.items():
        _print(name, turns)
    write("event_store", {"facts": facts, "options": options, "turns": found})


def _print(name: str, turns: Mapping[str, Sequence[Spent]]) -> None:
    rows = []
    for what, spent in turns.items():
        wall, cpu = Spread.of([each.wall for each in spent]), Spread.of([each.cpu for each in spent])
        base = turns.get(BASES.get(what, ""))
        ratios = ("", "") if base is None else (_ratio(spent, base, "wall"), _ratio(spent, base, "cpu"))
        rows.append((what, f"{wall.median * 1000:,.1f}", f"{cpu.median * 1000:,.1f}", *ratios))
    columns = (name, "ms", "ms of CPU here", "times its base", "by CPU")
    CONSOLE.print(table(columns, rows, right=columns[1:]))


def _ratio(spent: Sequence[Spent], base: Sequence[Spent], clock: str) -> str:
    return f"{paired_ratio([getattr(each, clock) for each in spent], [getattr(each, clock) for each in base]):.1f}"
