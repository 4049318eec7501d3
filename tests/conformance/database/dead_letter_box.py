"""What every `DeadLetterBox` promises, and every `DecisionStore` about dead letters."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.conformance.database.samples import TENANT, lettered, spending, verdict
from tests.conformance.database.samples import entry_verdict as decided_entry
from workers.ports.dead_letters import (
    Action,
    Contents,
    DeadLetter,
    DeadLetterBox,
    DeadLetterFilter,
    DeadLetterStatus,
    Edit,
    FiledLetter,
    Lane,
)
from workers.ports.store import Committed, Conflicted, DecisionStore, Unstorable

NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
BEN = Action(NOW, "ben", "engine is back")
ALL = DeadLetterFilter(statuses=tuple(DeadLetterStatus))
HOSTILE = Contents(bytes(range(256)), (("ce_id", b"\xff\x00"), ("\0name \ud83c", None), ("ce_id", b"")))


async def kept(store: DecisionStore, cause: str = "c-1", minutes: int = 0, **changes: Any) -> DeadLetter:  # noqa: ANN401
    """A stored dead letter."""
    given_up = lettered(verdict(cause), failed_at=NOW + timedelta(minutes=minutes), **changes)
    (result,) = await store.commit([given_up])
    assert isinstance(result, Committed)
    assert given_up.dead_letter is not None
    return given_up.dead_letter


async def only(box: DeadLetterBox, letter: DeadLetter) -> FiledLetter:
    (found,) = await box.get([letter.id])
    return found


async def causes(box: DeadLetterBox, wanted: DeadLetterFilter, **options: Any) -> list[str]:  # noqa: ANN401
    return [filed.letter.command_id for filed in await box.find(wanted, 100, **options)]


class DeadLetterBoxContract:
    async def test_a_dead_letter_is_stored_with_its_outcome(self, store: DecisionStore, box: DeadLetterBox) -> None:
        letter = await kept(store)
        assert await box.get([letter.id]) == [FiledLetter(letter=letter)]

    @pytest.mark.parametrize("key", [None, b"", b"\x00\xff"])
    async def test_key_value_and_headers_come_back_byte_for_byte(
        self, store: DecisionStore, box: DeadLetterBox, key: bytes | None
    ) -> None:
        letter = await kept(store, key=key, contents=HOSTILE)
        assert (await only(box, letter)).letter == letter

    async def test_a_record_without_a_value_comes_back_without_one(
        self, store: DecisionStore, box: DeadLetterBox
    ) -> None:
        letter = await kept(store, contents=Contents(None, ()))
        assert (await only(box, letter)).letter.contents == Contents(None, ())

    async def test_a_verdict_without_a_dead_letter_stores_none(self, store: DecisionStore, box: DeadLetterBox) -> None:
        await store.commit([verdict("c-1"), lettered(verdict("c-2"))])
        assert await causes(box, ALL) == ["c-2"]

    async def test_a_repeated_verdict_adds_no_second_dead_letter(
        self, store: DecisionStore, box: DeadLetterBox
    ) -> None:
        letter = await kept(store)
        (again,) = await store.commit([lettered(verdict("c-1"), reason="another reason")])
        assert isinstance(again, Committed)
        assert again.duplicate
        assert await box.get([letter.id]) == [FiledLetter(letter=letter)]

    async def test_a_command_another_worker_succeeded_with_leaves_no_dead_letter(
        self, store: DecisionStore, box: DeadLetterBox
    ) -> None:
        await store.commit([verdict("c-1")])
        await store.commit([lettered(verdict("c-1")), lettered(verdict("c-2"))])
        assert await causes(box, ALL) == ["c-2"]

    async def test_a_conflicting_verdict_leaves_no_dead_letter(self, store: DecisionStore, box: DeadLetterBox) -> None:
        await store.commit([decided_entry("c-1", spending())])
        (result,) = await store.commit([lettered(decided_entry("c-2", spending()))])
        assert isinstance(result, Conflicted)
        assert await causes(box, ALL) == []

    async def test_a_dead_letter_no_database_can_hold_takes_its_outcome_along(
        self, store: DecisionStore, box: DeadLetterBox
    ) -> None:
        bad, good = lettered(verdict("c-1"), reason="\0"), lettered(verdict("c-2"))
        results = await store.commit([bad, good])
        assert [type(result) for result in results] == [Unstorable, Committed]
        assert await store.recorded([bad.key]) == {}
        assert await causes(box, ALL) == ["c-2"]

    async def test_of_two_workers_with_the_same_dead_letter_one_stores_it(
        self, store: DecisionStore, other_store: DecisionStore, box: DeadLetterBox
    ) -> None:
        mine = [lettered(verdict(f"c-{number}")) for number in range(50)]
        await asyncio.gather(store.commit(mine), other_store.commit(list(reversed(mine))))
        assert sorted(await causes(box, ALL)) == sorted(f"c-{number}" for number in range(50))

    async def test_a_list_leaves_the_contents_out(self, store: DecisionStore, box: DeadLetterBox) -> None:
        letter = await kept(store)
        assert await box.find(ALL, 10) == [FiledLetter(letter=replace(letter, contents=None))]

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            (DeadLetterFilter(), ["c-1", "c-2", "c-3"]),
            (DeadLetterFilter(area="spending"), ["c-1", "c-3"]),
            (DeadLetterFilter(tenant="globex"), ["c-3"]),
            (DeadLetterFilter(tenant=TENANT, owner="nok"), ["c-2"]),
            (DeadLetterFilter(code="internal_error"), ["c-2"]),
            (DeadLetterFilter(command_type="poon.text.parse.v1"), ["c-2"]),
            (DeadLetterFilter(since=NOW + timedelta(minutes=1)), ["c-2", "c-3"]),
            (DeadLetterFilter(until=NOW + timedelta(minutes=1)), ["c-1"]),
            (DeadLetterFilter(text="unexpected VALUE"), ["c-2"]),
            (DeadLetterFilter(text="_%"), ["c-3"]),
            (DeadLetterFilter(text="%e%"), []),
            (DeadLetterFilter(text="\0"), []),
            (DeadLetterFilter(statuses=(DeadLetterStatus.REDRIVEN,)), []),
            (DeadLetterFilter(statuses=()), []),
        ],
    )
    async def test_a_filter_finds_what_it_says(
        self, store: DecisionStore, box: DeadLetterBox, wanted: DeadLetterFilter, found: list[str]
    ) -> None:
        await kept(store, "c-1")
        other: dict[str, Any] = {"area": "texts", "owner": "nok", "command_type": "poon.text.parse.v1"}
        await kept(store, "c-2", 1, code="internal_error", reason="Unexpected ValueError", **other)
        await kept(store, "c-3", 2, tenant="globex", reason="100_% gone")
        assert await causes(box, wanted) == found

    @pytest.mark.parametrize("newest_first", [True, False])
    async def test_pages_follow_each_other_without_a_gap_or_an_overlap(
        self, store: DecisionStore, box: DeadLetterBox, *, newest_first: bool
    ) -> None:
        await store.commit([lettered(verdict(f"c-{n}"), failed_at=NOW + timedelta(minutes=n // 3)) for n in range(10)])
        pages: list[list[UUID]] = []
        while page := await box.find(ALL, 4, pages[-1][-1] if pages else None, newest_first=newest_first):
            pages.append([filed.letter.id for filed in page])
        assert [len(page) for page in pages] == [4, 4, 2]
        whole = [filed.letter for filed in await box.find(ALL, 100, newest_first=newest_first)]
        assert [letter.id for letter in whole] == [identity for page in pages for identity in page]
        assert sorted(whole, key=lambda one: (one.failed_at, one.id), reverse=newest_first) == whole

    async def test_a_page_goes_on_behind_a_letter_that_left_the_filter(
        self, store: DecisionStore, box: DeadLetterBox
    ) -> None:
        first = await kept(store, "c-1")
        await kept(store, "c-2", 1)
        await box.save([(await only(box, first)).discarded(BEN)])
        assert await causes(box, DeadLetterFilter(), after=first.id) == ["c-2"]

    async def test_letters_come_in_the_order_asked_for_and_unknown_ones_not_at_all(
        self, store: DecisionStore, box: DeadLetterBox
    ) -> None:
        letters = [await kept(store, f"c-{number}") for number in range(3)]
        wanted = [letters[2].id, UUID(int=1), letters[0].id, letters[2].id]
        assert [filed.letter for filed in await box.get(wanted)] == [letters[2], letters[0]]
        assert list(await box.get([])) == []

    async def test_the_letters_of_a_lane_are_those_of_its_topic_partition_and_key(
        self, store: DecisionStore, box: DeadLetterBox
    ) -> None:
        lane = Lane("poon.spending.commands", 3, b"acme/somchai")
        await kept(store, "c-1")
        await kept(store, "c-2", topic="poon.texts.commands")
        await kept(store, "c-3", partition=4)
        await kept(store, "c-4", key=b"acme/nok")
        await kept(store, "c-5", key=None)
        discarded = await kept(store, "c-6")
        await box.save([(await only(box, discarded)).discarded(BEN)])
        found = await box.of_lanes([lane, Lane("elsewhere", 0, b"k"), lane])
        assert [(filed.letter.command_id, filed.letter.contents) for filed in found] == [("c-1", None)]
        assert list(await box.of_lanes([])) == []

    async def test_a_new_state_is_kept(self, store: DecisionStore, box: DeadLetterBox) -> None:
        before = await only(box, await kept(store))
        edit = Edit(type="poon.text.parse.v1", data='{"text":"ชา 40"}', tenant="acme", owner="nok")
        edited = before.edited(edit, BEN)
        assert list(await box.save([edited])) == [before.letter.id]
        assert await box.get([before.letter.id]) == [edited]
        sent = edited.redriving("c-2", BEN)
        done = sent.redriven(Action(NOW, "ann"))
        assert [list(await box.save([state])) for state in (sent, done)] == [[before.letter.id]] * 2
        assert await box.get([before.letter.id]) == [done]

    async def test_discarding_erases_what_was_written_and_keeps_the_facts(
        self, store: DecisionStore, box: DeadLetterBox
    ) -> None:
        letter = await kept(store)
        edited = (await only(box, letter)).edited(Edit(type="poon.text.parse.v1", data='{"text":"tea"}'), BEN)
        await box.save([edited])
        await box.save([edited.discarded(BEN)])
        found = await only(box, letter)
        assert letter.contents is not None
        assert found.letter == replace(letter, contents=Contents(None, letter.contents.headers))
        assert (found.status, found.edit, found.action) == (DeadLetterStatus.DISCARDED, None, BEN)

    async def test_of_two_operators_with_the_same_letter_one_is_refused(
        self, store: DecisionStore, box: DeadLetterBox, other_box: DeadLetterBox
    ) -> None:
        letter = await kept(store)
        before = await only(box, letter)
        states = [before.discarded(BEN), before.redriving("c-2", BEN)]
        written = await asyncio.gather(box.save([states[0]]), other_box.save([states[1]]))
        assert sorted(len(ids) for ids in written) == [0, 1]
        winner = states[0] if written[0] else states[1]
        assert (await only(box, letter)).status is winner.status

    async def test_a_state_that_does_not_follow_leaves_its_neighbours_alone(
        self, store: DecisionStore, box: DeadLetterBox
    ) -> None:
        first, second = await only(box, await kept(store, "c-1")), await only(box, await kept(store, "c-2"))
        await box.save([first.discarded(BEN)])
        saved = await box.save([first.redriving("c-9", BEN), second.redriving("c-8", BEN)])
        assert list(saved) == [second.letter.id]
        assert list(await box.save([])) == []
