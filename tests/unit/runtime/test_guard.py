"""What goes wrong where a client library calls the runtime stops the worker instead of being logged and forgotten."""

from collections.abc import Awaitable, Callable, Collection, Sequence

import pytest

from tests.fakes.clock import settle
from tests.fakes.commands import text_record
from tests.unit.runtime.worker_bench import P0, Bench
from workers.ports.messages import Partition, RawRecord, RecordSink
from workers.runtime.guard import GuardedSink
from workers.runtime.worker import WorkerFailedError


class Broken:
    """A sink that fails at everything."""

    def polled(self) -> None:
        raise AssertionError("nobody polls here")

    def accept(self, records: Sequence[RawRecord]) -> None:
        raise KeyError(len(records))

    async def assigned(self, partitions: Collection[Partition]) -> None:
        raise KeyError(len(partitions))

    async def revoked(self, partitions: Collection[Partition]) -> None:
        raise KeyError(len(partitions))


async def accept(sink: RecordSink) -> None:
    sink.accept([text_record(0)])


async def assign(sink: RecordSink) -> None:
    await sink.assigned([P0])


async def revoke(sink: RecordSink) -> None:
    await sink.revoked([P0])


@pytest.mark.parametrize("call", [accept, assign, revoke])
async def test_an_error_is_reported_and_raised(call: Callable[[RecordSink], Awaitable[None]]) -> None:
    reported: list[BaseException] = []
    with pytest.raises(KeyError) as caught:
        await call(GuardedSink(Broken(), reported.append))
    assert reported == [caught.value]


async def test_a_worker_that_cannot_take_over_its_partitions_stops_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench()
    await settle()
    monkeypatch.setattr(bench.worker, "assigned", Broken().assigned)
    assert bench.intake.sink is not None
    with pytest.raises(KeyError):  # which the client library logs, and goes on
        await bench.intake.sink.assigned([P0])
    with pytest.raises(WorkerFailedError, match="KeyError"):
        await bench.task
