"""The partitions of a simulated topic: what waits in each, what is committed, and who works it off."""

from __future__ import annotations

import numpy as np

from workers.domain.scaling.keda import LagReading
from workers.domain.scaling.values import KafkaTrigger
from workers.entrypoints.scaling.traces import Numbers


def shares(partitions: int, skew: float = 0.0, hot: float = 0.0) -> Numbers:
    """The part of all messages that each partition gets.

    Args:
        partitions: how many.
        skew: 0 for all alike, else the exponent of a Zipf law.
        hot: what the first one gets of the whole; the others share the rest.
    """
    weights: Numbers = np.arange(1, partitions + 1, dtype=np.float64) ** -skew
    weights /= weights.sum()
    if hot > 0 and partitions > 1:
        weights[1:] *= (1 - hot) / weights[1:].sum()
        weights[0] = hot
    return weights


def spread(partitions: int, workers: int) -> NDArrayOfInts:
    """Whose each partition is: as evenly as can be. Workers above the number of partitions get none."""
    return np.arange(partitions) % workers


NDArrayOfInts = np.ndarray[tuple[int], np.dtype[np.int64]]


class Partitions:
    """A topic and one group's offsets on it, in messages that need not be whole.

    Args:
        share: what each partition gets of the whole.
        latency: seconds from taking a message to its commit while nothing waits.
        backlog: messages that wait from the start.
    """

    def __init__(self, share: Numbers, latency: float, backlog: float = 0.0) -> None:
        self._share = share
        self._latency = latency
        self.waiting: Numbers = share * backlog
        self.written: Numbers = share * backlog
        self.committed: Numbers = np.zeros(len(share))
        self._flow: Numbers = np.zeros(len(share))
        self._seen: dict[int, Numbers] = {}

    def write(self, messages: float) -> None:
        """Messages come, spread over the partitions."""
        more = self._share * messages
        self.waiting += more
        self.written += more

    def work(self, owner: NDArrayOfInts, each: float, step: float, partition_most: float | None) -> float:
        """Workers handle what waits in their own partitions, from each alike by what waits there.

        Args:
            owner: whose each partition is.
            each: the most a worker handles now, messages.
            step: seconds this is for.
            partition_most: the most of one partition, messages; None for no bound.

        Returns:
            How many were handled.
        """
        takeable = self.waiting if partition_most is None else np.minimum(self.waiting, partition_most)
        load = np.bincount(owner, takeable)
        handled = takeable * np.minimum(1.0, each / np.maximum(load, 1e-9))[owner]
        self.waiting -= handled
        self._flow = handled / step
        return float(handled.sum())

    def rest(self) -> None:
        """Nobody works."""
        self._flow = np.zeros(len(self._share))

    def commit(self) -> None:
        """Commit what is done: all that was handled but for what came within the latency."""
        done = self.written - self.waiting - self._flow * self._latency
        np.maximum(self.committed, done, out=self.committed)

    def lag(self) -> float:
        """Messages not committed."""
        return float((self.written - self.committed).sum())

    def oldest(self) -> float | None:
        """How many messages had been written in all when the oldest one that still waits was; None where none waits."""
        behind = (self.waiting >= 1) & (self._share > 0)
        if not behind.any():
            return None
        done = self.written - self.waiting
        return float((done[behind] / self._share[behind]).min())

    def read(self, trigger: KafkaTrigger, number: int = 0) -> LagReading:
        """One reading of KEDA's scaler, as `read_lag` in the domain makes it of a few partitions.

        Args:
            trigger: its metadata.
            number: which scaler reads; each remembers what it read last.
        """
        committed = np.floor(self.committed + 1e-6)
        whole = np.floor(self.written + 1e-6) - committed
        counted = whole
        if trigger.exclude_persistent_lag and number in self._seen:
            counted = np.where(self._seen[number] == committed, 0.0, whole)
        self._seen[number] = committed
        return LagReading(int(counted.sum()), int(whole.sum()), int((counted > 0).sum()), len(whole))
