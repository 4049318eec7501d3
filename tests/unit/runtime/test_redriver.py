"""Redriving on in-memory ports: planning, sending, being interrupted and being overtaken."""

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from uuid import UUID

import pytest

from contracts.envelope import parse_envelope
from contracts.errors import ErrorCode
from tests.fakes.broker import FakeRecord
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.commands import text_record
from tests.fakes.dead_letters import FakeLog, MemoryBox, filed_of
from tests.fakes.store import MemoryStore
from workers.ports.dead_letters import Action, DeadLetterStatus, FiledLetter
from workers.ports.errors import UnavailableError
from workers.runtime import outcomes
from workers.runtime.deliveries import receive
from workers.runtime.offsets import PartitionOffsets
from workers.runtime.redrive import RedriveRules, Waiver, replacement_id
from workers.runtime.redrive_history import HistoryReader
from workers.runtime.redriver import CHUNK, Planned, RedrivePorts, Redriver, Sent

BEN = Action(NOON, "ben", "engine is back")
OUT_OF_ORDER, FORCE = Waiver.OUT_OF_ORDER, Waiver.FORCE


class Bench:
    """A box of dead letters whose records are on the log."""

    def __init__(self, *letters: FiledLetter) -> None:
        self.box = MemoryBox(*letters)
        self.log = FakeLog()
        self.log.append(*sorted(map(_record, letters), key=attrgetter("offset")))
        self.store = MemoryStore()
        for filed in letters:
            delivery = receive(_record(filed), PartitionOffsets())
            failure = outcomes.failed(delivery, ErrorCode.BACKEND_UNAVAILABLE, "engine gone", 3, NOON)
            self.store.decided[failure.key] = failure.events
        self.ids = [filed.letter.id for filed in letters]

    def redriver(self, *waived: Waiver) -> Redriver:
        history = HistoryReader(self.box, self.store, self.log)
        ports = RedrivePorts(self.box, history, self.log, FakeClock())
        return Redriver(ports, RedriveRules(3, frozenset(waived)))

    async def plan(self, *waived: Waiver) -> Sequence[Planned]:
        return await self.redriver(*waived).plan(self.ids)

    async def redrive(self, *waived: Waiver) -> Sequence[Sent]:
        redriver = self.redriver(*waived)
        return await redriver.send(await redriver.plan(self.ids), BEN)

    @property
    def sent_ids(self) -> list[str]:
        return [parse_envelope(record.headers, NOON).id for record in self.log.published]

    @property
    def statuses(self) -> list[str]:
        return [self.box.letters[identity].status.value for identity in self.ids]


def letter(offset: int, owner: str = "nok", **changes: object) -> FiledLetter:
    return filed_of(text_record(offset, owner=owner), **changes)


def _record(filed: FiledLetter) -> FakeRecord:
    told = filed.letter
    assert told.contents is not None
    return FakeRecord(told.topic, told.partition, told.offset, key=told.key, headers=told.contents.headers)


async def test_what_is_redriven_is_sent_once_and_noted_as_who_when_and_as_what() -> None:
    bench = Bench(letter(5))
    (sent,) = await bench.redrive()
    filed = bench.box.only()
    assert (sent.trouble, sent.overtaken_by) == (None, 0)
    assert bench.sent_ids == [replacement_id(filed.letter)] == [filed.redriven_as]
    assert (filed.status, filed.action) == (DeadLetterStatus.REDRIVEN, BEN)


async def test_a_plan_sends_and_changes_nothing() -> None:
    bench = Bench(letter(5))
    before = bench.box.only()
    (planned,) = await bench.plan()
    assert planned.goes
    assert planned.filed.letter.contents is None
    assert (bench.sent_ids, bench.box.only()) == ([], before)


async def test_unknown_ids_are_left_out() -> None:
    bench = Bench(letter(5))
    assert await bench.redriver().plan([UUID(int=1)]) == []
    assert await bench.redriver().send([], BEN) == []


