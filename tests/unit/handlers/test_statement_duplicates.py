"""Rows of a statement beside what was told otherwise: named, and never dropped."""

from datetime import date
from uuid import UUID

from contracts.events.spending import SpendingRecorded
from contracts.events.statements import StatementChunkImported
from contracts.spending import Source, SourceKind
from tests.unit.handlers.test_statements import AGAIN, JANUARY, Desk, statuses
from workers.domain.spending import SpendingEntry
from workers.ports.handling import Decision


def told(decision: Decision) -> list[list[tuple[UUID, str, str]]]:
    """What each entry of a chunk was said to look like."""
    recorded = [event.payload for event in decision.events if isinstance(event.payload, SpendingRecorded)]
    return [[(each.entry_id, each.reason, each.strength) for each in event.possible_duplicates] for event in recorded]


async def test_rows_name_what_was_told_by_text_or_receipt_and_all_are_recorded() -> None:
    desk = Desk()
    await desk.survey(JANUARY)
    seven, _, ais = (state for state in (await desk.decide()).states if isinstance(state, SpendingEntry))
    note = seven._replace(id=UUID(int=1), merchant="7-eleven 12", source=Source(kind=SourceKind.TEXT))
    slip = ais._replace(id=UUID(int=2), source=Source(kind=SourceKind.RECEIPT, reference="R-77"), merchant="Advanced")
    other_day = seven._replace(id=UUID(int=3), source=Source(kind=SourceKind.TEXT), spent_on=date(2026, 1, 3))
    other_shop = seven._replace(id=UUID(int=4), source=Source(kind=SourceKind.TEXT), merchant="Lotus")
    strangers = note._replace(id=UUID(int=5), owner="stranger")
    desk.stored.looks = 0
    for entry in (note, slip, other_day, other_shop, strangers):
        desk.entries.keep(entry)

    decision = await desk.decide()

    assert desk.stored.looks == 1
    weak = [(note.id, "same_day", "weak")]
    assert told(decision) == [weak, weak, [(slip.id, "same_reference", "strong")]]
    imported = decision.events[-1].payload
    assert isinstance(imported, StatementChunkImported)
    assert statuses(imported) == ["recorded", "recorded", "income", "rejected", "recorded"]


async def test_rows_of_one_import_never_name_each_other() -> None:
    """Though both are of one minute, and the first chunk was stored before the second is decided."""
    desk = Desk()
    rows = "Date,Time,Description,Debit,Reference\n" + "".join(
        f"02/01/2026,10:15,BTS,44.00,{number}\n" for number in range(2)
    )
    await desk.survey(rows)
    first, second = (state for state in (await desk.decide()).states if isinstance(state, SpendingEntry))
    desk.entries.keep(first)
    assert told(await desk.decide()) == [[]]
    assert second.source.command_id == first.source.command_id


async def test_a_row_of_another_import_in_the_same_minute_is_named() -> None:
    desk = Desk()
    head = "Date,Time,Description,Debit,Reference\n"
    await desk.take(head + "02/01/2026,10:15,BTS,44.00,one\n")
    (earlier,) = await desk.entries.of_tenant(desk.context.tenant)
    await desk.survey(head + "01/01/2026,09:00,Other,1.00,\n02/01/2026,10:15,bts,44.00,\n", AGAIN)
    assert told(await desk.decide(AGAIN)) == [[], [(earlier.id, "same_minute", "medium")]]


async def test_a_chunk_that_records_nothing_is_looked_at_by_nobody() -> None:
    desk = Desk()
    await desk.take(JANUARY)
    desk.stored.looks = 0
    await desk.take(JANUARY, AGAIN)
    assert desk.stored.looks == 0


async def test_who_leaves_duplicates_unnamed_has_chunks_decided_without_a_look() -> None:
    desk = Desk(named=False)
    await desk.take(JANUARY)
    assert desk.stored.looks == 0
