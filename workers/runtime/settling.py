"""Carrying one delivery to its end: handle, retry, reject or give up, store and publish."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.base import Command
from contracts.errors import ErrorCode
from contracts.events.outcomes import CommandFailed
from contracts.registry import EVENTS
from workers.ports.clock import Clock
from workers.ports.errors import RejectionError
from workers.ports.handling import CommandContext, Handler
from workers.ports.messages import OutgoingRecord
from workers.ports.replies import ReplyPublisher
from workers.ports.store import (
    CommitResult,
    Committed,
    Conflicted,
    DecisionStore,
    StoredEvent,
    Unstorable,
    Verdict,
)
from workers.runtime import outcomes
from workers.runtime.committer import Committer
from workers.runtime.deadletters import dead_letter
from workers.runtime.deliveries import POISON, Delivery
from workers.runtime.ground import Ground
from workers.runtime.replies import reply
from workers.runtime.retry import (
    ConflictError,
    GiveUp,
    Reject,
    Retry,
    RetryPolicy,
    Step,
    UnstorableError,
    Wait,
    next_step,
)

LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Handling:
    """How commands are handled.

    Attributes:
        handlers: the table of handlers.
        policies: the retry policy of each command type that has its own.
        default_policy: of all others.
        time_budget: the most one attempt may take, seconds.
        group: the consumer group, named in dead letters.
    """

    handlers: Mapping[type[Command], Handler]
    default_policy: RetryPolicy
    time_budget: float
    group: str
    policies: Mapping[type[Command], RetryPolicy]


@dataclass(frozen=True, slots=True)
class Time:
    """What a settler waits by.

    Attributes:
        rng: for the jitter of back-offs.
        pause: awaits a back-off, without keeping a place from deliveries that could go on.
    """

    clock: Clock
    rng: random.Random
    pause: Callable[[Awaitable[None]], Awaitable[None]]


class Settler:
    """Settles deliveries, one call each."""

    def __init__(
        self,
        handling: Handling,
        store: DecisionStore,
        committer: Committer,
        ground: Ground,
        time: Time,
        replies: ReplyPublisher,
    ) -> None:
        self._handling = handling
        self._store = store
        self._committer = committer
        self._ground = ground
        self._clock = time.clock
        self._rng = time.rng
        self._pause = time.pause
        self._replies = replies

    async def settle(self, delivery: Delivery) -> None:
        """Bring a delivery to its one terminal outcome, stored and published. Never raises on bad input."""
        recorded = await self._recorded(delivery)
        if recorded:
            LOG.info("recognised", extra=_facts(delivery, recorded[-1].type))
            await self._committer.republish(recorded, self._dead_letters_again(delivery, recorded))
            self._answer(delivery, recorded)
        elif delivery.defect is not None:
            now = self._clock.now()
            verdict = outcomes.defective(delivery, delivery.defect, now)
            reason = f"{delivery.defect.code}: {delivery.defect.reason}"
            letters = self._dead_letters(delivery, verdict, reason) if delivery.defect.code in POISON else ()
            await self._end(delivery, verdict, letters)
        elif delivery.command is not None:
            await self._handle(delivery, delivery.command)

    async def _recorded(self, delivery: Delivery) -> tuple[StoredEvent, ...]:
        if delivery.recorded or not delivery.recheck:
            return delivery.recorded
        key = delivery.inbox_key
        found = await self._ground.until_available("database", lambda: self._store.recorded([key]))
        return found.get(key, ())

    async def _handle(self, delivery: Delivery, command: Command) -> None:
        attempt, waits = 1, 0
        while (step := await self._next_step(delivery, command, attempt, waits)) is not None:
            match step:
                case Reject(error):
                    await self._end(delivery, outcomes.rejected(delivery, error, self._clock.now()), ())
                    return
                case GiveUp():
                    await self._give_up(delivery, step, attempt)
                    return
                case Retry(delay):
                    attempt, waits = attempt + 1, 0
                    await self._pause(self._clock.sleep(delay))
                case Wait(delay):
                    waits += 1
                    await self._clock.sleep(delay)

    async def _next_step(self, delivery: Delivery, command: Command, attempt: int, waits: int) -> Step | None:
        policy = self._handling.policies.get(type(command), self._handling.default_policy)
        try:
            await self._attempt(delivery, command, attempt)
        except Exception as error:
            step = next_step(error, attempt, policy, self._rng, waits)
            if not isinstance(step, Reject):
                facts = {**_facts(delivery), "attempt": attempt, "error": str(error), "step": str(step)}
                LOG.warning("attempt failed", extra=facts, exc_info=error)
            return step
        return None

    async def _attempt(self, delivery: Delivery, command: Command, attempt: int) -> None:
        context = self._context(delivery, attempt)
        expiry = delivery.envelope.expiry_time
        if expiry is not None and context.now > expiry:
            raise RejectionError(ErrorCode.EXPIRED, f"expired at {expiry.isoformat()}", field="ce_expirytime")
        handler = self._handling.handlers[type(command)]
        async with asyncio.timeout(self._handling.time_budget):
            decision = await handler(command, context)
        verdict = outcomes.decided(delivery, decision, self._clock.now())
        result = await self._committer.settle(verdict)
        if isinstance(result, Conflicted):
            raise ConflictError
        if isinstance(result, Unstorable):
            raise UnstorableError(result.reason)
        self._settled(delivery, result)

    async def _give_up(self, delivery: Delivery, step: GiveUp, attempts: int) -> None:
        verdict = outcomes.failed(delivery, step.code, step.reason, attempts, self._clock.now())
        await self._end(delivery, verdict, self._dead_letters(delivery, verdict, f"{step.code}: {step.reason}"))

    async def _end(self, delivery: Delivery, verdict: Verdict, dead_letters: tuple[OutgoingRecord, ...]) -> None:
        result = await self._committer.settle(verdict, dead_letters)
        if not isinstance(result, Committed):
            # An outcome made by the runtime itself has a stream of its own and no free text: this is a defect, and
            # stopping with the offset uncommitted loses nothing.
            msg = f"the outcome of {delivery.envelope.id} cannot be stored: {result}"
            raise UnstorableError(msg)
        self._settled(delivery, result)

    def _context(self, delivery: Delivery, attempt: int) -> CommandContext:
        envelope = delivery.envelope
        return CommandContext(
            command_id=envelope.id,
            correlation_id=envelope.correlation_id or envelope.id,
            tenant=envelope.tenant,
            owner=envelope.owner,
            sent_at=envelope.time,
            now=self._clock.now(),
            attempt=attempt,
        )

    def _dead_letters(self, delivery: Delivery, verdict: Verdict, reason: str) -> tuple[OutgoingRecord, ...]:
        return (dead_letter(delivery, self._handling.group, verdict.events[-1], reason),)

    def _dead_letters_again(self, delivery: Delivery, recorded: tuple[StoredEvent, ...]) -> tuple[OutgoingRecord, ...]:
        """The dead letter a crash may have kept from being published; a repeated one carries the same outcome id."""
        last = recorded[-1]
        poison = delivery.defect is not None and delivery.defect.code in POISON
        known = EVENTS.get(last.type)  # a newer release may have written it
        if not poison and (known is None or not issubclass(known, CommandFailed)):
            return ()
        return (dead_letter(delivery, self._handling.group, last, f"{last.type} {last.id}"),)

    def _settled(self, delivery: Delivery, result: CommitResult) -> None:
        if isinstance(result, Committed):
            LOG.info("settled", extra=_facts(delivery, result.events[-1].type, duplicate=result.duplicate))
            self._answer(delivery, result.events)

    def _answer(self, delivery: Delivery, events: Sequence[StoredEvent]) -> None:
        """Give the caller who awaits it a copy, after the outcome topic has the outcome."""
        topic = delivery.envelope.reply_to
        if topic is not None:
            self._replies.offer(reply(topic, events))


def _facts(delivery: Delivery, outcome: str | None = None, *, duplicate: bool = False) -> dict[str, object]:
    envelope = delivery.envelope
    facts: dict[str, object] = {
        "command_type": envelope.type,
        "command_id": envelope.id,
        "correlation_id": envelope.correlation_id,
        "tenant": envelope.tenant,
        "topic": delivery.record.topic,
        "partition": delivery.record.partition,
        "offset": delivery.record.offset,
    }
    if outcome is not None:
        facts |= {"outcome": outcome, "duplicate": duplicate}
    return facts