async def test_letters_of_one_key_are_sent_in_the_order_they_came() -> None:
    bench = Bench(letter(9), letter(5), letter(7), letter(6, "ann"))
    await bench.redrive()
    mine = [record for record in bench.log.published if record.key == b"acme/nok"]
    causes = [parse_envelope(record.headers, NOON).causation_id for record in mine]
    assert causes == ["c-0-5", "c-0-7", "c-0-9"]
    assert len(bench.log.published) == 4


async def test_many_letters_are_sent_piece_by_piece() -> None:
    bench = Bench(*(letter(offset) for offset in range(2 * CHUNK + 1)))
    sent = await bench.redrive()
    assert [one.trouble for one in sent] == [None] * (2 * CHUNK + 1)
    assert [parse_envelope(record.headers, NOON).causation_id for record in bench.log.published] == [
        f"c-0-{offset}" for offset in range(2 * CHUNK + 1)
    ]
    assert not any(one.overtaken_by for one in sent)


async def test_what_cannot_keep_its_order_is_refused_and_told_how_to_insist() -> None:
    bench = Bench(letter(5))
    bench.log.append(text_record(6))
    (planned,) = await bench.plan()
    assert not planned.goes
    assert planned.waiver is OUT_OF_ORDER
    assert "on their way" in (planned.disorder or "")
    assert await bench.redrive() == []
    assert bench.statuses == ["waiting"]
    (sent,) = await bench.redrive(OUT_OF_ORDER)
    assert (sent.planned.disorder, sent.trouble) == (planned.disorder, None)
    assert bench.statuses == ["redriven"]


async def test_a_record_of_another_key_overtakes_nobody() -> None:
    bench = Bench(letter(5))
    bench.log.append(text_record(6, owner="ann"))
    await bench.redrive()
    assert bench.statuses == ["redriven"]


async def test_a_record_without_a_key_has_no_order_to_keep() -> None:
    bench = Bench(filed_of(replace(text_record(5, "c-5"), key=None)))
    bench.log.append(text_record(6))
    (sent,) = await bench.redrive()
    assert (sent.trouble, bench.log.published[0].key) == (None, None)


async def test_a_command_that_goes_to_another_topic_cannot_say_that_it_keeps_its_order() -> None:
    bench = Bench(filed_of(replace(text_record(5, "c-5"), topic="poon.spending.commands")))
    (planned,) = await bench.plan()
    assert "another topic" in (planned.refusal or "")
    await bench.redrive(OUT_OF_ORDER)
    assert [record.topic for record in bench.log.published] == ["poon.texts.commands"]
    assert bench.statuses == ["redriven"]


async def test_a_letter_of_a_partition_that_is_gone_goes_where_its_key_goes_now() -> None:
    bench = Bench(filed_of(text_record(5, partition=9)))
    assert [planned.waiver for planned in await bench.plan()] == [OUT_OF_ORDER]
    await bench.redrive(OUT_OF_ORDER)
    assert [record.partition for record in bench.log.published] == [None]


async def test_above_the_cap_nothing_is_sent_and_what_waits_behind_it_stays() -> None:
    bench = Bench(letter(5, redrives=3), letter(6))
    planned = await bench.plan()
    assert [one.waiver for one in planned] == [FORCE, OUT_OF_ORDER]
    assert "cap is 3" in (planned[0].refusal or "")
    assert await bench.redrive() == []
    await bench.redrive(FORCE)
    assert bench.statuses == ["redriven", "redriven"]


async def test_after_a_crash_between_sending_and_noting_the_same_id_is_sent_again() -> None:
    bench = Bench(letter(5))
    bench.box.failing_saves = {DeadLetterStatus.REDRIVEN}
    with pytest.raises(UnavailableError):
        await bench.redrive()
    assert bench.statuses == ["redriving"]
    bench.log.append(text_record(99))  # sent since: the order was kept when it was first sent
    (sent,) = await bench.redrive()
    assert (sent.trouble, sent.overtaken_by) == (None, 0)
    assert bench.statuses == ["redriven"]
    assert len(bench.sent_ids) == 2
    assert len(set(bench.sent_ids)) == 1


