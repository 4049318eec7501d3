"""The watermark never passes unfinished work, whatever the order of completion."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from workers.runtime.offsets import PartitionOffsets, Progress
from workers.runtime.progress import covers, decode


def test_nothing_is_to_be_committed_before_the_first_delivery() -> None:
    offsets = PartitionOffsets()
    assert offsets.next_offset is None
    assert offsets.uncommitted is None


def test_the_watermark_waits_for_the_oldest_unfinished_record() -> None:
    offsets = PartitionOffsets()
    for offset in (5, 6, 7):
        assert offsets.deliver(offset)
    offsets.finish(6)
    offsets.finish(7)
    assert offsets.next_offset == 5
    offsets.finish(5)
    assert offsets.next_offset == 8
    assert offsets.unfinished == 0


def test_holes_in_the_log_do_not_hold_the_watermark() -> None:
    offsets = PartitionOffsets()
    for offset in (10, 14, 15):
        offsets.deliver(offset)
    offsets.finish(10)
    assert offsets.next_offset == 14


def test_a_record_delivered_again_is_dropped() -> None:
    offsets = PartitionOffsets()
    offsets.deliver(3)
    offsets.deliver(4)
    offsets.finish(3)
    assert not offsets.deliver(3)
    assert not offsets.deliver(4)
    assert offsets.deliver(5)


def commit(offsets: PartitionOffsets) -> Progress | None:
    """What is to be committed now, taken by the broker at once."""
    progress = offsets.uncommitted
    if progress is not None:
        offsets.committed(progress)
    return progress


def test_nothing_is_committed_again_until_something_changes() -> None:
    offsets = PartitionOffsets()
    offsets.deliver(0)
    offsets.deliver(1)
    assert commit(offsets) == (0, "", 1)
    assert commit(offsets) is None
    offsets.finish(1)
    again = commit(offsets)
    assert again is not None
    assert again.next_offset == 0
    assert decode(again.next_offset, again.metadata) == ((1, 2),)


def test_a_change_during_a_commit_is_committed_by_the_next() -> None:
    offsets = PartitionOffsets()
    offsets.deliver(0)
    on_its_way = offsets.uncommitted
    assert on_its_way is not None
    offsets.finish(0)
    offsets.committed(on_its_way)
    later = offsets.uncommitted
    assert later is not None
    assert later.next_offset == 1


def test_offsets_without_a_record_do_not_interrupt_a_run() -> None:
    offsets = PartitionOffsets()
    for offset in (10, 12, 15, 16, 20):
        offsets.deliver(offset)
    for offset in (12, 15, 20):
        offsets.finish(offset)
    progress = offsets.uncommitted
    assert progress is not None
    assert decode(progress.next_offset, progress.metadata) == ((12, 16), (20, 21))


def test_what_another_owner_committed_is_not_fallen_back_behind() -> None:
    offsets = PartitionOffsets()
    for offset in range(4):
        offsets.deliver(offset)
    offsets.finish(2)
    commit(offsets)
    offsets.skip_to(3)
    assert offsets.next_offset == 3
    assert offsets.unfinished == 1
    offsets.finish(0)
    offsets.finish(3)
    assert commit(offsets) == (4, "", offsets._change)  # noqa: SLF001
    offsets.skip_to(10)
    assert offsets.next_offset == 10
    assert not offsets.deliver(9)
    assert offsets.deliver(10)


def test_an_older_commit_than_ones_own_changes_nothing() -> None:
    offsets = PartitionOffsets()
    for offset in range(3):
        offsets.deliver(offset)
        offsets.finish(offset)
    commit(offsets)
    offsets.skip_to(2)
    assert offsets.next_offset == 3
    assert offsets.deliver(3)


class OffsetsMachine(RuleBasedStateMachine):
    """Compares with a model that keeps plain sets."""

    def __init__(self) -> None:
        super().__init__()
        self.offsets = PartitionOffsets()
        self.delivered: list[int] = []
        self.finished: set[int] = set()
        self.in_vain: set[int] = set()

    @rule(gap=st.integers(1, 4))
    def deliver_next(self, gap: int) -> None:
        offset = (self.delivered[-1] if self.delivered else -1) + gap
        assert self.offsets.deliver(offset)
        self.delivered.append(offset)

    @precondition(lambda self: self.delivered)
    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        assert not self.offsets.deliver(data.draw(st.sampled_from(self.delivered)))

    @precondition(lambda self: set(self.delivered) - self.finished)
    @rule(data=st.data())
    def finish_any(self, data: st.DataObject) -> None:
        offset = data.draw(st.sampled_from(sorted(set(self.delivered) - self.finished)))
        self.offsets.finish(offset)
        self.finished.add(offset)

    @precondition(lambda self: self.delivered)
    @rule(ahead=st.integers(-6, 6))
    def skip(self, ahead: int) -> None:
        to = max(0, self.delivered[-1] + ahead)
        self.offsets.skip_to(to)
        self.in_vain |= {offset for offset in self.delivered if offset < to} - self.finished
        self.finished |= self.in_vain
        if to > self.delivered[-1] + 1:  # nothing was delivered in between, and all of it is done with
            self.delivered.append(to - 1)
            self.finished.add(to - 1)

    @precondition(lambda self: self.in_vain)
    @rule(data=st.data())
    def finish_what_was_skipped(self, data: st.DataObject) -> None:
        offset = data.draw(st.sampled_from(sorted(self.in_vain)))
        self.in_vain.remove(offset)
        before = self.offsets.uncommitted
        self.offsets.finish(offset)
        assert self.offsets.uncommitted == before

    @invariant()
    def watermark_is_the_first_unfinished(self) -> None:
        unfinished = [offset for offset in self.delivered if offset not in self.finished]
        expected = unfinished[0] if unfinished else (self.delivered[-1] + 1 if self.delivered else None)
        assert self.offsets.next_offset == expected
        assert self.offsets.in_hand == len(unfinished)

    @invariant()
    def metadata_tells_exactly_what_is_finished_above(self) -> None:
        progress = self.offsets.uncommitted
        if progress is not None:
            runs = decode(progress.next_offset, progress.metadata)
            above = [offset for offset in self.delivered if offset >= progress.next_offset]
            assert [covers(runs, offset) for offset in above] == [offset in self.finished for offset in above]


TestOffsetsMachine = OffsetsMachine.TestCase
