"""Group commit: many finished decisions in one transaction, then their records in one publish.

Batches adapt to load without lingering: an idle committer commits at once, a busy one takes whatever gathered while the
last batch was on its way. Storing the next batch overlaps publishing the last; both keep the order of batches, and a
lane submits its next decision only after the last one was published, so records of one key never overtake each other.

What is stored and not yet published when a partition goes to another member is published again by that one. So nothing
more is stored while the group rebalances, and what is under way is finished first; and a worker that wakes from a long
sleep stores and publishes nothing before it knows that it still is a member.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from contracts.topics import WORKFLOW_REPLIES
from workers.ports.clock import Clock
from workers.ports.messages import OutgoingRecord, Publisher, UnpublishableError
from workers.ports.observing import Observer
from workers.ports.store import CommitResult, Committed, DecisionStore, InboxKey, StoredEvent, Verdict
from workers.ports.tracing import CarryOn, carry_nothing
from workers.runtime.deadletters import without_content
from workers.runtime.deliveries import Delivery
from workers.runtime.ground import Ground
from workers.runtime.membership import Membership
from workers.runtime.outcomes import outgoing
from workers.runtime.replies import reply
from workers.runtime.stream_order import StreamOrder

LOG: Final = logging.getLogger(__name__)
PUBLISH_AHEAD: Final = 2
"""How many stored batches may wait for their publication."""


@dataclass(slots=True, eq=False)
class Submission:
    """Something to make durable and public.

    Attributes:
        delivery: whose outcome it is; once it is gone nothing is stored for it any more.
        verdict: what to store; None to publish `recorded` again.
        recorded: the events stored the first time.
        dead_letters: records to publish beside the outcome, before its offset can be committed.
        is_final: the outcome is the runtime's own, and nothing else can be decided when it cannot be stored.
    """

    delivery: Delivery
    verdict: Verdict | None
    recorded: tuple[StoredEvent, ...] = ()
    dead_letters: tuple[OutgoingRecord, ...] = ()
    is_final: bool = False


Batch = list[tuple[Submission, CommitResult]]


@dataclass(frozen=True, slots=True)
class Tools:
    """What a committer works with, and who watches.

    Attributes:
        order: where streams are written from several topics.
    """

    store: DecisionStore
    publisher: Publisher
    ground: Ground
    observer: Observer
    clock: Clock
    membership: Membership
    carry_on: CarryOn = carry_nothing
    order: StreamOrder | None = None


class Committer:
    """Stores and publishes.

    Args:
        batch_size: the most decisions in one transaction.
        settled: told of every batch, in order: once all events of the Committed are acknowledged by the broker; of the
            others nothing was stored or published.
    """

    def __init__(self, tools: Tools, batch_size: int, settled: Callable[[Batch], None]) -> None:
        self._store = tools.store
        self._publisher = tools.publisher
        self._ground = tools.ground
        self._observer = tools.observer
        self._clock = tools.clock
        self._membership = tools.membership
        self._carry_on = tools.carry_on
        self._order = tools.order
        self._batch_size = batch_size
        self._settled = settled
        self._submitted: deque[Submission] = deque()
        self._something = asyncio.Event()
        self._open = asyncio.Event()
        self._open.set()
        self._stored: asyncio.Queue[Batch] = asyncio.Queue(PUBLISH_AHEAD)
        self._under_way = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    def submit(self, submission: Submission) -> None:
        """Take over a submission. Does not block; `settled` tells what became of it."""
        self._submitted.append(submission)
        self._something.set()

    def hold(self) -> None:
        """Store nothing more until `release`; what is being stored is stored and published."""
        self._open.clear()

    def release(self) -> None:
        """Go on storing."""
        self._open.set()

    async def quiet(self) -> None:
        """Wait until all that is stored is published."""
        await self._quiet.wait()

    @property
    def is_quiet(self) -> bool:
        """Whether all that is stored is published."""
        return self._under_way == 0

    async def store_forever(self) -> None:
        """The first of the two loops a supervisor runs: submissions to the database."""
        while True:
            await self._something.wait()
            await self._open.wait()
            await self._membership.certain()
            batch = self._next_batch()
            if batch:
                self._under_way += 1
                self._quiet.clear()
                await self._stored.put(await self._made_durable(batch))

    async def publish_forever(self) -> None:
        """The second loop: stored events to the broker."""
        while True:
            batch = await self._stored.get()
            await self._membership.certain()
            before = await self._stored_before(batch)
            await self._publish(self._records(batch, before))
            self._settled(batch)
            self._under_way -= 1
            if self.is_quiet:
                self._quiet.set()

    async def _made_durable(self, batch: list[Submission]) -> Batch:
        verdicts = [entry.verdict for entry in batch if entry.verdict is not None]
        storing = self._clock.monotonic()
        results = iter(await self._store_verdicts(verdicts))
        stored = self._clock.monotonic()
        for entry in batch:
            if entry.verdict is not None:
                entry.delivery.storing, entry.delivery.stored = storing, stored
        return [
            (entry, Committed(entry.recorded[0].inbox_key, entry.recorded, duplicate=True))
            if entry.verdict is None
            else (entry, next(results))
            for entry in batch
        ]

    async def _store_verdicts(self, verdicts: list[Verdict]) -> Sequence[CommitResult]:
        if not verdicts:
            return ()
        started = self._clock.monotonic()
        results = await self._ground.until_available("database", lambda: self._store.commit(verdicts))
        duplicates = sum(1 for result in results if isinstance(result, Committed) and result.duplicate)
        self._observer.stored(len(verdicts), duplicates, started, self._clock.monotonic())
        return results

    async def _stored_before(self, batch: Batch) -> list[Sequence[StoredEvent]]:
        """Of each entry: what has to be published before it, as far as that is not known to be."""
        order = self._order
        if order is None:
            return [()] * len(batch)
        return [
            await self._ground.until_available("database", partial(order.before, result.events))
            if isinstance(result, Committed) and not entry.delivery.gone
            else ()
            for entry, result in batch
        ]

    def _records(self, batch: Batch, before: Sequence[Sequence[StoredEvent]]) -> list[OutgoingRecord]:
        """What to publish; of a partition that is another member's by now nothing: that one is given its commands."""
        records: list[OutgoingRecord] = []
        for (entry, result), earlier in zip(batch, before, strict=True):
            if isinstance(result, Committed) and not entry.delivery.gone:
                if self._order is not None:
                    records += outgoing(self._order.to_publish(earlier, result.events))
                if entry.dead_letters:
                    records += _due_letters(entry, result)
                envelope = entry.delivery.envelope
                carried = self._carry_on(envelope)
                records += outgoing(result.events, carried)
                if envelope.reply_to == WORKFLOW_REPLIES.name:
                    # Beside the outcome and not behind it: a workflow must not wait for a copy that a crash has lost.
                    records.append(reply(WORKFLOW_REPLIES.name, result.events, carried))
        return records

    async def _publish(self, records: list[OutgoingRecord]) -> None:
        started = self._clock.monotonic()
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
                self._observer.published(len(records), started, self._clock.monotonic())
                return

    def _next_batch(self) -> list[Submission]:
        batch: list[Submission] = []
        keys: set[InboxKey] = set()
        submitted = self._submitted
        while submitted and len(batch) < self._batch_size:
            verdict = submitted[0].verdict
            if verdict is not None and verdict.key in keys:  # the same command from another lane: next batch
                break
            submission = submitted.popleft()
            if submission.delivery.gone:
                continue
            if verdict is not None:
                keys.add(verdict.key)
            batch.append(submission)
        if not submitted:
            self._something.clear()
        return batch


def _due_letters(entry: Submission, result: Committed) -> tuple[OutgoingRecord, ...]:
    """The dead letters, unless another worker decided the command otherwise: a redrive would be a second effect."""
    mine = entry.verdict is None or result.events[-1].type == entry.verdict.events[-1].type
    return entry.dead_letters if mine else ()
