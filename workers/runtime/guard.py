"""Keeps a defect from going unnoticed where a client library calls the runtime."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from workers.ports.messages import Partition, RawRecord, RecordSink


class GuardedSink:
    """A `RecordSink` whose unexpected errors are reported as well as raised.

    aiokafka logs what a rebalance listener raises and goes on, FastStream swallows what a handler raises: a worker that
    failed to take over its partitions or records would look alive and do nothing.

    Args:
        sink: what is guarded.
        report: told of each error; stops the worker.
    """

    def __init__(self, sink: RecordSink, report: Callable[[BaseException], None]) -> None:
        self._sink = sink
        self._report = report

    def polled(self) -> None:
        """See `RecordSink.polled`."""
        self._sink.polled()

    def accept(self, records: Sequence[RawRecord]) -> None:
        """See `RecordSink.accept`."""
        with self._watched():
            self._sink.accept(records)

    async def assigned(self, partitions: Collection[Partition]) -> None:
        """See `RecordSink.assigned`."""
        with self._watched():
            await self._sink.assigned(partitions)

    async def revoked(self, partitions: Collection[Partition]) -> None:
        """See `RecordSink.revoked`."""
        with self._watched():
            await self._sink.revoked(partitions)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self._report(error)
            raise
