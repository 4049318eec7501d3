"""What becomes of one question to a guarded server, and what the next one finds."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import TypeVar

import pytest

from adapters.inference.chain.breaker import BreakerPolicy
from adapters.inference.chain.budget import Allowance, Budget, Tariff
from adapters.inference.chain.guard import GuardedServer, GuardPolicy, Protection
from adapters.inference.chain.memory import ResponseMemory
from adapters.inference.limiting import ConcurrencyLimiter, LimitBounds
from adapters.inference.models.asking import (
    MisconfiguredError,
    ModelError,
    NoAnswerError,
    Question,
    Reply,
    ThrottledError,
    TimedOutError,
    UnreachableError,
    UnusableError,
    Usage,
)
from adapters.inference.models.forms import CategoryForm
from contracts.errors import ErrorCode
from contracts.money import Currency, Money
from contracts.readings import BackendAnswer
from contracts.values import Category, ProcessingMethod
from tests.fakes.cache import VisibleCache
from tests.fakes.clock import FakeClock, settle
from tests.fakes.models import FakeClient, OpenLimiter, reply
from workers.ports.errors import BackendBusyError
from workers.ports.tenancy import charged_to

T = TypeVar("T")

FOOD = '{"category":"Food & Dining","evidence":"noodles"}'
QUESTION = Question("categorization", "judge", "noodles 50", CategoryForm, 100)
OTHER = Question("categorization", "judge", "noodles 60", CategoryForm, 100)
NO_BOUND = Allowance()
ONCE = Usage(calls=1)
GONE = UnreachableError("cannot be reached", ONCE)
USELESS = UnusableError("the answer is no JSON", Usage(calls=2, input_tokens=200, output_tokens=20))
TARIFF = Tariff(Decimal("0.15"), Decimal("0.60"), Currency.USD)


class Bench:
    """A guarded server with everything around it under the test's control."""

    def __init__(
        self,
        *answers: Reply | ModelError | Callable[[], Awaitable[Reply]],
        attempts: int = 1,
        remembered: float = 0,
        everybody: Allowance = NO_BOUND,
        tenant: Allowance = NO_BOUND,
        tariff: Tariff = TARIFF,
    ) -> None:
        self.clock = FakeClock()
        self.cache = VisibleCache()
        self.client = FakeClient(*answers)
        protection = Protection(
            identity="here",
            limiter=OpenLimiter(),
            budget=Budget("fake", everybody, tenant, self.cache, self.clock),
            memory=ResponseMemory(self.cache, remembered),
            tariff=tariff,
            policy=GuardPolicy(attempts=attempts),
            breaker=BreakerPolicy(least_calls=3, rest=5.0),
        )
        self.server = GuardedServer("fake/model", self.client, protection, self.clock, random.Random(1))

    async def refused(self, question: Question[CategoryForm] = QUESTION) -> NoAnswerError:
        with pytest.raises(NoAnswerError) as caught:
            await self.server.ask(question)
        return caught.value

    def ended(self, result: str) -> int:
        return self.server.model_status.answers.get(("categorization", result), 0)


async def test_an_answer_names_the_server_its_calls_and_their_exact_cost() -> None:
    bench = Bench(reply(FOOD, Usage(calls=1, input_tokens=812, output_tokens=74)))
    answered = await bench.server.ask(QUESTION)
    assert answered.form.category is Category.FOOD
    assert answered.share == BackendAnswer(
        capability="categorization",
        backend="fake/model",
        calls=1,
        cost=Money.of("0.00", Currency.USD),
        exact_cost=Decimal("0.0001662"),
        method=ProcessingMethod.MODEL,
    )
    assert bench.server.model_status.cost == {"USD": Decimal("0.0001662")}


async def test_a_server_without_prices_costs_nothing_that_is_told() -> None:
    bench = Bench(reply(FOOD), tariff=Tariff())
    share = (await bench.server.ask(QUESTION)).share
    assert (share.cost, share.exact_cost) == (None, None)
    assert bench.server.model_status.cost == {}


async def test_what_was_answered_before_takes_no_call_and_costs_nothing() -> None:
    bench = Bench(reply(FOOD), remembered=60)
    first = await bench.server.ask(QUESTION)
    second = await bench.server.ask(QUESTION)
    assert second.form == first.form
    assert (second.share.cached, second.share.calls, second.share.cost) == (True, 0, None)
    assert len(bench.client.asked) == 1
    await bench.server.ask(OTHER)
    assert len(bench.client.asked) == 2


