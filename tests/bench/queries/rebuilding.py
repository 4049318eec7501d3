"""How fast a projection is rebuilt from stored events."""

from __future__ import annotations

import time
from dataclasses import dataclass

from adapters.clock import SystemClock
from adapters.database.engine import Database
from adapters.database.store import SqlDecisionStore
from tests.fakes.projections import spending_histories
from workers.bootstrap.projections import projections_on
from workers.ports.store import Verdict

_BATCH = 500


@dataclass(frozen=True, slots=True)
class RebuildRate:
    """Events a second of one rebuild."""

    projection: str
    events: int
    rate: float


async def rebuild_rates(database: Database, entries: int) -> list[RebuildRate]:
    """Rebuild each projection from the histories of so many entries, stored by the store itself."""
    store, history = SqlDecisionStore(database), spending_histories(entries, owners=1_000, tenant="rebuilt")
    for start in range(0, len(history), _BATCH):
        await store.commit([Verdict(event.inbox_key, (event,)) for event in history[start : start + _BATCH]])
    rates = []
    for name, rebuilder in projections_on(database, SystemClock()).rebuilders.items():
        started = time.perf_counter()
        await rebuilder.rebuild(lambda _: None)
        rates.append(RebuildRate(name, len(history), len(history) / (time.perf_counter() - started)))
    return rates
