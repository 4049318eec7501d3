"""How fast a projection is rebuilt from stored events."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from adapters.clock import SystemClock
from adapters.database.engine import Database
from adapters.database.store import SqlDecisionStore
from tests.fakes.projections import spending_histories
from workers.bootstrap.projections import projections_on
from workers.ports.store import Verdict
from workers.projections.rebuilding import BuildProgress

_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class RebuildRate:
    """How fast one rebuild was.

    Attributes:
        rate: events a second.
        cpu_rate: events a second of this process's CPU, which what else the machine does leaves as it is.
    """

    projection: str
    events: int
    rate: float
    cpu_rate: float


async def store_histories(database: Database, entries: int) -> int:
    """Store the histories of so many entries, by the store itself, and tell how many events that is."""
    store, history = SqlDecisionStore(database), spending_histories(entries, owners=1_000, tenant="rebuilt")
    for start in range(0, len(history), _BATCH):
        await store.commit([Verdict(event.inbox_key, (event,)) for event in history[start : start + _BATCH]])
    async with database.connection(writes=True) as connection:
        await connection.execute(text("ANALYZE"))
        await connection.commit()
    return len(history)


def _now() -> tuple[float, float]:
    """Of the wall, and of this process's CPU."""
    return time.perf_counter(), time.process_time()


async def rebuild_rates(database: Database, events: int) -> list[RebuildRate]:
    """Rebuild each projection from the stored events."""
    rates = []
    for name, rebuilder in projections_on(database, SystemClock()).rebuilders.items():
        before, ends = _now(), [_now()]

        def tell(_: BuildProgress, ends: list[tuple[float, float]] = ends) -> None:
            ends.append(_now())

        await rebuilder.rebuild(tell)
        # The last that is told is the end of the scan: removing the old generation comes after it.
        took, spent = ends[-1][0] - before[0], ends[-1][1] - before[1]
        rates.append(RebuildRate(name, events, events / took, events / spent))
    return rates
