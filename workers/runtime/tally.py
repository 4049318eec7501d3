"""Counts what a worker does, for the live view; rates come from two readings."""

from __future__ import annotations

from collections.abc import Sequence

from workers.ports.fleet import Counts
from workers.ports.messages import Partition, RawRecord
from workers.ports.observing import Attempt, Settled


class Tally:
    """Implements `Observer`: counts, and nothing else.

    Attributes:
        left: commands that were still in flight when a drain gave up; 0 before, and when it did not.
    """

    def __init__(self) -> None:
        self._counts: dict[str, int] = dict.fromkeys(Counts.model_fields, 0)
        self.left = 0

    @property
    def counts(self) -> Counts:
        """The numbers so far."""
        return Counts(**self._counts)

    def taken(self, records: Sequence[RawRecord], at: float) -> None:  # noqa: ARG002  an observer is told more
        """See `Observer.taken`."""
        self._counts["taken"] += len(records)

    def attempt_failed(self, attempt: Attempt) -> None:
        """See `Observer.attempt_failed`."""
        self._counts["given_up" if attempt.delay is None else "retries"] += 1

    def stored(self, decisions: int, duplicates: int, started: float, ended: float) -> None:  # noqa: ARG002
        """See `Observer.stored`."""
        self._counts["transactions"] += 1

    def published(self, records: int, started: float, ended: float) -> None:  # noqa: ARG002
        """See `Observer.published`."""
        self._counts["published"] += records

    def settled(self, batch: Sequence[Settled], at: float) -> None:  # noqa: ARG002
        """See `Observer.settled`."""
        self._counts["settled"] += len(batch)
        self._counts["duplicates"] += sum(command.duplicate for command in batch)

    def offsets_committed(self, partitions: int, started: float, ended: float, error: BaseException | None) -> None:
        """See `Observer.offsets_committed`: nothing to count."""

    def assigned(self, partitions: Sequence[Partition], gone: int) -> None:
        """See `Observer.assigned`: nothing to count."""

    def outage(self, ground: str, *, over: bool) -> None:  # noqa: ARG002
        """See `Observer.outage`."""
        if not over:
            self._counts["outages"] += 1

    def drained(self, left: int, seconds: float) -> None:  # noqa: ARG002
        """See `Observer.drained`."""
        self.left = left