async def test_a_failure_is_not_remembered() -> None:
    bench = Bench(USELESS, reply(FOOD), remembered=60)
    await bench.refused()
    assert (await bench.server.ask(QUESTION)).share.cached is False


async def test_the_same_question_at_the_same_time_is_one_call() -> None:
    gate = asyncio.Event()

    async def slowly() -> Reply:
        await gate.wait()
        return reply(FOOD)

    bench = Bench(slowly)
    async with asyncio.TaskGroup() as tasks:
        asking = [tasks.create_task(bench.server.ask(QUESTION)) for _ in range(3)]
        await settle()
        gate.set()
    assert sorted(task.result().share.calls for task in asking) == [0, 0, 1]
    assert len(bench.client.asked) == 1
    assert (bench.ended("answered"), bench.ended("shared")) == (1, 2)


async def test_a_call_that_fails_is_made_again_after_a_pause() -> None:
    bench = Bench(GONE, reply(FOOD), attempts=2)
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(bench.server.ask(QUESTION))
        await bench.clock.advance(1.0)
    assert asking.result().share.calls == 2
    (pause,) = bench.clock.sleeps
    assert 0 < pause <= 0.5


async def test_when_no_call_succeeds_the_error_has_what_all_of_them_took() -> None:
    bench = Bench(GONE, attempts=3)
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(bench.refused())
        await bench.clock.advance(10.0)
    error = asking.result()
    assert (error.code, error.out) == (ErrorCode.BACKEND_UNAVAILABLE, False)
    assert (error.share.calls, error.share.unavailable) == (3, "cannot be reached")
    assert bench.ended("failed") == 1


async def test_a_useless_answer_is_not_asked_for_again_but_is_paid_for() -> None:
    bench = Bench(USELESS, attempts=3)
    error = await bench.refused()
    assert len(bench.client.asked) == 1
    assert (error.share.calls, error.share.exact_cost) == (2, Decimal("0.000042"))
    assert bench.ended("unusable") == 1


async def test_a_short_wish_to_be_left_alone_is_waited_for() -> None:
    bench = Bench(ThrottledError("429", ONCE, retry_after=3.0), reply(FOOD), attempts=2)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bench.server.ask(QUESTION))
        await bench.clock.advance(2.9)
        assert len(bench.client.asked) == 1
        await bench.clock.advance(1.0)
    assert len(bench.client.asked) == 2


async def test_a_long_wish_to_be_left_alone_is_granted_for_all_questions() -> None:
    bench = Bench(ThrottledError("429", ONCE, retry_after=60.0), reply(FOOD), attempts=2)
    assert (await bench.refused()).out is False
    assert bench.ended("throttled") == 1
    assert (await bench.refused(OTHER)).out is True
    bench.clock.jump(60.0)
    assert (await bench.server.ask(QUESTION)).form.category is Category.FOOD


@pytest.mark.parametrize("error", [GONE, TimedOutError("late", ONCE), MisconfiguredError("401", ONCE)])
async def test_a_server_that_fails_is_left_alone_after_a_while_and_then_tried(error: ModelError) -> None:
    bench = Bench(error, error, error, reply(FOOD))
    for _ in range(3):
        assert (await bench.refused()).out is False
    shut = await bench.refused()
    assert (shut.out, shut.share.calls) == (True, 0)
    assert shut.share.unavailable == "is left alone for 5 s more, after too many failures"
    assert (bench.server.model_status.breaker, bench.ended("open")) == (2, 1)
    bench.clock.jump(5.0)
    assert bench.server.model_status.breaker == 1
    await bench.server.ask(QUESTION)
    assert bench.server.model_status.breaker == 0


async def test_what_a_user_can_provoke_does_not_take_the_server_from_others() -> None:
    bench = Bench(*[USELESS] * 10, reply(FOOD))
    for _ in range(10):
        await bench.refused()
    assert (await bench.server.ask(OTHER)).form.category is Category.FOOD


async def test_a_trial_with_a_useless_answer_leaves_the_trial_to_the_next_question() -> None:
    bench = Bench(GONE, GONE, GONE, USELESS, reply(FOOD))
    for _ in range(3):
        await bench.refused()
    bench.clock.jump(5.0)
    assert (await bench.refused()).out is False
    await bench.server.ask(OTHER)
    assert bench.server.model_status.breaker == 0


