"""The client and the capabilities against a real server with a real, very small model.

It is too small to be right, which is not what is tested: that it answers in the form it was asked for, over the real
protocol, and that whatever it says either stands in the text or is refused.
"""

import random
from collections.abc import AsyncIterator
from datetime import date

import pytest

from adapters.cache.memory import MemoryCache
from adapters.clock import SystemClock
from adapters.inference.chain.budget import Allowance, Budget
from adapters.inference.chain.capabilities import CategorizationChain, TextExtractionChain
from adapters.inference.chain.chain import Step
from adapters.inference.chain.guard import GuardedServer, GuardPolicy, Protection
from adapters.inference.chain.memory import ResponseMemory
from adapters.inference.limiting import ConcurrencyLimiter, LimitBounds
from adapters.inference.models.asking import Question
from adapters.inference.models.categories import ModelCategorization
from adapters.inference.models.client import OpenAIClient, ServerAddress
from adapters.inference.models.evidence import occurs
from adapters.inference.models.forms import CategoryForm
from adapters.inference.models.texts import ModelTextExtraction
from adapters.inference.texts import RuleCategorization, RuleTextExtraction
from contracts.readings import ReadingContext
from contracts.values import Category
from tests.services.small_model.starting import ModelService
from workers.ports.inference import Purchase

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(900)]

CONTEXT = ReadingContext(reference_date=date(2026, 3, 2))
PATIENCE = 400.0
"""Seconds for one answer: on a machine with other work a prompt is read at a few tokens a second."""


@pytest.fixture
async def client(model_service: ModelService) -> AsyncIterator[OpenAIClient]:
    address = ServerAddress(model_service.base_url, model_service.model, timeout_seconds=PATIENCE, logprobs=True)
    async with OpenAIClient(address, SystemClock()) as opened:
        yield opened


@pytest.fixture
def guard(client: OpenAIClient) -> GuardedServer:
    clock, cache = SystemClock(), MemoryCache(SystemClock())
    protection = Protection(
        identity="real",
        limiter=ConcurrencyLimiter("real", LimitBounds(1, 1, 1), clock, PATIENCE),
        budget=Budget("real", Allowance(calls=50), Allowance(), cache, clock),
        memory=ResponseMemory(cache, 600),
        policy=GuardPolicy(attempts=1, total=2 * PATIENCE),
    )
    return GuardedServer("real/model", client, protection, clock, random.Random(1))


async def test_it_fills_in_the_form_and_tells_tokens_and_probabilities(client: OpenAIClient) -> None:
    question = Question("categorization", "What was bought?", "noodles 50 baht", CategoryForm, 100)
    reply = await client.ask(question)
    assert CategoryForm.model_validate_json(reply.content).category in Category
    assert reply.usage.calls >= 1
    assert reply.usage.input_tokens > 5
    assert reply.usage.output_tokens > 5
    assert reply.certainty is None or 0 < reply.certainty <= 1


async def test_a_text_gets_an_outcome_whatever_the_model_says(guard: GuardedServer) -> None:
    text = "blorgo 100 baht"
    rules = RuleTextExtraction()
    model = ModelTextExtraction(guard, rules, 0.7)
    chain = TextExtractionChain([Step("rules", rules, 0.99), Step("real", model, 0.0, informed=True)])
    reading, shares = await chain.extract(text, CONTEXT)
    alone, _ = await rules.extract(text, CONTEXT)
    assert reading.amount.value == alone.amount.value
    assert reading.merchant is None or occurs(reading.merchant.value, text)
    (share,) = [one for one in shares if one.backend == "real/model"]
    assert share.calls >= 1
    again, shares = await chain.extract(text, CONTEXT)
    assert again == reading
    if share.unavailable is None:
        assert [one.cached for one in shares if one.backend == "real/model"] == [True]


async def test_a_category_is_one_of_ours_and_its_evidence_stands_there(guard: GuardedServer) -> None:
    rules = RuleCategorization()
    model = ModelCategorization(guard, rules, 0.7)
    chain = CategorizationChain([Step("rules", rules, 0.99), Step("real", model, 0.0, informed=True)])
    category, shares = await chain.categorise(Purchase("blorgo tickets for the show"))
    assert category.value in Category
    assert category.evidence is None or occurs(category.evidence, "blorgo tickets for the show")
    assert [one.calls >= 1 for one in shares if one.backend == "real/model"] == [True]
