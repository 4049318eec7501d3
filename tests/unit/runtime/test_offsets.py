"""The watermark never passes unfinished work, whatever the order of completion."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from workers.runtime.offsets import PartitionOffsets


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


def test_a_committed_watermark_is_not_committed_again_until_it_moves() -> None:
    offsets = PartitionOffsets()
    offsets.deliver(0)
    offsets.committed(0)
    assert offsets.uncommitted is None
    offsets.finish(0)
    assert offsets.uncommitted == 1


class OffsetsMachine(RuleBasedStateMachine):
    """Compares with a model that keeps plain sets."""

    def __init__(self) -> None:
        super().__init__()
        self.offsets = PartitionOffsets()
        self.delivered: list[int] = []
        self.finished: set[int] = set()

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

    @invariant()
    def watermark_is_the_first_unfinished(self) -> None:
        unfinished = [offset for offset in self.delivered if offset not in self.finished]
        expected = unfinished[0] if unfinished else (self.delivered[-1] + 1 if self.delivered else None)
        assert self.offsets.next_offset == expected


TestOffsetsMachine = OffsetsMachine.TestCase
