"""Workers that share a Redis share what models answered and what may be asked of them."""

import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from adapters.cache.opening import open_cache
from adapters.clock import SystemClock
from adapters.inference.chain.budget import Allowance, Budget, Tariff
from adapters.inference.chain.guard import GuardedServer, Protection
from adapters.inference.chain.memory import ResponseMemory
from adapters.inference.models.asking import NoAnswerError, Question
from adapters.inference.models.client import OpenAIClient, ServerAddress
from adapters.inference.models.forms import CategoryForm
from contracts.values import Category
from tests.fakes.models import OpenLimiter
from tests.services.model_server import ModelServer, completion
from workers.ports.tenancy import charged_to

pytestmark = pytest.mark.integration

ANSWER = completion(json.dumps({"category": "Food & Dining", "evidence": "noodles"}))


def question(material: str) -> Question[CategoryForm]:
    return Question("categorization", "What was bought?", material, CategoryForm, 100)


@asynccontextmanager
async def worker(
    server: ModelServer, redis: str, everybody: Allowance, tenant: Allowance
) -> AsyncIterator[GuardedServer]:
    """One worker's guard of the server, with a connection of its own to Redis."""
    clock = SystemClock()
    cache = open_cache(redis, clock)
    async with OpenAIClient(ServerAddress(server.base_url, "test-model"), clock) as client:
        protection = Protection(
            identity="shared",
            limiter=OpenLimiter(),
            budget=Budget("test", everybody, tenant, cache, clock),
            memory=ResponseMemory(cache, 60),
            tariff=Tariff(Decimal(1), Decimal(2)),
        )
        yield GuardedServer("test/test-model", client, protection, clock, random.Random(1))
    await cache.close()


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer().running() as running:
        running.answer(ANSWER)
        yield running


async def test_what_one_worker_was_answered_another_one_need_not_ask(server: ModelServer, fresh_redis: str) -> None:
    free = Allowance()
    async with worker(server, fresh_redis, free, free) as one, worker(server, fresh_redis, free, free) as other:
        first = await one.ask(question("noodles 50"))
        second = await other.ask(question("noodles 50"))
        await other.ask(question("noodles 60"))
    assert (first.share.cached, second.share.cached) == (False, True)
    assert second.form == first.form
    assert second.form.category is Category.FOOD
    assert len(server.asked) == 2


async def test_what_one_worker_has_spent_another_one_cannot(server: ModelServer, fresh_redis: str) -> None:
    three, money = Allowance(calls=3), Allowance(money=Decimal("0.00014"))  # what one call costs
    async with worker(server, fresh_redis, three, money) as one, worker(server, fresh_redis, three, money) as other:
        with charged_to("acme"):
            await one.ask(question("a"))
            with pytest.raises(NoAnswerError, match="the tenant's budget of money"):
                await other.ask(question("b"))
        for tenant in ("second", "third"):
            with charged_to(tenant):
                await other.ask(question(tenant))
        with charged_to("fourth"), pytest.raises(NoAnswerError, match="the budget of calls"):
            await one.ask(question("fourth"))
    assert len(server.asked) == 3
