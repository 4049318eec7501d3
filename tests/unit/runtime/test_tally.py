"""Counting what a worker does."""

from uuid import UUID

from tests.fakes.commands import envelope, text_record
from workers.ports.fleet import Counts
from workers.ports.messages import Partition
from workers.ports.observing import Attempt, Observer, Settled
from workers.runtime.tally import Tally

RECORD = text_record(7)
ABOUT = envelope("c-1")


def settled(*, duplicate: bool = False) -> Settled:
    return Settled(RECORD, ABOUT, "poon.text.parsed.v1", UUID(int=1), None, duplicate, 1, 0.0, 0.1, 0.2)


def attempt(delay: float | None) -> Attempt:
    return Attempt(RECORD, ABOUT, 1, ValueError(), "internal_error", delay, 0.0, 0.1)


def test_everything_a_worker_tells_is_counted_once() -> None:
    tally = Tally()
    observer: Observer = tally
    observer.taken([RECORD, RECORD, RECORD], 0.0)
    observer.attempt_failed(attempt(1.0))
    observer.attempt_failed(attempt(None))
    observer.stored(2, 1, 0.0, 0.1)
    observer.published(3, 0.1, 0.2)
    observer.settled([settled(), settled(duplicate=True)], 0.2)
    observer.offsets_committed(1, 0.2, 0.3, None)
    observer.assigned([Partition("t", 0)], 0)
    observer.outage("database", over=False)
    observer.outage("database", over=True)
    assert tally.counts == Counts(
        taken=3, settled=2, duplicates=1, retries=1, given_up=1, transactions=1, published=3, outages=1
    )


def test_what_a_drain_left_behind_is_remembered() -> None:
    tally = Tally()
    assert tally.left == 0
    tally.drained(4, 25.0)
    assert tally.left == 4
