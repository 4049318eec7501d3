"""An observer that remembers what it was told."""

from collections.abc import Sequence

from adapters.telemetry.quiet import QuietObserver
from workers.ports.observing import Attempt, Settled


class RecordingObserver(QuietObserver):
    """`Observer` for tests."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []
        self.told: list[Settled] = []
        self.outages: list[tuple[str, bool]] = []
        self.commits: list[tuple[int, BaseException | None]] = []
        self.drains: list[int] = []

    def attempt_failed(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)

    def settled(self, batch: Sequence[Settled], at: float) -> None:
        del at
        self.told += batch

    def outage(self, ground: str, *, over: bool) -> None:
        self.outages.append((ground, over))

    def offsets_committed(self, partitions: int, started: float, ended: float, error: BaseException | None) -> None:
        del started, ended
        self.commits.append((partitions, error))

    def drained(self, left: int, seconds: float) -> None:
        del seconds
        self.drains.append(left)
