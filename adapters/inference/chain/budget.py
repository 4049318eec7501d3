"""How much a backend may be asked in a day, in calls and in money, in all and by each tenant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from contracts.money import Currency

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.inference.models.asking import Usage
    from workers.ports.cache import Cache
    from workers.ports.clock import Clock

MILLION: Final = 1_000_000
KEPT_SECONDS: Final = 2 * 24 * 3600.0
"""How long a day's counters are kept: until after the day, in every time zone."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a server's tokens cost.

    Attributes:
        input: for a million tokens of questions.
        output: for a million tokens of answers.
    """

    input: Decimal = Decimal(0)
    output: Decimal = Decimal(0)
    currency: Currency = Currency.USD

    @property
    def is_free(self) -> bool:
        return not (self.input or self.output)

    def cost(self, usage: Usage) -> Decimal:
        """What it took, exactly, in the tariff's currency."""
        return (usage.input_tokens * self.input + usage.output_tokens * self.output) / MILLION


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is allowed in one day, UTC; None for no bound.

    Attributes:
        calls: requests.
        money: in the tariff's currency.
    """

    calls: int | None = None
    money: Decimal | None = None


class Exhausted(NamedTuple):
    """A budget is used up.

    Attributes:
        whose: ``day`` for everybody's, ``tenant`` for that of the paying tenant.
        what: ``calls`` or ``money``.
    """

    whose: str
    what: str

    def __str__(self) -> str:
        """For people; names no tenant."""
        owner = "the tenant's budget" if self.whose == "tenant" else "the budget"
        return f"{owner} of {self.what} for today is used up"


class _Counter(NamedTuple):
    key: str
    limit: int
    exhausted: Exhausted
    counts_calls: bool


class Budget:
    """The budget of one backend, shared by all workers that share the cache.

    A call is counted before it is made, so that calls are never more than allowed. What it costs is known only after:
    money may exceed its bound by what the calls under way cost. A cache that cannot be reached leaves each process with
    what it has counted itself.
    """

    def __init__(self, backend: str, everybody: Allowance, tenant: Allowance, cache: Cache, clock: Clock) -> None:
        self._backend = backend
        self._everybody = everybody
        self._tenant = tenant
        self._cache = cache
        self._clock = clock
        self._own: dict[str, int] = {}
        self._day = ""

    async def reserve(self, tenant: str) -> Exhausted | None:
        """Count one call that is about to be made; when a bound is reached, count nothing and say which."""
        counted: list[_Counter] = []
        for counter in self._counters(tenant):
            total = await self._add(counter.key, 1 if counter.counts_calls else 0)
            if counter.counts_calls:
                counted.append(counter)
            if total > counter.limit if counter.counts_calls else total >= counter.limit:
                for one in counted:
                    await self._add(one.key, -1)
                return counter.exhausted
        return None

    async def spend(self, tenant: str, more_calls: int, cost: Decimal) -> None:
        """Count what became of it: calls besides the one reserved, and what all cost."""
        micros = int((cost * MILLION).to_integral_value(ROUND_CEILING))
        for counter in self._counters(tenant):
            amount = more_calls if counter.counts_calls else micros
            if amount:
                await self._add(counter.key, amount)

    def _counters(self, tenant: str) -> Iterator[_Counter]:
        today = _day(self._clock.now())
        for whose, scope, allowance in (("day", "", self._everybody), ("tenant", f":{tenant}", self._tenant)):
            key = f"budget:{self._backend}{scope}:{today}"
            if allowance.calls is not None:
                yield _Counter(f"{key}:calls", allowance.calls, Exhausted(whose, "calls"), counts_calls=True)
            if allowance.money is not None:
                limit = int(allowance.money * MILLION)
                yield _Counter(f"{key}:micros", limit, Exhausted(whose, "money"), counts_calls=False)

    async def _add(self, key: str, amount: int) -> int:
        """Count, here and in the cache; the larger sum is nearer the truth, for a cache may forget."""
        self._forget_other_days()
        own = self._own[key] = self._own.get(key, 0) + amount
        shared = await self._cache.add(key, amount, KEPT_SECONDS)
        return own if shared is None else max(own, shared)

    def _forget_other_days(self) -> None:
        today = _day(self._clock.now())
        if today != self._day:
            self._day = today
            self._own.clear()


def _day(now: datetime) -> str:
    return now.date().isoformat()
