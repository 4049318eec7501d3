"""What sealing personal texts costs a command: the same entries stored in the clear and sealed, by turns."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from adapters.database.engine import Database, open_database
from adapters.database.owner_keys import Vault
from adapters.database.reading import SqlSpendingRepository
from adapters.database.schema import migrate
from adapters.database.store import SqlDecisionStore
from adapters.vault.aead import AesGcm
from adapters.vault.master_keys import LocalMasterKeys
from tests.bench.event_store.experiment import Spent
from tests.bench.machine import machine_facts
from tests.bench.report import print_facts
from tests.bench.statistics import Spread, paired_ratio
from tests.bench.terminal import CONSOLE, tell, write
from tests.conformance.database.owners import recorded
from tests.conformance.database.samples import TENANT, entry_id, full_spending
from tests.services.postgres import best_postgres
from workers.entrypoints.output import table
from workers.ports.store import Verdict

CLEAR, SEALED, FIRST = "in the clear", "sealed", "sealed, first of each owner"


@dataclass
class SealingRun:
    """Measures one database.

    Attributes:
        url: migrated, and empty.
        commands: stored in one batch, each of an owner of its own.
        turns: what each batch took to store, and to read back, by what it was.
    """

    url: str
    commands: int
    rounds: int
    stored: dict[str, list[Spent]] = field(default_factory=dict)
    read: dict[str, list[Spent]] = field(default_factory=dict)

    async def run(self) -> None:
        """All rounds; keys are made in the first turn of each kind of owners and are known in the others."""
        clear, sealed = open_database(self.url), open_database(self.url)
        cipher = AesGcm()
        vault = Vault(cipher, LocalMasterKeys([cipher.new_key()], cipher), uuid4)
        sealed.seal_with(vault)
        for warming in range(self.rounds + 1):
            turns = ((CLEAR, clear, "old"), (SEALED, sealed, "old"), (FIRST, sealed, f"new-{warming}"))
            for name, database, owners in turns:
                batch = [_recorded(f"{name}-{warming}-{n}", f"{owners}-{n}") for n in range(self.commands)]
                stored, read = await _turn(database, batch)
                if warming:  # in the first, connections are opened and the keys of the old owners made
                    self.stored.setdefault(name, []).append(stored)
                    self.read.setdefault(name, []).append(read)
        await clear.close()
        await sealed.close()


async def _turn(database: Database, batch: Sequence[Verdict]) -> tuple[Spent, Spent]:
    store, entries = SqlDecisionStore(database), SqlSpendingRepository(database)
    begun = _clocks()
    await store.commit(batch)
    between = _clocks()
    await asyncio.gather(*(entries.get(TENANT, state.id) for verdict in batch for state in verdict.states))
    ended = _clocks()
    return _between(begun, between), _between(between, ended)


def _recorded(name: str, owner: str) -> Verdict:
    return recorded(full_spending()._replace(id=entry_id(name), owner=owner, deleted_reason=None), name)


def _clocks() -> Spent:
    return Spent(time.perf_counter(), time.process_time())


def _between(begun: Spent, ended: Spent) -> Spent:
    return Spent(ended.wall - begun.wall, ended.cpu - begun.cpu)


def sealing(
    *,
    commands: Annotated[int, typer.Option(help="Stored in one transaction, each of another owner.")] = 256,
    rounds: Annotated[int, typer.Option(help="How often each gets its turn.")] = 20,
) -> None:
    """Store and read entries in the clear and sealed: processor time a command, and the ratio."""
    facts, found = machine_facts(), dict[str, SealingRun]()
    with tempfile.TemporaryDirectory(prefix="poon-bench-") as folder, best_postgres(volatile=False) as postgres:
        facts["PostgreSQL"] = str(postgres.service)
        with postgres.fresh_database() as url:
            for name, place in (("PostgreSQL", url), ("SQLite", f"sqlite:///{Path(folder) / 'poon.db'}")):
                tell(f"{name}: {rounds} rounds")
                migrate(place)
                found[name] = SealingRun(place, commands, rounds)
                asyncio.run(found[name].run())
    print_facts(CONSOLE, facts)
    for name, run in found.items():
        _print(name, run)
    turns = {name: {"stored": run.stored, "read": run.read} for name, run in found.items()}
    write("sealing", {"facts": facts, "turns": turns})


def _print(name: str, run: SealingRun) -> None:
    rows = []
    for what in (CLEAR, SEALED, FIRST):
        cells = [what]
        for turns in (run.stored, run.read):
            cpu = [each.cpu for each in turns[what]]
            ratio = paired_ratio(cpu, [each.cpu for each in turns[CLEAR]])
            cells += [f"{Spread.of(cpu).median / run.commands * 1e6:,.0f}", f"{ratio:.2f}"]
        rows.append(tuple(cells))
    columns = (name, "stored, µs of CPU", "times", "read, µs of CPU", "times")
    CONSOLE.print(table(columns, rows, right=columns[1:]))


def register(app: typer.Typer) -> None:
    """Add the experiment to the bench's command line."""
    app.command()(sealing)
