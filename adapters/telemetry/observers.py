"""Many observers as one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from workers.ports.messages import Partition, RawRecord
from workers.ports.observing import Attempt, Observer, Settled

LOG: Final = logging.getLogger(__name__)


class FanOut:
    """`Observer` that tells several, and never raises.

    One that raises is switched off, after its error was logged once: what watches the work must not stop it, nor fill
    the log with the same defect for every batch.
    """

    def __init__(self, observers: Iterable[Observer]) -> None:
        self._observers = tuple(observers)

    @property
    def working(self) -> tuple[Observer, ...]:
        """Those that have not failed."""
        return self._observers

    def taken(self, records: Sequence[RawRecord], at: float) -> None:
        self._tell(lambda observer: observer.taken(records, at))

    def attempt_failed(self, attempt: Attempt) -> None:
        self._tell(lambda observer: observer.attempt_failed(attempt))

    def stored(self, decisions: int, duplicates: int, started: float, ended: float) -> None:
        self._tell(lambda observer: observer.stored(decisions, duplicates, started, ended))

    def published(self, records: int, started: float, ended: float) -> None:
        self._tell(lambda observer: observer.published(records, started, ended))

    def settled(self, batch: Sequence[Settled], at: float) -> None:
        self._tell(lambda observer: observer.settled(batch, at))

    def offsets_committed(self, partitions: int, started: float, ended: float, error: BaseException | None) -> None:
        self._tell(lambda observer: observer.offsets_committed(partitions, started, ended, error))

    def assigned(self, partitions: Sequence[Partition], gone: int) -> None:
        self._tell(lambda observer: observer.assigned(partitions, gone))

    def outage(self, ground: str, *, over: bool) -> None:
        self._tell(lambda observer: observer.outage(ground, over=over))

    def drained(self, left: int, seconds: float) -> None:
        self._tell(lambda observer: observer.drained(left, seconds))

    def _tell(self, what: Callable[[Observer], None]) -> None:
        for observer in self._observers:
            try:
                what(observer)
            except Exception:
                self._observers = tuple(other for other in self._observers if other is not observer)
                LOG.exception("telemetry switched off", extra={"observer": type(observer).__name__})
