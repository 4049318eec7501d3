"""Telemetry switched off."""

from __future__ import annotations

from collections.abc import Sequence

from workers.ports.messages import Partition, RawRecord
from workers.ports.observing import Attempt, Settled


class QuietObserver:
    """Implements `Observer` by doing nothing; also what an observer of a few things starts from."""

    def taken(self, records: Sequence[RawRecord], at: float) -> None: ...

    def attempt_failed(self, attempt: Attempt) -> None: ...

    def stored(self, decisions: int, duplicates: int, started: float, ended: float) -> None: ...

    def published(self, records: int, started: float, ended: float) -> None: ...

    def settled(self, batch: Sequence[Settled], at: float) -> None: ...

    def offsets_committed(self, partitions: int, started: float, ended: float, error: BaseException | None) -> None: ...

    def assigned(self, partitions: Sequence[Partition], gone: int) -> None: ...

    def outage(self, ground: str, *, over: bool) -> None: ...

    def drained(self, left: int, seconds: float) -> None: ...
