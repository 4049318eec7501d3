"""Carrying one delivery to its end: handle, retry, reject or give up, store and publish.

A delivery's way is a chain of short steps, each begun by the end of the one before: `start` (the dispatcher gives it a
place), an attempt, the decision, `settled` (the committer has stored and published it). A handler that decides at once
costs no task and no future; only waiting does: for a backend, for a back-off, for the database. Those whose handler
reads for many together wait together, see `workers.runtime.gathering`.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.base import Command
from contracts.errors import ErrorCode
from contracts.events.outcomes import CommandFailed
from contracts.registry import EVENTS
from contracts.topics import WORKFLOW_REPLIES
from workers.ports.calls import note_calls
from workers.ports.clock import Clock
from workers.ports.errors import RejectionError
from workers.ports.handling import Asked, CommandContext, Decision, Handler, Together
from workers.ports.messages import OutgoingRecord
from workers.ports.observing import Attempt, Observer, Settled
from workers.ports.replies import ReplyPublisher
from workers.ports.store import (
    CommitResult,
    Committed,
    Conflicted,
    DecisionStore,
    Erased,
    StoredEvent,
    Unstorable,
    Verdict,
)
from workers.runtime import outcomes
from workers.runtime.committer import Batch, Submission
from workers.runtime.deadletters import dead_letter, lettered
from workers.runtime.deliveries import POISON, Defect, Delivery
from workers.runtime.gathering import Ends, Gathering
from workers.runtime.ground import Ground
from workers.runtime.mass_failure import MassFailureLimits, MassFailureRule
from workers.runtime.replies import reply
from workers.runtime.retry import (
    ConflictError,
    Failure,
    GiveUp,
    Reject,
    Retry,
    RetryPolicy,
    Step,
    UnstorableError,
    Wait,
    code_and_reason,
    next_step,
)
from workers.runtime.telling import facts_of, told_of

LOG: Final = logging.getLogger(__name__)
ERASING_PAUSE: Final = 0.5
"""Seconds until a command whose owner is being erased is tried again."""


@dataclass(frozen=True, slots=True)
class Handling:
    """How commands are handled.

    Attributes:
        handlers: the table of handlers.
        policies: the retry policy of each command type that has its own.
        default_policy: of all others.
        time_budget: the most one attempt may take, seconds.
        group: the consumer group, named in dead letters.
        time_budgets: of the command types that have their own.
        mass_failure: when the worker stops rather than dead-letter what comes.
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
class Surroundings:
    """What a settler works in.

    Attributes:
        submit: hands a submission to the committer.
        finished: told of deliveries whose outcomes are stored and published.
        step_aside: gives the delivery's place away while it waits for its next attempt.
        step_back: tells that it goes on.
        spawn: starts a task whose failure stops the worker.
    """

    store: DecisionStore
    ground: Ground
    clock: Clock
    rng: random.Random
    observer: Observer
    replies: ReplyPublisher
    submit: Callable[[Submission], None]
    finished: Callable[[list[Delivery]], None]
    step_aside: Callable[[Delivery], None]
    step_back: Callable[[Delivery], None]
    spawn: Callable[[Coroutine[Any, Any, None], str], asyncio.Task[None]]


