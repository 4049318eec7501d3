"""Group commit: many finished decisions in one transaction, then their records in one publish.

Batches adapt to load without lingering: an idle committer commits at once, a busy one takes whatever gathered while the
last batch was on its way. Storing the next batch overlaps publishing the last; both keep the order of batches, and a
lane submits its next decision only after the last one was published, so records of one key never overtake each other.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from workers.ports.messages import OutgoingRecord, Publisher, UnpublishableError
from workers.ports.store import CommitResult, Committed, DecisionStore, InboxKey, StoredEvent, Verdict
from workers.runtime.deadletters import without_content
from workers.runtime.ground import Ground
from workers.runtime.outcomes import outgoing

LOG: Final = logging.getLogger(__name__)
PUBLISH_AHEAD: Final = 2
"""How many stored batches may wait for their publication."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Something to make durable and public.

    Attributes:
        verdict: what to store; None to publish `recorded` again.
        dead_letters: records to publish beside the outcome, before its offset can be committed.
        settled: resolved once everything is acknowledged.
    """

    verdict: Verdict | None
    recorded: tuple[StoredEvent, ...]
    dead_letters: tuple[OutgoingRecord, ...]
    settled: asyncio.Future[CommitResult]


class Committer:
    """Stores and publishes.

    Args:
        batch_size: the most decisions in one transaction.
    """

    def __init__(self, store: DecisionStore, publisher: Publisher, ground: Ground, batch_size: int) -> None:
        self._store = store
        self._publisher = publisher
        self._ground = ground
        self._batch_size = batch_size
        self._submitted: deque[Submission] = deque()
        self._something = asyncio.Event()
        self._stored: asyncio.Queue[list[tuple[Submission, CommitResult]]] = asyncio.Queue(PUBLISH_AHEAD)

    async def settle(self, verdict: Verdict, dead_letters: Sequence[OutgoingRecord] = ()) -> CommitResult:
        """Store a verdict and publish its events, or those of the first time when it is a duplicate.

        Returns after the broker has acknowledged them; with a result other than Committed nothing was published.
        """
        return await self._submit(Submission(verdict, (), tuple(dead_letters), _future()))

    async def republish(self, events: tuple[StoredEvent, ...], dead_letters: Sequence[OutgoingRecord]) -> None:
        """Publish stored events again."""
        await self._submit(Submission(None, events, tuple(dead_letters), _future()))

    async def store_forever(self) -> None:
        """The first of the two loops a supervisor runs: submissions to the database."""
        while True:
            await self._something.wait()
            batch = self._next_batch()
            verdicts = [entry.verdict for entry in batch if entry.verdict is not None]
            results = iter(await self._store_verdicts(verdicts))
            outcome = [
                (entry, Committed(entry.recorded[0].inbox_key, entry.recorded, duplicate=True))
                if entry.verdict is None
                else (entry, next(results))
                for entry in batch
            ]
            await self._stored.put(outcome)

    async def publish_forever(self) -> None:
        """The second loop: stored events to the broker."""
        while True:
            settled = await self._stored.get()
            records = [
                record
                for entry, result in settled
                if isinstance(result, Committed)
                for record in (*_due_letters(entry, result), *outgoing(result.events))
            ]
            await self._publish(records)
            for entry, result in settled:
                if not entry.settled.done():
                    entry.settled.set_result(result)

    async def _publish(self, records: list[OutgoingRecord]) -> None:
        while records:
            attempt = partial(self._publisher.publish, records)
            try:
                await self._ground.until_available("broker", attempt)
            except UnpublishableError as error:
                stub = without_content(error.record)
                if stub is None:  # an outcome, or a stub already
                    raise
                facts = {"topic": stub.topic, "reason": error.reason}
                LOG.warning("dead letter published without its content", extra=facts)
                records = [stub if record is error.record else record for record in records]
            else:
                return

    async def _submit(self, submission: Submission) -> CommitResult:
        self._submitted.append(submission)
        self._something.set()
        return await submission.settled

    async def _store_verdicts(self, verdicts: list[Verdict]) -> Sequence[CommitResult]:
        if not verdicts:
            return ()
        return await self._ground.until_available("database", lambda: self._store.commit(verdicts))

    def _next_batch(self) -> list[Submission]:
        batch: list[Submission] = []
        keys: set[InboxKey] = set()
        while self._submitted and len(batch) < self._batch_size:
            verdict = self._submitted[0].verdict
            if verdict is not None and verdict.key in keys:  # the same command from another lane: next batch
                break
            submission = self._submitted.popleft()
            if submission.settled.cancelled():
                continue
            if verdict is not None:
                keys.add(verdict.key)
            batch.append(submission)
        if not self._submitted:
            self._something.clear()
        return batch


def _due_letters(entry: Submission, result: Committed) -> tuple[OutgoingRecord, ...]:
    """The dead letters, unless another worker decided the command otherwise: a redrive would be a second effect."""
    mine = entry.verdict is None or result.events[-1].type == entry.verdict.events[-1].type
    return entry.dead_letters if mine else ()


def _future() -> asyncio.Future[CommitResult]:
    return asyncio.get_running_loop().create_future()
