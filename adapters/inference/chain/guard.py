"""A model server with everything that protects it, its budget and its callers.

From outside to inside: what was answered before, who asks the same now, the time a question may take, retries; and
around each call the breaker, the budget and the limiter.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from adapters.inference.chain.breaker import Breaker, BreakerPolicy, Permit, State
from adapters.inference.chain.budget import Budget, Exhausted, Tariff
from adapters.inference.chain.flight import SingleFlight
from adapters.inference.chain.memory import ResponseMemory, fingerprint
from adapters.inference.models.asking import (
    Answered,
    ModelError,
    NoAnswerError,
    Reply,
    ThrottledError,
    TimedOutError,
    UnreachableError,
    UnusableError,
    Usage,
    without_answer,
)
from contracts.errors import ErrorCode
from contracts.money import Money
from contracts.readings import BackendAnswer
from contracts.values import ProcessingMethod
from workers.ports.errors import BackendBusyError
from workers.ports.status import ModelStatus
from workers.ports.tenancy import paying_tenant

if TYPE_CHECKING:
    from adapters.inference.models.asking import A, Client, Question
    from workers.ports.clock import Clock

T = TypeVar("T")

LOG: Final = logging.getLogger(__name__)

FREE: Final = Tariff()
COST_DIGITS: Final = Decimal("1e-9")
LONGEST_REST: Final = 3_600.0
"""The most seconds a server may ask to be left alone; a wrong date in a header is not to switch it off for ever."""


class Limiter(Protocol):
    """Lets calls through, as many at a time as a backend can take."""

    async def call(self, operation: Callable[[], Awaitable[T]]) -> T:
        """Make a call once it is its turn.

        Raises:
            BackendBusyError: its turn did not come in time.
        """
        ...


@dataclass(frozen=True, slots=True)
class GuardPolicy:
    """How a server is asked.

    Attributes:
        attempts: calls for one question at most, when calls fail.
        base_delay: wait before the second one, seconds, doubled each time and drawn between zero and that.
        longest_delay: the most of that, and the longest a server's own wish is waited for, seconds.
        total: the most a question may take in all, seconds.
    """

    attempts: int = 2
    base_delay: float = 0.5
    longest_delay: float = 5.0
    total: float = 30.0


@dataclass(frozen=True, slots=True)
class Protection:
    """What a server is guarded with.

    Attributes:
        identity: everything its answers depend on besides the question; part of the key they are remembered by.
    """

    identity: str
    limiter: Limiter
    budget: Budget
    memory: ResponseMemory
    tariff: Tariff = FREE
    policy: GuardPolicy = GuardPolicy()
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)


@dataclass(slots=True)
class _Spent:
    """What one question took so far, also while its caller may give it up."""

    usage: Usage = field(default_factory=Usage)


class GuardedServer:
    """`Asker` over a client of one server."""

    def __init__(self, backend: str, client: Client, protection: Protection, clock: Clock, rng: random.Random) -> None:
        self._backend = backend
        self._client = client
        self._with = protection
        self._clock = clock
        self._rng = rng
        self._breaker = Breaker(protection.breaker)
        self._flights: SingleFlight[tuple[Reply, Usage]] = SingleFlight()
        self._ended: Counter[tuple[str, str]] = Counter()
        self._cost = Decimal(0)
        self._used = Usage()
        self._told_open = False

    @property
    def backend(self) -> str:
        return self._backend

    @property
    def model_status(self) -> ModelStatus:
        """See `ModelGauge.model_status`."""
        tariff = self._with.tariff
        cost = {} if tariff.is_free else {str(tariff.currency): self._cost}
        breaker = int(self._breaker.state(self._clock.monotonic()))
        tokens = {"input": self._used.input_tokens, "output": self._used.output_tokens}
        return ModelStatus(self._backend, breaker, dict(self._ended), cost, tokens)

    async def ask(self, question: Question[A]) -> Answered[A]:
        """See `Asker.ask`."""
        key = fingerprint(question, self._with.identity, paying_tenant())
        remembered = await self._with.memory.recall(key, question)
        if remembered is not None:
            return self._answered(question, remembered, Usage(), "cached")
        spent = _Spent()
        try:
            (reply, usage), shared = await self._flights.share(key, lambda: self._fetch(key, question, spent))
        except (_NotAskedError, ModelError) as error:
            raise self._no_answer(question, error, spent.usage) from error
        except BackendBusyError:
            self._count(question, "busy")
            raise
        return self._answered(question, reply, Usage() if shared else usage, "shared" if shared else "answered")

    async def _fetch(self, key: str, question: Question[A], spent: _Spent) -> tuple[Reply, Usage]:
        """The reply, and what all calls for it took."""
        try:
            async with asyncio.timeout(self._with.policy.total):
                reply = await self._persist(question, spent)
        except TimeoutError:
            raise TimedOutError(f"no answer within {self._with.policy.total:g} s in all", Usage()) from None
        await self._with.memory.remember(key, reply)
        return reply, spent.usage

    async def _persist(self, question: Question[A], spent: _Spent) -> Reply:
        policy = self._with.policy
        for attempt in range(1, policy.attempts + 1):
            try:
                return await self._call(question, spent)
            except UnreachableError as error:
                delay = self._delay(attempt, error)
                if attempt == policy.attempts or delay is None:
                    raise
            await self._clock.sleep(delay)
        raise AssertionError  # pragma: no cover  the last attempt returns or raises

    def _delay(self, attempt: int, error: UnreachableError) -> float | None:
        """Seconds until the next attempt; None when there is to be none."""
        policy = self._with.policy
        bound = min(policy.longest_delay, policy.base_delay * 2.0 ** (attempt - 1))
        delay = self._rng.uniform(0, bound)
        wished = error.retry_after if isinstance(error, ThrottledError) else None
        if wished is None:
            return delay
        return wished + delay if wished <= policy.longest_delay else None

    async def _call(self, question: Question[A], spent: _Spent) -> Reply:
        permit = self._breaker.permit(self._clock.monotonic())
        if permit is None:
            wait = self._breaker.wait(self._clock.monotonic())
            raise _NotAskedError("open", f"is left alone for {wait:.0f} s more, after too many failures")
        try:
            reply = await self._paid(question, spent)
            self._breaker.answered(permit, self._clock.monotonic())
            self._tell_changes("it answers again")
        except ModelError as error:
            self._judge(permit, error)
            raise
        finally:
            self._breaker.abandoned(permit)  # of no effect where the call's end was told
        return reply

    async def _paid(self, question: Question[A], spent: _Spent) -> Reply:
        tenant = paying_tenant()
        exhausted = await self._with.budget.reserve(tenant)
        if exhausted is not None:
            raise _NotAskedError(_budget_result(exhausted), str(exhausted))
        usage = Usage(calls=1)
        try:
            reply = await self._with.limiter.call(lambda: self._client.ask(question))
            usage = reply.usage
        except BackendBusyError:
            usage = Usage()
            raise
        except ModelError as error:
            usage = error.usage
            raise
        finally:
            spent.usage += usage
            self._used += usage
            cost = self._with.tariff.cost(usage)
            self._cost += cost
            await self._with.budget.spend(tenant, usage.calls - 1, cost)
        return reply

    def _judge(self, permit: Permit, error: ModelError) -> None:
        """What a failure says of the server. What it made of one question says nothing: see `UnusableError`."""
        if isinstance(error, UnusableError):
            return
        now = self._clock.monotonic()
        self._breaker.failed(permit, now)
        wished = error.retry_after if isinstance(error, ThrottledError) else None
        if wished is not None and wished > self._with.policy.longest_delay:
            self._breaker.leave_alone(now, min(wished, LONGEST_REST))
        self._tell_changes(error.reason)

    def _tell_changes(self, reason: str) -> None:
        """Log when the server begins and ceases to be left alone, once each time."""
        is_open = self._breaker.state(self._clock.monotonic()) is not State.CLOSED
        if is_open == self._told_open:
            return
        self._told_open = is_open
        message = "model server left alone" if is_open else "model server asked again"
        LOG.log(
            logging.WARNING if is_open else logging.INFO, message, extra={"backend": self._backend, "reason": reason}
        )

    def _answered(self, question: Question[A], reply: Reply, usage: Usage, result: str) -> Answered[A]:
        self._count(question, result)
        form = question.form.model_validate_json(reply.content)
        share = self._share(question.capability, usage, cached=result in {"cached", "shared"})
        return Answered(form, reply.certainty, share)

    def _no_answer(self, question: Question[A], error: _NotAskedError | ModelError, usage: Usage) -> NoAnswerError:
        result = _result(error)
        self._count(question, result)
        share = without_answer(self._share(question.capability, usage, cached=False), error.reason)
        return NoAnswerError(error.code, error.reason, share, out=result == "open")

    def _share(self, capability: str, usage: Usage, *, cached: bool) -> BackendAnswer:
        share = BackendAnswer(
            capability=capability,
            backend=self._backend,
            cached=cached,
            calls=usage.calls,
            method=ProcessingMethod.MODEL,
        )
        tariff = self._with.tariff
        if tariff.is_free or not usage.calls:
            return share
        exact = tariff.cost(usage)
        cost = Money.of(exact, tariff.currency)
        return share.model_copy(
            update={"cost": cost, "exact_cost": exact.quantize(COST_DIGITS, ROUND_HALF_UP).normalize()}
        )

    def _count(self, question: Question[A], result: str) -> None:
        self._ended[question.capability, result] += 1


class _NotAskedError(Exception):
    """The server was not asked."""

    code = ErrorCode.BACKEND_UNAVAILABLE

    def __init__(self, result: str, reason: str) -> None:
        super().__init__(reason)
        self.result = result
        self.reason = reason


def _budget_result(exhausted: Exhausted) -> str:
    return "tenant_budget" if exhausted.whose == "tenant" else "budget"


def _result(error: _NotAskedError | ModelError) -> str:
    match error:
        case _NotAskedError():
            return error.result
        case ThrottledError():
            return "throttled"
        case TimedOutError():
            return "timeout"
        case UnreachableError():
            return "failed"
        case UnusableError():
            return "unusable"
        case _:
            return "refused"
