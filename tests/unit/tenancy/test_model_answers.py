"""What a model answered one tenant answers no other: neither its words nor the time they take tell of it."""

import asyncio
import random

import pytest

from adapters.inference.chain.budget import Allowance, Budget
from adapters.inference.chain.guard import GuardedServer, GuardPolicy, Protection
from adapters.inference.chain.memory import ResponseMemory
from adapters.inference.models.asking import Answered, Question, Reply
from adapters.inference.models.forms import CategoryForm
from contracts.values import Category
from tests.fakes.cache import VisibleCache
from tests.fakes.clock import FakeClock, settle
from tests.fakes.models import FakeClient, OpenLimiter, reply
from workers.ports.tenancy import charged_to

FOOD = '{"category":"Food & Dining","evidence":"noodles"}'
SHOPPING = '{"category":"Shopping","evidence":"noodles"}'
QUESTION = Question("categorization", "judge", "noodles 50", CategoryForm, 100)


class Bench:
    """Two workers of one fleet, with the cache they share."""

    def __init__(self, *answers: Reply) -> None:
        clock = FakeClock()
        self.cache = VisibleCache()
        self.client = FakeClient(*answers)
        self.servers = [self._server(clock) for _ in range(2)]

    def _server(self, clock: FakeClock) -> GuardedServer:
        protection = Protection(
            identity="here",
            limiter=OpenLimiter(),
            budget=Budget("fake", Allowance(), Allowance(), self.cache, clock),
            memory=ResponseMemory(self.cache, 3_600),
            policy=GuardPolicy(attempts=1),
        )
        return GuardedServer("fake/model", self.client, protection, clock, random.Random(1))

    async def ask(self, tenant: str, worker: int = 0) -> Answered[CategoryForm]:
        with charged_to(tenant):
            return await self.servers[worker].ask(QUESTION)


@pytest.mark.parametrize("worker", [0, 1])
async def test_a_tenant_that_asks_what_another_asked_gets_an_answer_of_its_own(worker: int) -> None:
    bench = Bench(reply(FOOD), reply(SHOPPING))
    assert (await bench.ask("acme")).form.category is Category.FOOD
    theirs = await bench.ask("rival", worker)
    assert (theirs.form.category, theirs.share.cached, theirs.share.calls) == (Category.SHOPPING, False, 1)
    assert len(bench.client.asked) == 2


async def test_each_tenant_is_answered_from_its_own_memory_by_every_worker() -> None:
    bench = Bench(reply(FOOD), reply(SHOPPING))
    await bench.ask("acme")
    await bench.ask("rival")
    for worker in range(2):
        again = [await bench.ask(tenant, worker) for tenant in ("acme", "rival")]
        assert [answered.form.category for answered in again] == [Category.FOOD, Category.SHOPPING]
        assert [answered.share.cached for answered in again] == [True, True]
    assert len(bench.client.asked) == 2


async def test_a_tenant_does_not_share_a_call_that_another_has_under_way() -> None:
    arrived, gate = 0, asyncio.Event()

    async def wait() -> Reply:
        nonlocal arrived
        arrived += 1
        await gate.wait()
        return reply(FOOD)

    bench = Bench()
    bench.client = FakeClient(wait)
    bench.servers = [bench._server(FakeClock())]  # noqa: SLF001  with the client that waits
    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(bench.ask(tenant)) for tenant in ("acme", "acme", "rival")]
        await settle()
        assert arrived == 2, "the two of one tenant share one"
        gate.set()
    assert [task.result().share.cached for task in asked] == [False, True, False]
