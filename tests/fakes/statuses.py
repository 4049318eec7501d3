"""What workers may tell of themselves."""

from dataclasses import replace

from workers.ports.fleet import Counts
from workers.ports.messages import Partition
from workers.ports.status import Head, LaneStatus, PartitionStatus, WorkerStatus

TEXTS = "poon.texts.commands"


def lane(offset: int = 7, *, partition: int = 3, age: float = 1.0, attempts: int = 1) -> LaneStatus:
    return LaneStatus(Partition(TEXTS, partition), offset, "0123456789ab", age, 2, attempts)


def partition_status(number: int = 3, next_offset: int | None = 7) -> PartitionStatus:
    head = None if next_offset is None else Head(next_offset, "0123456789ab", 1.0, 1)
    newest = None if next_offset is None else next_offset + 4
    return PartitionStatus(Partition(TEXTS, number), next_offset, newest, 5, paused=False, head=head)


IDLE = WorkerStatus(
    area="texts",
    group="poon-workers.texts",
    started=True,
    draining=False,
    outages=frozenset(),
    since_poll=0.1,
    in_flight=0,
    waiting=0,
    retrying=0,
    partitions=(),
    slowest=(),
)
STARTING = replace(IDLE, started=False, since_poll=None)
BUSY = replace(IDLE, in_flight=2, waiting=5, partitions=(partition_status(),), slowest=(lane(),))


class FakeWorker:
    """Tells what the test says; both sides of what `Vitals` watches."""

    def __init__(self, status: WorkerStatus = IDLE, counts: Counts | None = None) -> None:
        self.told = status
        self.counts = counts or Counts()

    def status(self) -> WorkerStatus:
        return self.told
