"""What the runtime tells of itself while it works, by the batch: one call for many commands costs next to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

from contracts.envelope import Envelope
from workers.ports.calls import Call
from workers.ports.handling import Decision
from workers.ports.messages import Partition, RawRecord


class Settled(NamedTuple):
    """A command whose terminal outcome is stored and acknowledged.

    Times are readings of the runtime's monotonic clock, seconds.

    Attributes:
        record: as it came; its value is the owner's and never goes into a log.
        envelope: complete even for a broken record.
        outcome: the CloudEvents type of the terminal event.
        outcome_id: its id.
        code: of the taxonomy, for a rejected or failed command decided just now; None otherwise.
        duplicate: decided before; its stored events were published again.
        attempts: how often the handler was called, 0 when it was not.
        taken: when the record was taken over.
        started: when the last attempt began.
        decided: when the decision was there, before it was stored.
        first: when the first attempt began; None when there was none.
        storing: when the transaction that stored it began; None of one decided before.
        stored: when that had ended; publishing came next.
        calls: at AI backends, of the attempt that led to the decision.
        decision: what a handler decided just now; None of any other outcome. It quotes the owner: nothing but the
            types of its events, its codes, confidences and names of backends may be told.
    """

    record: RawRecord
    envelope: Envelope
    outcome: str
    outcome_id: UUID
    code: str | None
    duplicate: bool
    attempts: int
    taken: float
    started: float
    decided: float
    first: float | None = None
    storing: float | None = None
    stored: float | None = None
    calls: Sequence[Call] = ()
    decision: Decision | None = None


class Attempt(NamedTuple):
    """An attempt that failed.

    Attributes:
        number: from 1.
        error: what was raised; its text may hold personal words and stays out of labels and span names.
        code: of the taxonomy, which the failure would end with.
        delay: seconds until the next attempt; None when there is none.
        calls: at AI backends, made for it.
    """

    record: RawRecord
    envelope: Envelope
    number: int
    error: BaseException
    code: str
    delay: float | None
    started: float
    ended: float
    calls: Sequence[Call] = ()


class Observer(Protocol):
    """Watches one worker. Nothing here may block, raise or be slow: it is called on the event loop that works.

    All times are readings of the runtime's monotonic clock, seconds.
    """

    def taken(self, records: Sequence[RawRecord], at: float) -> None:
        """Records of one poll were taken over, repeated ones left out."""
        ...

    def attempt_failed(self, attempt: Attempt) -> None:
        """A handler, or storing what it decided, failed."""
        ...

    def stored(self, decisions: int, duplicates: int, started: float, ended: float) -> None:
        """One database transaction stored so many decisions; of the batch, so many had been decided before."""
        ...

    def published(self, records: int, started: float, ended: float) -> None:
        """So many outcome and dead-letter records were acknowledged."""
        ...

    def settled(self, batch: Sequence[Settled], at: float) -> None:
        """These commands are done with, their outcomes acknowledged; in the order they were published."""
        ...

    def offsets_committed(self, partitions: int, started: float, ended: float, error: BaseException | None) -> None:
        """Offsets of so many partitions were committed, or not, for the reason given."""
        ...

    def assigned(self, partitions: Sequence[Partition], gone: int) -> None:
        """A rebalance ended with this whole assignment; of so many partitions the work was cancelled."""
        ...

    def outage(self, ground: str, *, over: bool) -> None:
        """The database or the broker went away, or came back."""
        ...

    def drained(self, left: int, seconds: float) -> None:
        """A stop waited so long; so many commands were still in flight when it gave up, 0 when it did not."""
        ...
