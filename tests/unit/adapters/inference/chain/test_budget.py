import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.chain.budget import Allowance, Budget, Exhausted, Tariff
from adapters.inference.models.asking import Usage
from contracts.money import Currency
from tests.fakes.cache import VisibleCache
from tests.fakes.clock import FakeClock

NO_BOUND = Allowance()


class GoneCache(VisibleCache):
    """A cache that cannot be reached."""

    async def add(self, key: str, amount: int, ttl_seconds: float) -> int | None:
        del key, amount, ttl_seconds
        return None


def budget(
    everybody: Allowance = NO_BOUND,
    tenant: Allowance = NO_BOUND,
    cache: VisibleCache | None = None,
    clock: FakeClock | None = None,
) -> Budget:
    return Budget("hosted", everybody, tenant, cache or VisibleCache(), clock or FakeClock())


async def test_without_bounds_nothing_is_counted() -> None:
    cache = VisibleCache()
    assert await budget(cache=cache).reserve("acme") is None
    assert cache.values == {}


async def test_calls_are_allowed_up_to_the_bound_and_no_further() -> None:
    day = budget(Allowance(calls=2))
    assert [await day.reserve("acme") for _ in range(4)] == [None, None, *[Exhausted("day", "calls")] * 2]


async def test_a_call_that_was_not_allowed_is_not_counted() -> None:
    cache = VisibleCache()
    day = budget(Allowance(calls=5), Allowance(calls=1), cache)
    await day.reserve("acme")
    for _ in range(3):
        assert await day.reserve("acme") == Exhausted("tenant", "calls")
    assert cache.values["budget:hosted:2026-03-02:calls"] == b"1"
    assert await day.reserve("other") is None


async def test_money_is_counted_after_the_call_and_ends_the_next_one() -> None:
    day = budget(Allowance(money=Decimal("0.01")))
    assert await day.reserve("acme") is None
    await day.spend("acme", 0, Decimal("0.009999"))
    assert await day.reserve("acme") is None
    await day.spend("acme", 0, Decimal("0.0000001"))
    assert await day.reserve("acme") == Exhausted("day", "money")


async def test_one_tenant_uses_up_its_own_money_only() -> None:
    day = budget(tenant=Allowance(money=Decimal(1)))
    await day.spend("acme", 0, Decimal(1))
    assert await day.reserve("acme") == Exhausted("tenant", "money")
    assert await day.reserve("other") is None


async def test_calls_beyond_the_first_are_counted_afterwards() -> None:
    day = budget(Allowance(calls=2))
    await day.reserve("acme")
    await day.spend("acme", 1, Decimal(0))
    assert await day.reserve("acme") == Exhausted("day", "calls")


async def test_a_new_day_begins_at_midnight_utc() -> None:
    clock = FakeClock(datetime(2026, 3, 2, 23, 59, tzinfo=UTC))
    day = budget(Allowance(calls=1), clock=clock)
    await day.reserve("acme")
    assert await day.reserve("acme") is not None
    clock.jump(timedelta(minutes=1).total_seconds())
    assert await day.reserve("acme") is None


async def test_workers_that_share_a_cache_share_the_budget() -> None:
    cache = VisibleCache()
    one, other = budget(Allowance(calls=3), cache=cache), budget(Allowance(calls=3), cache=cache)
    allowed = [await worker.reserve("acme") is None for worker in (one, other, one, other)]
    assert allowed == [True, True, True, False]


async def test_without_its_cache_each_worker_keeps_to_what_it_counted_itself() -> None:
    day = budget(Allowance(calls=2), cache=GoneCache())
    assert [await day.reserve("acme") is None for _ in range(3)] == [True, True, False]


async def test_a_cache_that_forgets_gives_nothing_back() -> None:
    cache = VisibleCache()
    day = budget(Allowance(calls=2), cache=cache)
    await day.reserve("acme")
    await day.reserve("acme")
    await cache.close()
    assert await day.reserve("acme") == Exhausted("day", "calls")


def test_what_is_used_up_is_told_without_naming_the_tenant() -> None:
    assert str(Exhausted("tenant", "money")) == "the tenant's budget of money for today is used up"
    assert str(Exhausted("day", "calls")) == "the budget of calls for today is used up"


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        (Usage(1, 1_000_000, 0), "0.15"),
        (Usage(1, 0, 1_000_000), "0.60"),
        (Usage(2, 812, 74), "0.0001662"),
        (Usage(1, 0, 0), "0"),
    ],
)
def test_the_tariff_is_for_a_million_tokens(usage: Usage, cost: str) -> None:
    assert Tariff(Decimal("0.15"), Decimal("0.60"), Currency.USD).cost(usage) == Decimal(cost)


@given(st.integers(1, 30), st.lists(st.booleans(), max_size=60))
def test_never_more_calls_than_allowed_whoever_makes_them(limit: int, whose: list[bool]) -> None:
    async def run() -> int:
        cache = VisibleCache()
        workers = [budget(Allowance(calls=limit), cache=cache) for _ in range(2)]
        results = [await workers[one].reserve("acme") for one in whose]
        return sum(result is None for result in results)

    assert asyncio.run(run()) == min(limit, len(whose))