async def test_a_trial_that_is_given_up_leaves_the_trial_to_the_next_question() -> None:
    never = asyncio.Event()

    async def hang() -> Reply:
        await never.wait()
        return reply(FOOD)

    bench = Bench(GONE, GONE, GONE, hang, reply(FOOD))
    for _ in range(3):
        await bench.refused()
    bench.clock.jump(5.0)
    async with asyncio.TaskGroup() as tasks:
        trial = tasks.create_task(bench.server.ask(QUESTION))
        await settle()
        assert (await bench.refused(OTHER)).out is True
        trial.cancel()
    assert (await bench.server.ask(OTHER)).form.category is Category.FOOD


async def test_a_used_up_budget_keeps_the_server_from_being_asked() -> None:
    bench = Bench(reply(FOOD), everybody=Allowance(calls=1))
    await bench.server.ask(QUESTION)
    error = await bench.refused(OTHER)
    assert (error.out, error.share.calls) == (False, 0)
    assert error.share.unavailable == "the budget of calls for today is used up"
    assert (len(bench.client.asked), bench.ended("budget")) == (1, 1)


async def test_each_tenant_pays_for_its_own_questions() -> None:
    bench = Bench(reply(FOOD), tenant=Allowance(money=Decimal("0.00001")))
    with charged_to("acme"):
        await bench.server.ask(QUESTION)
        error = await bench.refused(OTHER)
    assert error.share.unavailable == "the tenant's budget of money for today is used up"
    with charged_to("other"):
        await bench.server.ask(OTHER)
    assert bench.ended("tenant_budget") == 1


async def test_calls_given_up_are_counted_too() -> None:
    never = asyncio.Event()

    async def hang() -> Reply:
        await never.wait()
        return reply(FOOD)

    bench = Bench(hang, everybody=Allowance(calls=5))
    async with asyncio.TaskGroup() as tasks:
        asking = tasks.create_task(bench.server.ask(QUESTION))
        await settle()
        asking.cancel()
    assert bench.cache.values["budget:fake:2026-03-02:calls"] == b"1"


async def test_a_server_without_a_free_place_is_busy_and_its_call_not_counted() -> None:
    bench = Bench(reply(FOOD), everybody=Allowance(calls=5))
    limiter = ConcurrencyLimiter("fake", LimitBounds(1, 1, 1), bench.clock, patience=0.0)
    protection = Protection(
        identity="here",
        limiter=limiter,
        budget=Budget("fake", Allowance(calls=5), Allowance(), bench.cache, bench.clock),
        memory=ResponseMemory(bench.cache, 0),
    )
    server = GuardedServer("fake/model", bench.client, protection, bench.clock, random.Random(1))
    never = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        holding = tasks.create_task(limiter.call(never.wait))
        await settle()
        with pytest.raises(BackendBusyError):
            await server.ask(QUESTION)
        holding.cancel()
    assert bench.cache.values["budget:fake:2026-03-02:calls"] == b"0"
    assert server.model_status.answers == {("categorization", "busy"): 1}


async def test_a_question_ends_when_its_time_is_up() -> None:
    never = asyncio.Event()

    async def hang() -> Reply:
        await never.wait()
        return reply(FOOD)

    bench = Bench(hang)
    protection = Protection(
        identity="here",
        limiter=OpenLimiter(),
        budget=Budget("fake", Allowance(), Allowance(), bench.cache, bench.clock),
        memory=ResponseMemory(bench.cache, 0),
        policy=GuardPolicy(total=0.01),
    )
    server = GuardedServer("fake/model", bench.client, protection, bench.clock, random.Random(1))
    with pytest.raises(NoAnswerError) as caught:
        await server.ask(QUESTION)
    assert caught.value.code is ErrorCode.BACKEND_TIMEOUT
    assert caught.value.share.calls == 1
    assert caught.value.share.unavailable == "no answer within 0.01 s in all"


async def test_the_log_says_once_when_a_server_is_left_alone_and_when_it_is_asked_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    bench = Bench(GONE, GONE, GONE, GONE, reply(FOOD))
    for _ in range(5):
        await bench.refused()
    bench.clock.jump(5.0)
    await bench.refused()
    bench.clock.jump(10.0)
    await bench.server.ask(QUESTION)
    await bench.server.ask(OTHER)
    assert [record.message for record in caplog.records] == ["model server left alone", "model server asked again"]
    assert "noodles" not in caplog.text
