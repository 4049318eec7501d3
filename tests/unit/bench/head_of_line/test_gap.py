"""What a fleet tells becomes a gap, and looks become numbers."""

from tests.bench.head_of_line.gap import Gaps, Look, gaps_of, look_of
from workers.ports.fleet import Counts, FleetView, PartitionView, WorkerView


def partition(number: int, unfinished: int, *, paused: bool = False) -> PartitionView:
    return PartitionView(
        topic="t",
        partition=number,
        next_offset=0,
        last_delivered=unfinished,
        unfinished=unfinished,
        paused=paused,
        head=None,
    )


def fleet(*partitions: PartitionView) -> FleetView:
    worker = WorkerView(
        area="spending",
        group="g",
        started=True,
        draining=False,
        outages=(),
        since_poll=0.1,
        in_flight=3,
        waiting=8,
        retrying=0,
        counts=Counts(),
        partitions=partitions,
        slowest=(),
        stuck=(),
    )
    return FleetView(host="h", pid=1, version="1", state="running", uptime=1.0, loop_delay=0.0, workers=(worker,))


def test_the_gap_is_that_of_the_partition_where_it_is_widest() -> None:
    assert look_of(fleet(partition(0, 20), partition(1, 70, paused=True))) == Look(70, 90, 3, 8, 1)


def test_looks_at_an_idle_worker_do_not_count() -> None:
    looks = [Look(0, 0, 0, 0, 0), Look(70, 90, 3, 8, 1), Look(20, 95, 5, 6, 0), Look(0, 0, 0, 0, 0)]
    assert gaps_of(looks) == Gaps(looks=2, widest=70, widest_sum=95, paused=0.5, in_flight=5, waiting=8)
    assert gaps_of([looks[0]]) is None
