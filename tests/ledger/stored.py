"""What stands in the tables in the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple
from uuid import UUID

from adapters.database.engine import open_database
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from adapters.database.workflows import SqlTimerStore, SqlWorkflowBoard
from contracts.topics import WORKFLOW_REPLIES
from tests.ledger.checker import EntryState
from tests.ledger.told import Entry, Run
from workers.domain.spending import entry_stream
from workers.ports.store import StoredEvent
from workers.ports.workflows import Phase

_EVERYTHING: Final = 1_000_000
_LATE: Final = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stored:
    """The rows and entries of `Evidence`."""

    rows: list[tuple[str, str]]
    entries: dict[str, EntryState]


async def read_stored(database_url: str, tenant: str, *, without: str | None = None) -> Stored:
    """Read the event table, but for a tenant that is judged by itself, and the entries of a tenant."""
    database = open_database(database_url)
    try:
        events = [event async for event in SqlEventReader(database).scan() if event.tenant != without]
        entries = await SqlSpendingRepository(database).of_tenant(tenant)
    finally:
        await database.close()
    recorded_by = {event.stream: event.causation_id for event in events if event.version == 1}
    return Stored(
        rows=[(str(event.id), event.causation_id) for event in events],
        entries={
            recorded_by[entry_stream(entry.id)]: EntryState(entry.amount.amount, entry.version) for entry in entries
        },
    )


class StoredWorkflows(NamedTuple):
    """What `WorkflowEvidence` has from the tables."""

    rows: Sequence[StoredEvent]
    entries: Mapping[UUID, Entry]
    runs: Mapping[UUID, Run]
    timers: Sequence[str]


async def read_workflows(database_url: str, tenant: str) -> StoredWorkflows:
    """Read everything of a tenant that workflows leave."""
    database = open_database(database_url)
    try:
        rows = [row async for row in SqlEventReader(database).scan(tenant)]
        entries = await SqlSpendingRepository(database).of_tenant(tenant)
        runs = await SqlWorkflowBoard(database).find(list(Phase), _EVERYTHING, tenant)
        timers = await SqlTimerStore(database).due(range(WORKFLOW_REPLIES.partitions), _LATE, _EVERYTHING)
    finally:
        await database.close()
    return StoredWorkflows(
        rows=rows,
        entries={one.id: Entry(one.owner, one.amount.amount, one.version, one.is_deleted) for one in entries},
        runs={run.id: Run(run.phase.value, run.version) for run in runs},
        timers=[f"{timer.workflow_id} at {timer.step}" for timer in timers if timer.tenant == tenant],
    )