class Settler:
    """Settles deliveries."""

    def __init__(self, handling: Handling, around: Surroundings) -> None:
        self._handling = handling
        self._around = around
        self._clock = around.clock
        self._observer = around.observer
        self._submit = around.submit
        self._mass_failure = MassFailureRule(handling.mass_failure)
        self._at_once = frozenset(
            command for command, handler in handling.handlers.items() if not inspect.iscoroutinefunction(handler)
        )
        ends = Ends(self._decided, self._failed)
        self._gatherings = {
            command: Gathering(handler, handling.time_budget_of(command), ends, around.spawn)
            for command, handler in handling.handlers.items()
            if isinstance(handler, Together)
        }

    def may_decide_at_once(self, delivery: Delivery) -> bool:
        """Whether its first attempt may end without waiting for anything that is paid for."""
        return delivery.command is None or type(delivery.command) in self._at_once

    def start(self, delivery: Delivery) -> None:
        """Begin to bring a delivery to its one terminal outcome. Returns at once and never raises on bad input.

        Raises:
            MassFailureError: too much would be dead-lettered; this delivery is left as it is.
        """
        if delivery.recorded:
            self._republish(delivery, delivery.recorded)
        elif delivery.recheck:
            self._spawn(delivery, self._look_again(delivery))
        elif delivery.command is not None:
            self._attempt(delivery, delivery.command)
        elif delivery.defect is not None:
            self._refuse(delivery, delivery.defect)

    def settled(self, batch: Batch) -> None:
        """Go on from what became of submissions.

        Raises:
            MassFailureError: see `start`.
            UnstorableError: an outcome made by the runtime itself cannot be stored. It has a stream of its own and no
                free text, so this is a defect, and stopping with the offset uncommitted loses nothing.
        """
        now = self._clock.monotonic()
        done: list[Delivery] = []
        told: list[Settled] = []
        well = 0
        for submission, result in batch:
            delivery = submission.delivery
            if isinstance(result, Committed):
                done.append(delivery)
                well += not (result.duplicate or submission.dead_letters)
                reply_to = delivery.envelope.reply_to
                if reply_to is not None and reply_to != WORKFLOW_REPLIES.name:  # that one is published already
                    self._around.replies.offer(reply(reply_to, result.events))
                told.append(told_of(delivery, result))
            elif isinstance(result, Erased):
                self._erased(delivery, result)
            elif submission.is_final:
                msg = f"the outcome of {delivery.envelope.id} cannot be stored: {result}"
                raise UnstorableError(msg)
            elif not delivery.gone:
                self._failed(delivery, _failure(result))
        self._mass_failure.settled(now, well)
        self._observer.settled(told, now)
        self._around.finished(done)

    def _erased(self, delivery: Delivery, result: Erased) -> None:
        if delivery.gone:
            return
        if result.under_way:  # whatever was decided may rest on what is being deleted: anew, and after it
            self._spawn(delivery, self._try_later(delivery, ERASING_PAUSE))
        else:
            self._end(delivery, outcomes.erased(delivery, self._clock.now()), ErrorCode.OWNER_ERASED)

    def _republish(self, delivery: Delivery, recorded: tuple[StoredEvent, ...]) -> None:
        self._submit(Submission(delivery, None, recorded, self._dead_letters_again(delivery, recorded)))

    async def _look_again(self, delivery: Delivery) -> None:
        """It was not looked up, or the same command was in flight when it came: it may have been decided since."""
        key = delivery.inbox_key
        found = await self._around.ground.until_available("database", lambda: self._around.store.recorded([key]))
        delivery.recheck = delivery.is_unknown = False
        delivery.recorded = found.get(key, ())
        self.start(delivery)

    def _refuse(self, delivery: Delivery, defect: Defect) -> None:
        """End a record that is no valid command."""
        verdict = outcomes.defective(delivery, defect, self._clock.now())
        reason = f"{defect.code}: {defect.reason}"
        if defect.code in POISON:
            self._mass_failure.poisoned(defect.code, self._clock.monotonic())
            self._dead_letter(delivery, verdict, defect.code, reason)
        else:
            self._end(delivery, verdict, defect.code)

    def _attempt(self, delivery: Delivery, command: Command) -> None:
        delivery.attempts = delivery.effort.attempt
        delivery.started, delivery.decided = self._clock.monotonic(), 0.0
        if delivery.first is None:
            delivery.first = delivery.started
        try:
            context = self._context(delivery)
            _refuse_expired(delivery, context)
            gathering = self._gatherings.get(type(command))
            if gathering is not None:
                gathering.add(delivery, Asked(command, context))
                return
            made = self._handling.handlers[type(command)](command, context)
        except Exception as error:  # noqa: BLE001  whatever a handler raises is one command's failure
            self._failed(delivery, error)
            return
        if isinstance(made, Decision):
            self._decided(delivery, made)
        elif delivery.is_unknown:  # it will wait, perhaps for what has to be paid for
            _drop(made)
            self._spawn(delivery, self._look_again(delivery))
        else:
            # A task that is cancelled before its first step never comes to what it was to wait for.
            self._spawn(delivery, self._await(delivery, made)).add_done_callback(lambda _: _drop(made))

    async def _await(self, delivery: Delivery, decision: Awaitable[Decision]) -> None:
        delivery.calls = note_calls()
        try:
            async with asyncio.timeout(self._handling.time_budget_of(_type_of(delivery))):
                made = await decision
        except Exception as error:  # noqa: BLE001  see _attempt
            self._failed(delivery, error)
        else:
            self._decided(delivery, made)

    def _decided(self, delivery: Delivery, decision: Decision) -> None:
        try:
            verdict = outcomes.decided(delivery, decision, self._clock.now())
        except Exception as error:  # noqa: BLE001  an outcome that cannot be written is one command's failure, too
            self._failed(delivery, error)
            return
        delivery.decided, delivery.decision = self._clock.monotonic(), decision
        if delivery.waiter is not None:
            delivery.waiter.got_past()
        self._submit(Submission(delivery, verdict))

    def _failed(self, delivery: Delivery, error: Exception) -> None:
        # Storing may wait for the database, which must not count as time the command took.
        took = (delivery.decided or self._clock.monotonic()) - delivery.started
        policy = self._handling.policy_of(_type_of(delivery))
        step = next_step(delivery.effort, Failure(error, took), policy, self._around.rng)
        delivery.recheck = delivery.recheck or delivery.is_unknown
        if isinstance(step, Retry | GiveUp):  # an outage is told once, by the ground
            self._tell(delivery, error, step)
        self._wait_for_ground(delivery, step, str(error))
        match step:
            case Reject(rejection):
                verdict = outcomes.rejected(delivery, rejection, self._clock.now())
                self._end(delivery, verdict, rejection.code)
            case GiveUp():
                self._give_up(delivery, step)
            case Retry(delay, effort):
                delivery.effort = effort
                self._spawn(delivery, self._try_later(delivery, delay))
            case Wait(delay, effort):
                delivery.effort = effort
                self._spawn(delivery, self._try_when_grounded(delivery, delay))

    async def _try_later(self, delivery: Delivery, delay: float) -> None:
        self._around.step_aside(delivery)
        await self._clock.sleep(delay)
        self._around.step_back(delivery)
        self.start(delivery)

    async def _try_when_grounded(self, delivery: Delivery, delay: float) -> None:
        await self._clock.sleep(delay)
        self.start(delivery)

    def _wait_for_ground(self, delivery: Delivery, step: Step, reason: str) -> None:
        if isinstance(step, Wait) and step.ground is not None:
            delivery.waiter = delivery.waiter or self._around.ground.waiter()
            delivery.waiter.lacks(step.ground, reason)
        elif delivery.waiter is not None:
            # Whether what was lacking is back is not known: the attempt may have failed before it came that far.
            delivery.waiter.leave()

    def _give_up(self, delivery: Delivery, step: GiveUp) -> None:
        self._mass_failure.failing(step.code, self._clock.monotonic())
        verdict = outcomes.failed(delivery, step.code, step.reason, delivery.attempts, self._clock.now())
        self._dead_letter(delivery, verdict, step.code, f"{step.code}: {step.reason}")

    def _dead_letter(self, delivery: Delivery, verdict: Verdict, code: ErrorCode, reason: str) -> None:
        group = self._handling.group
        letter = dead_letter(delivery, group, verdict.events[-1], reason)
        self._end(delivery, lettered(verdict, delivery, group), code, (letter,))

    def _end(
        self, delivery: Delivery, verdict: Verdict, code: ErrorCode, dead_letters: tuple[OutgoingRecord, ...] = ()
    ) -> None:
        delivery.code, delivery.decision = code, None
        delivery.decided = self._clock.monotonic()
        self._submit(Submission(delivery, verdict, (), dead_letters, is_final=True))

    def _context(self, delivery: Delivery) -> CommandContext:
        envelope = delivery.envelope
        return CommandContext(
            command_id=envelope.id,
            correlation_id=envelope.correlation_id or envelope.id,
            tenant=envelope.tenant,
            owner=envelope.owner,
            sent_at=envelope.time,
            now=self._clock.now(),
            attempt=delivery.attempts,
            partition=delivery.record.partition,
        )

    def _dead_letters_again(self, delivery: Delivery, recorded: tuple[StoredEvent, ...]) -> tuple[OutgoingRecord, ...]:
        """The dead letter a crash may have kept from being published; a repeated one carries the same outcome id."""
        last = recorded[-1]
        poison = delivery.defect is not None and delivery.defect.code in POISON
        known = EVENTS.get(last.type)  # a newer release may have written it
        if not poison and (known is None or not issubclass(known, CommandFailed)):
            return ()
        return (dead_letter(delivery, self._handling.group, last, f"{last.type} {last.id}"),)

    def _tell(self, delivery: Delivery, error: Exception, step: Retry | GiveUp) -> None:
        delay = step.delay if isinstance(step, Retry) else None
        now = self._clock.monotonic()
        code = code_and_reason(error)[0]
        self._observer.attempt_failed(
            Attempt(
                delivery.record,
                delivery.envelope,
                delivery.attempts,
                error,
                code,
                delay,
                delivery.started,
                now,
                delivery.calls,
            )
        )
        delivery.calls = ()
        LOG.warning("attempt failed", extra=facts_of(delivery, error, step), exc_info=error)

    def _spawn(self, delivery: Delivery, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        delivery.task = self._around.spawn(work, "settle")
        return delivery.task


def _drop(made: Awaitable[Decision]) -> None:
    """Let go of what a handler made; of no effect on what has ended."""
    if inspect.iscoroutine(made):
        made.close()


def _type_of(delivery: Delivery) -> type[Command]:
    return Command if delivery.command is None else type(delivery.command)


def _refuse_expired(delivery: Delivery, context: CommandContext) -> None:
    expiry = delivery.envelope.expiry_time
    if expiry is not None and context.now > expiry:
        raise RejectionError(ErrorCode.EXPIRED, f"expired at {expiry.isoformat()}", field="ce_expirytime")


def _failure(result: CommitResult) -> Exception:
    match result:
        case Unstorable(_, reason):
            return UnstorableError(reason)
        case Conflicted(_, stream, version):
            return ConflictError(stream, version)
        case Committed() | Erased():
            return ConflictError()
