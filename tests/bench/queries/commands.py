"""The command line of the experiment about queries."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from adapters.database.engine import open_database
from adapters.database.schema import migrate
from tests.bench.machine import machine_facts
from tests.bench.queries.asking import Queries, Timing, slowest
from tests.bench.queries.filling import Size, fill_postgresql, fill_sqlite
from tests.bench.queries.rebuilding import RebuildRate, rebuild_rates, store_histories
from tests.bench.report import print_facts
from tests.bench.terminal import CONSOLE, tell, write
from tests.services.postgres import best_postgres

ALLOWED: Final = 50.0
"""The most milliseconds a query of the product may take on average."""


def register(app: typer.Typer) -> None:
    """Add the experiment to the bench's command line."""
    app.command()(queries)


def queries(
    *,
    entries: Annotated[int, typer.Option(help="Spending entries.")] = 1_000_000,
    owners: Annotated[int, typer.Option(help="Owners beside the heavy one, who has a tenth.")] = 1_000,
    rounds: Annotated[int, typer.Option(help="How often each query is asked.")] = 50,
    databases: Annotated[str, typer.Option(help="Which, with commas.")] = "postgresql,sqlite",
    rebuilt: Annotated[int, typer.Option(help="Entries whose histories are rebuilt from.")] = 10_000,
    plans: Annotated[Path | None, typer.Option(help="Keep the plans in this file.")] = None,
) -> None:
    """Ask every query of the product on a million entries: fails when one takes 50 ms on average."""
    facts, size = machine_facts(), Size(entries, owners)
    found: dict[str, dict[str, object]] = {}
    kept: list[str] = []
    means = []
    for name in databases.split(","):
        tell(f"{name}: {entries:,} entries")
        with _filled(name, size) as url:
            timings, before, shown, rates = asyncio.run(_asked(url, size, rounds, rebuilt))
        _print(name, timings, before, rates)
        means.append(slowest(timings))
        found[name] = {
            "timings": [asdict(one) for one in timings],
            "with the old index": [asdict(one) for one in before],
            "rebuilds": [asdict(one) for one in rates],
            "plans": shown,
        }
        kept += [f"## {name}\n", *(f"### {what}\n\n```\n{plan}\n```\n" for what, plan in shown.items())]
    print_facts(CONSOLE, facts)
    write("queries", {"machine": facts, "entries": entries, "owners": owners, "rounds": rounds, **found})
    if plans is not None:
        plans.write_text(_PREFACE.format(entries=entries, owners=owners) + "\n".join(kept))
    if max(means) > ALLOWED:
        raise typer.Exit(1)


async def _asked(
    url: str, size: Size, rounds: int, rebuilt: int
) -> tuple[list[Timing], list[Timing], dict[str, str], list[RebuildRate]]:
    database = open_database(url, pool_size=2, operation_timeout=600)
    try:
        stored = await store_histories(database, rebuilt)
        asking = Queries(database, size)
        timings, shown = await asking.timings(rounds), await asking.plans()
        await asking.use_the_old_index()
        before = await asking.timings_of_lists(rounds)
        return timings, before, shown, await rebuild_rates(database, stored)
    finally:
        await database.close()


@contextmanager
def _filled(name: str, size: Size) -> Iterator[str]:
    if name == "sqlite":
        with tempfile.TemporaryDirectory(prefix="poon-queries-") as folder:
            path = Path(folder) / "poon.db"
            migrate(f"sqlite:///{path}")
            fill_sqlite(path, size)
            yield f"sqlite:///{path}"
    elif name == "postgresql":
        with best_postgres(volatile=False) as service, service.fresh_database() as url:
            migrate(url)
            asyncio.run(fill_postgresql(url, size))
            yield url
    else:
        raise typer.BadParameter("choose from postgresql, sqlite", param_hint="--databases")


def _print(name: str, timings: Sequence[Timing], before: Sequence[Timing], rates: Sequence[RebuildRate]) -> None:
    shown = Table("Query", "Mean ms", "Best ms", "Median ms", "Worst ms", title=name)
    for timing in timings:
        shown.add_row(
            timing.query, *(f"{value:.2f}" for value in (timing.mean, timing.best, timing.median, timing.worst))
        )
    for timing in before:
        values = (f"{value:.2f}" for value in (timing.mean, timing.best, timing.median, timing.worst))
        shown.add_row(f"{timing.query}, with the old index", *values)
    CONSOLE.print(shown)
    for rate in rates:
        told = f"{rate.rate:,.0f} events/s, {rate.cpu_rate:,.0f} a second of its own CPU, over {rate.events:,} events"
        CONSOLE.print(f"rebuild of {rate.projection}: {told}")


_PREFACE: Final = """# Query plans

How PostgreSQL and SQLite carry out the statements of the read side on {entries:,} entries of {owners:,} owners and one
who has a tenth of them. Written by `make bench ARGS="queries --plans docs/query-plans.md"`; a smaller test in
`tests/conformance/database/read_models.py` refuses any plan that walks a whole table of rows, those of a rebuild's
pages among them.

"""
