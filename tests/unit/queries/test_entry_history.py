"""The past of an entry, asked of a reader."""

from datetime import timedelta
from uuid import UUID

from contracts.money import Money
from tests.fakes.events import MemoryEvents
from tests.unit.domain.examples import (
    ENTRY_ID,
    OWNER,
    SENT_AT,
    TENANT,
    correct_command,
    delete_command,
    entry,
    full_record_command,
)
from tests.unit.queries.rows import FIRST_AT, stored
from workers.domain.spending import correct, delete, entry_stream, record
from workers.ports.store import Span, StoredEvent
from workers.queries.entry_history import entry_history
from workers.queries.replay import ENTRIES


def rows() -> list[StoredEvent]:
    """Recorded at five, corrected at six, deleted at seven."""
    first = entry()
    correction = correct(first, correct_command(amount=Money.of("99.00")), OWNER, SENT_AT)
    second = ENTRIES.apply(first, correction, TENANT, OWNER)
    recorded = record(None, full_record_command(), OWNER, ENTRY_ID, SENT_AT)
    return stored([recorded, correction, delete(second, delete_command(), OWNER)], entry_stream(ENTRY_ID))


async def test_a_history_tells_every_version() -> None:
    versions = await entry_history(MemoryEvents(rows()), TENANT, ENTRY_ID)
    assert [(each.state.version, str(each.state.amount.amount), each.state.is_deleted) for each in versions] == [
        (1, "120.50", False), (2, "99.00", False), (3, "99.00", True),
    ]  # fmt: skip


async def test_the_amount_before_a_correction_is_told_at_any_moment() -> None:
    reader = MemoryEvents(rows())
    told = []
    for minutes in (-1, 0, 59, 60, 600):
        until = FIRST_AT + timedelta(minutes=minutes)
        versions = await entry_history(reader, TENANT, ENTRY_ID, Span(until=until))
        told.append(str(versions[-1].state.amount.amount) if versions else None)
    assert told == [None, "120.50", "120.50", "99.00", "99.00"]


async def test_a_version_is_folded_from_the_first_whatever_span_is_asked_for() -> None:
    versions = await entry_history(MemoryEvents(rows()), TENANT, ENTRY_ID, Span(first=2, last=2))
    assert [each.state.version for each in versions] == [1, 2]


async def test_an_unknown_entry_and_that_of_another_tenant_have_no_history() -> None:
    reader = MemoryEvents(rows())
    assert await entry_history(reader, TENANT, UUID(int=9)) == []
    assert await entry_history(reader, "globex", ENTRY_ID) == []
