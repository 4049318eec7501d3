"""Carrying one delivery to its end: handle, retry, reject or give up, store and publish."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from contracts.base import Command
from contracts.errors import ErrorCode
from contracts.events.outcomes import CommandFailed
from contracts.registry import EVENTS
from workers.ports.clock import Clock
from workers.ports.errors import RejectionError
from workers.ports.handling import CommandContext, Decision, Handler
from workers.ports.messages import OutgoingRecord
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
from workers.runtime.ground import Ground, Waiter
from workers.runtime.mass_failure import MassFailureLimits, MassFailureRule
from workers.runtime.retry import (
    ConflictError,
    Effort,
    Failure,
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
        time_budgets: the time budget of each command type that has its own, seconds.
        mass_failure: when to stop rather than dead-letter one more.
    """

    handlers: Mapping[type[Command], Handler]
    default_policy: RetryPolicy
    time_budget: float
    group: str
    policies: Mapping[type[Command], RetryPolicy]
    time_budgets: Mapping[type[Command], float] = field(default_factory=dict)
    mass_failure: MassFailureLimits = field(default_factory=MassFailureLimits)

    def policy_of(self, command: type[Command]) -> RetryPolicy:
        """How a command type is retried."""
        return self.policies.get(command, self.default_policy)

    def time_budget_of(self, command: type[Command]) -> float:
        """The most one attempt at a command of this type may take, seconds."""
        return self.time_budgets.get(command, self.time_budget)


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
    ) -> None:
        self._handling = handling
        self._store = store
        self._committer = committer
        self._ground = ground
        self._clock = time.clock
        self._rng = time.rng
        self._pause = time.pause
        self._mass_failure = MassFailureRule(handling.mass_failure)

    async def settle(self, delivery: Delivery) -> None:
        """Bring a delivery to its one terminal outcome, stored and published. Never raises on bad input.

        Raises:
            MassFailureError: too much would be dead-lettered; this delivery is left as it is.
        """
        recorded = await self._recorded(delivery)
        if recorded:
            LOG.info("recognised", extra=_facts(delivery, recorded[-1].type))
            await self._committer.republish(recorded, self._dead_letters_again(delivery, recorded))
        elif delivery.defect is not None:
            now = self._clock.now()
            verdict = outcomes.defective(delivery, delivery.defect, now)
            reason = f"{delivery.defect.code}: {delivery.defect.reason}"
            letters: tuple[OutgoingRecord, ...] = ()
            if delivery.defect.code in POISON:
                self._mass_failure.poisoned(delivery.defect.code, self._clock.monotonic())
                letters = self._dead_letters(delivery, verdict, reason)
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
        effort = Effort()
        with self._ground.waiter() as waiter:
            while (step := await self._next_step(delivery, command, effort, waiter)) is not None:
                match step:
                    case Reject(error):
                        await self._end(delivery, outcomes.rejected(delivery, error, self._clock.now()), ())
                        return
                    case GiveUp():
                        await self._give_up(delivery, step, effort.attempt)
                        return
                    case Retry(delay, effort):
                        await self._pause(self._clock.sleep(delay))
                    case Wait(delay, effort):
                        await self._clock.sleep(delay)

    async def _next_step(self, delivery: Delivery, command: Command, effort: Effort, waiter: Waiter) -> Step | None:
        started = self._clock.monotonic()
        took: float | None = None
        try:
            decision = await self._decide(delivery, command, effort.attempt)
            took = self._clock.monotonic() - started  # storing may wait for the database, which must not count
            waiter.got_past()
            await self._store_decision(delivery, decision)
        except Exception as error:
            failure = Failure(error, self._clock.monotonic() - started if took is None else took)
            step = next_step(effort, failure, self._handling.policy_of(type(command)), self._rng)
            if isinstance(step, Retry | GiveUp):  # an outage is told once, by the ground
                facts = {**_facts(delivery), "attempt": effort.attempt, "error": str(error), "step": str(step)}
                LOG.warning("attempt failed", extra=facts, exc_info=error)
            _wait_for_ground(waiter, step, str(error))
            return step
        return None

    async def _decide(self, delivery: Delivery, command: Command, attempt: int) -> Decision:
        context = self._context(delivery, attempt)
        expiry = delivery.envelope.expiry_time
        if expiry is not None and context.now > expiry:
            raise RejectionError(ErrorCode.EXPIRED, f"expired at {expiry.isoformat()}", field="ce_expirytime")
        handler = self._handling.handlers[type(command)]
        async with asyncio.timeout(self._handling.time_budget_of(type(command))):
            return await handler(command, context)

    async def _store_decision(self, delivery: Delivery, decision: Decision) -> None:
        verdict = outcomes.decided(delivery, decision, self._clock.now())
        result = await self._committer.settle(verdict)
        if isinstance(result, Conflicted):
            raise ConflictError
        if isinstance(result, Unstorable):
            raise UnstorableError(result.reason)
        self._mass_failure.settled(self._clock.monotonic())
        self._log_settled(delivery, result)

    async def _give_up(self, delivery: Delivery, step: GiveUp, attempts: int) -> None:
        self._mass_failure.failing(step.code, self._clock.monotonic())
        verdict = outcomes.failed(delivery, step.code, step.reason, attempts, self._clock.now())
        await self._end(delivery, verdict, self._dead_letters(delivery, verdict, f"{step.code}: {step.reason}"))

    async def _end(self, delivery: Delivery, verdict: Verdict, dead_letters: tuple[OutgoingRecord, ...]) -> None:
        result = await self._committer.settle(verdict, dead_letters)
        if not isinstance(result, Committed):
            # An outcome made by the runtime itself has a stream of its own and no free text: this is a defect, and
            # stopping with the offset uncommitted loses nothing.
            msg = f"the outcome of {delivery.envelope.id} cannot be stored: {result}"
            raise UnstorableError(msg)
        if not dead_letters:
            self._mass_failure.settled(self._clock.monotonic())
        self._log_settled(delivery, result)

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

    def _log_settled(self, delivery: Delivery, result: CommitResult) -> None:
        if isinstance(result, Committed):
            LOG.info("settled", extra=_facts(delivery, result.events[-1].type, duplicate=result.duplicate))


def _wait_for_ground(waiter: Waiter, step: Step, reason: str) -> None:
    if isinstance(step, Wait) and step.ground is not None:
        waiter.lacks(step.ground, reason)
    else:  # whether what was lacking is back is not known: the attempt may have failed before it came that far
        waiter.leave()


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