async def test_an_unreachable_broker_leaves_the_letter_to_be_redriven_again() -> None:
    bench = Bench(letter(5))
    bench.log.refusals = 1
    with pytest.raises(UnavailableError):
        await bench.redrive()
    assert bench.statuses == ["redriving"]
    await bench.redrive()
    assert (bench.statuses, len(bench.sent_ids)) == (["redriven"], 1)


async def test_redriving_what_was_redriven_is_refused_unless_forced_and_then_sends_the_same_id() -> None:
    bench = Bench(letter(5))
    await bench.redrive()
    (planned,) = await bench.plan()
    assert planned.waiver is FORCE
    await bench.redrive(FORCE)
    assert len(bench.sent_ids) == 2
    assert len(set(bench.sent_ids)) == 1


async def test_a_letter_somebody_else_changed_after_it_was_planned_is_left_alone() -> None:
    bench = Bench(letter(5), letter(6, "ann"))
    redriver = bench.redriver()
    plan = await redriver.plan(bench.ids)
    await bench.box.save([bench.box.letters[bench.ids[0]].discarded(BEN)])
    sent = await redriver.send(plan, BEN)
    assert {one.planned.id: one.trouble for one in sent} == {
        bench.ids[0]: "somebody else has changed it meanwhile",
        bench.ids[1]: None,
    }
    assert bench.statuses == ["discarded", "redriven"]


async def test_of_two_operators_at_once_one_sends() -> None:
    bench = Bench(letter(5))

    class Racing(MemoryBox):
        """Somebody else is faster between reading and writing."""

        async def save(self, _changed: Sequence[FiledLetter]) -> list[UUID]:
            return []

    bench.box = Racing(bench.box.only())
    (sent,) = await bench.redrive()
    assert (sent.trouble, bench.sent_ids) == ("somebody else has changed it meanwhile", [])


async def test_a_letter_that_expired_since_it_was_planned_is_told() -> None:
    record = text_record(5, "c-5")
    expiring = replace(record, headers=[*record.headers, ("ce_expirytime", b"2026-03-02T05:00:01Z")])
    bench = Bench(filed_of(expiring))
    history = HistoryReader(bench.box, bench.store, bench.log)
    clock = FakeClock()
    redriver = Redriver(RedrivePorts(bench.box, history, bench.log, clock), RedriveRules(3))
    plan = await redriver.plan(bench.ids)
    clock.jump(2)
    (sent,) = await redriver.send(plan, BEN)
    assert "expired" in (sent.trouble or "")
    assert bench.statuses == ["waiting"]


async def test_what_the_broker_will_never_take_waits_again_and_the_others_are_sent() -> None:
    large = filed_of(text_record(6, owner="ann", text="large"))
    bench = Bench(letter(5), large, letter(7))
    bench.log.unpublishable.add(text_record(6, text="large").value)
    sent = await bench.redrive()
    assert {one.planned.filed.letter.offset: one.trouble for one in sent} == {5: None, 6: "too large", 7: None}
    assert bench.statuses == ["redriven", "waiting", "redriven"]
    assert bench.box.letters[large.letter.id].redriven_as is None


async def test_commands_that_came_in_between_check_and_sending_are_told() -> None:
    bench = Bench(letter(5), letter(6))
    bench.log.in_between = [text_record(9), text_record(10, owner="ann"), text_record(11)]
    sent = await bench.redrive()
    assert [one.overtaken_by for one in sent] == [2, 2]


async def test_out_of_order_nobody_asks_what_came_in_between() -> None:
    bench = Bench(letter(5))
    bench.log.append(text_record(8))
    bench.log.in_between = [text_record(9)]
    (sent,) = await bench.redrive(OUT_OF_ORDER)
    assert sent.overtaken_by == 0


async def test_an_unreadable_record_is_refused_until_it_is_edited() -> None:
    bench = Bench(filed_of(FakeRecord("poon.texts.commands", 0, 5, key=b"acme/nok", value=b"{")))
    (planned,) = await bench.plan()
    assert (planned.goes, planned.waiver) == (False, None)
    assert "edit it first" in (planned.refusal or "")
