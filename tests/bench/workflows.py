"""Many workflows with faults at every step and fleets that die, and whether the product's figures are the ledger's."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.database.schema import migrate
from tests.bench.machine import machine_facts
from tests.bench.report import print_facts
from tests.bench.terminal import CONSOLE, tell, write
from tests.integration.workflows.many import (
    Passed,
    Plan,
    billed,
    fails,
    ledger,
    problems,
    run_many,
    shown,
    told_by_the_product,
)
from tests.services.postgres import best_postgres
from tests.services.service import ServiceUnavailableError
from workers.entrypoints.workflow_statistics import figures_json, step_table, workflow_table

_SHOWN = 20
"""Problems printed; the file has all."""


def workflows(  # noqa: PLR0913  one argument an option
    *,
    count: Annotated[int, typer.Option(min=20, help="Workflows.")] = 200,
    deaths: Annotated[int, typer.Option(min=1, help="Fleets that die while they work.")] = 10,
    faulty: Annotated[int, typer.Option(min=2, help="Of so many commands of a type, one meets a fault.")] = 20,
    owners: Annotated[int, typer.Option(min=1, help="Owners, which are the keys.")] = 100,
    seed: Annotated[int, typer.Option(help="Of the moments of death.")] = 2,
    patience: Annotated[float, typer.Option(help="The longest life of a fleet, seconds.")] = 7_200.0,
    sqlite: Annotated[bool, typer.Option("--sqlite", help="On SQLite, though there is PostgreSQL.")] = False,
) -> None:
    """Begin many ProcessReceipt workflows: all have to end once, and the product's figures have to be the ledger's."""
    plan = Plan(count, deaths, faulty, owners, seed)
    # Whoever dies logs a lot, and leaves behind what is collected here.
    logging.disable(logging.CRITICAL)
    for left_behind in (ResourceWarning, RuntimeWarning):
        warnings.simplefilter("ignore", left_behind)
    facts = machine_facts()
    with _database(sqlite=sqlite) as (name, url):
        facts |= {"database": name, "broker": "in memory, of this process"}
        tell(f"{count} workflows, {deaths} fleets that die, a fault in every {faulty}th command of a type, on {name}")
        found = asyncio.run(_measured(plan, url, patience))
    print_facts(CONSOLE, facts)
    for problem in found["problems"][:_SHOWN]:
        CONSOLE.print(f"[red]{problem}[/red]", soft_wrap=True)
    write("workflows", {"facts": facts, **found})
    if found["problems"]:
        raise typer.Exit(1)


async def _measured(plan: Plan, url: str, patience: float) -> dict[str, Any]:
    started, used = time.monotonic(), time.process_time()
    passed = await run_many(plan, url, patience)
    took, used = time.monotonic() - started, time.process_time() - used
    started = time.monotonic()
    figures = await told_by_the_product(url, billed(plan))
    told = time.monotonic() - started
    wrong = await problems(plan, url) + _disagreements(plan, passed, shown(figures) == ledger(passed.log))
    CONSOLE.print(workflow_table([figures]))
    CONSOLE.print(step_table([figures]))
    CONSOLE.print(
        f"{took:.1f} s ({used:.1f} s of this process's processor), {passed.deaths} deaths, faults: "
        + ", ".join(f"{name} {times} of {passed.luck.seen[name]}" for name, times in passed.luck.faults.items())
        + f"; statistics of {figures.begun} workflows in {told:.2f} s; "
        + ("the product's figures are the ledger's" if not wrong else f"{len(wrong)} problems")
    )
    return {
        "plan": {"count": plan.count, "deaths": plan.deaths, "faulty": plan.faulty, "seed": plan.seed},
        "seconds": took,
        "processor_seconds": used,
        "statistics_seconds": told,
        "deaths": passed.deaths,
        "faults": dict(passed.luck.faults),
        "commands": dict(passed.luck.seen),
        "figures": figures_json(figures),
        "problems": wrong,
    }


def _disagreements(plan: Plan, passed: Passed, figures_agree: bool) -> list[str]:  # noqa: FBT001  one finding of three
    kept = ledger(passed.log)
    planned = sum(map(fails, plan.starts.values()))
    found = {
        f"{passed.deaths} fleets died instead of {plan.deaths}": passed.deaths == plan.deaths,
        "not all workflows ended": passed.ended,
        f"the ledger has {kept.begun} workflows of {plan.count}": kept.begun == plan.count,
        f"the ledger has {kept.compensated} compensated of {planned}": kept.compensated == planned,
        "the product's figures are not the ledger's": figures_agree,
    }
    return [problem for problem, is_right in found.items() if not is_right]


@contextmanager
def _database(*, sqlite: bool) -> Iterator[tuple[str, str]]:
    """An empty database: PostgreSQL where there is one. What it is, and its URL."""
    with ExitStack() as stack:
        if not sqlite:
            try:
                postgres = stack.enter_context(best_postgres())
            except ServiceUnavailableError as error:
                tell(f"on SQLite: {error}")
            else:
                url = stack.enter_context(postgres.fresh_database())
                migrate(url)
                yield str(postgres.service), url
                return
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="poon-workflows-")))
        url = f"sqlite:///{folder}/poon.db"
        migrate(url)
        yield "SQLite", url
