"""What the projection `spending` makes of events: exactly what the entries themselves come to."""

import random
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from contracts.events.spending import SpendingCorrected, SpendingRejected
from contracts.events.texts import TextParsed
from contracts.money import Money
from contracts.spending import EntryChanges
from tests.fakes.commands import parsed
from tests.fakes.projections import (
    START,
    Rows,
    entries_of,
    event_of,
    published,
    spending_histories,
    spending_history,
    totals_of,
)
from workers.ports.projections import Change, MerchantCell, Missing, MonthCell, StreamKey, Tally
from workers.projections.projection import Happened, Place, change, placed
from workers.projections.projector import happened_of
from workers.projections.spending import SpendingTotals

SPENDING = SpendingTotals()
NO_FIELDS: dict[str, Any] = {}


def apply_all(rows: Rows, events: list[Happened]) -> frozenset[StreamKey]:
    """One batch, and the streams of which it lacks events."""
    pending = placed(SPENDING, events)
    decided = change(SPENDING, pending, rows.followed)
    if isinstance(decided, Missing):
        return decided.streams
    rows.change(decided)
    return frozenset()


@given(st.integers(0, 2**32), st.integers(1, 12), st.data())
def test_totals_are_those_of_the_entries_whatever_the_batches_repetitions_and_order(
    seed: int, entries: int, data: st.DataObject
) -> None:
    history = spending_histories(entries, seed)
    by_stream = [[row for row in history if row.stream == stream] for stream in {row.stream for row in history}]
    rows = Rows()
    # Streams mix at will, and any stretch from the beginning of a stream may be told again at any time.
    for _ in range(data.draw(st.integers(0, 6))):
        stream = data.draw(st.sampled_from(by_stream))
        told = stream[: data.draw(st.integers(1, len(stream)))]
        assert not apply_all(rows, [published(row) for row in data.draw(st.permutations(told))])
    assert not apply_all(rows, [published(row) for row in data.draw(st.permutations(history))])
    assert rows.cells == totals_of(entries_of(history))
    before = dict(rows.cells)
    assert not apply_all(rows, [published(row) for row in history])
    assert rows.cells == before


def test_a_correction_moves_an_amount_between_months_categories_and_merchants() -> None:
    recorded = spending_history(1, random.Random(1))[0]
    rows = Rows()
    assert not apply_all(rows, [published(recorded)])
    event = event_of(recorded)
    moved = {"spent_on": date(2025, 12, 31), "category": "Travel", "merchant": "Nok Air", "amount": Money.of("9")}
    changes = EntryChanges.model_validate(moved)
    assert not apply_all(rows, [published(recorded)._replace(event=_correction(event.entry_id, changes))])
    december = date(2025, 12, 1)
    assert rows.cells == {
        MonthCell("acme", recorded.owner, december, "Travel", "THB"): Tally(1, Decimal("9.00")),
        MerchantCell("acme", recorded.owner, december, "Nok Air", "THB"): Tally(1, Decimal("9.00")),
    }


def test_an_event_whose_predecessor_was_not_applied_is_missing_it() -> None:
    history = next(found for seed in range(9) if len(found := spending_history(1, random.Random(seed))) > 2)
    key = StreamKey("acme", history[0].stream)
    assert apply_all(Rows(), [published(history[1])]) == {key}
    assert apply_all(Rows(), [published(history[0]), published(history[2])]) == {key}


def test_one_stream_that_lacks_events_holds_back_the_whole_batch() -> None:
    whole = spending_history(1, random.Random(3))
    gap = next(found for seed in range(9) if len(found := spending_history(2, random.Random(seed))) > 1)
    rows = Rows()
    assert apply_all(rows, [published(whole[0]), published(gap[1])]) == {StreamKey("acme", gap[0].stream)}
    assert rows == Rows()


def test_what_is_no_event_of_an_entry_has_no_place() -> None:
    text = Happened("1", "acme", "nok", START, parsed())
    assert isinstance(text.event, TextParsed)
    assert SPENDING.place(text) is None
    assert SPENDING.place(text._replace(place=Place("texts-1", 1))) is None
    assert SPENDING.place(text._replace(event=SpendingRejected.model_construct(**NO_FIELDS))) is None


def test_an_event_of_a_newer_release_in_an_entrys_stream_keeps_its_place_and_changes_nothing() -> None:
    first, *_ = spending_history(1, random.Random(1))
    unknown = first._replace(version=2, type="poon.spending.blessed.v1", data="{}")
    rows = Rows()
    assert not apply_all(rows, [happened_of(first)])
    before = dict(rows.cells)
    assert not apply_all(rows, [happened_of(unknown)])
    assert rows.cells == before
    assert rows.followed[StreamKey("acme", first.stream)].version == 2


def test_an_entry_that_is_only_described_better_changes_no_cell() -> None:
    first, *_ = spending_history(1, random.Random(1))
    described = published(first)._replace(
        event=_correction(event_of(first).entry_id, EntryChanges(description="กาแฟเย็น"))
    )
    rows = Rows()
    assert not apply_all(rows, [published(first)])
    decided = change(SPENDING, placed(SPENDING, [described]), rows.followed)
    assert isinstance(decided, Change)
    assert (list(decided.added), [one.version for one in decided.followed.values()]) == ([], [2])


def test_a_correction_of_what_was_never_recorded_adds_nothing() -> None:
    first, *_ = spending_history(1, random.Random(1))
    correction = _correction(event_of(first).entry_id, EntryChanges(merchant="Grab"))
    assert SPENDING.follow("", published(first)._replace(event=correction)) == ""
    assert SPENDING.cells("acme", "") == {}


def _correction(entry_id: UUID, changes: EntryChanges) -> SpendingCorrected:
    return SpendingCorrected(entry_id=entry_id, version=2, changes=changes)
