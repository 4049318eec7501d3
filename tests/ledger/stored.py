"""What stands in the tables in the end."""

from dataclasses import dataclass

from adapters.database.engine import open_database
from adapters.database.reading import SqlEventReader, SqlSpendingRepository
from tests.ledger.checker import EntryState
from workers.domain.spending import entry_stream


@dataclass(frozen=True, slots=True)
class Stored:
    """The rows and entries of `Evidence`."""

    rows: list[tuple[str, str]]
    entries: dict[str, EntryState]


async def read_stored(database_url: str, tenant: str) -> Stored:
    """Read the event table and the entries of a tenant."""
    database = open_database(database_url)
    try:
        events = [event async for event in SqlEventReader(database).scan()]
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
