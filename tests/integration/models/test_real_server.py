"""The client and the capabilities against a real server with a real, very small model.

It is too small to be right, which is not what is tested: that it answers in the form it is asked for, over the real
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
from adapters.inference.models.asking import Form, Question, UnusableError
from adapters.inference.models.categories import ModelCategorization
from adapters.inference.models.client import OpenAIClient, ServerAddress
from adapters.inference.models.evidence import occurs
from adapters.inference.models.texts import ModelTextExtraction
from adapters.inference.texts import RuleCategorization, RuleTextExtraction
from contracts.money import Currency
from contracts.readings import ReadingContext
from contracts.values import Category
from tests.services.fixtures import note_finding
from tests.services.small_model.starting import ModelService
from workers.ports.inference import Purchase

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(900)]

CONTEXT = ReadingContext(reference_date=date(2026, 3, 2))
PATIENCE = 400.0
"""Seconds for one answer: on a machine with other work a prompt is read at a few tokens a second."""


class Choices(Form):
    """Nothing but choices, which even this model can make."""

    category: Category
    currency: Currency | None


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


async def test_it_fills_in_a_form_and_tells_tokens_and_probabilities(client: OpenAIClient) -> None:
    question = Question("categorization", "Fill in the form.", "noodles 50 baht", Choices, 60)
    first = await client.ask(question)
    filled = Choices.model_validate_json(first.content)
    assert filled.category in Category
    assert (first.usage.calls, first.certainty is None or 0 < first.certainty <= 1) == (1, True)
    assert first.usage.input_tokens > 5
    assert first.usage.output_tokens > 5
    assert (await client.ask(question)).content == first.content  # the same question, the same answer


async def test_an_answer_that_is_longer_than_its_bound_is_cut_off_and_no_answer(client: OpenAIClient) -> None:
    question = Question("categorization", "Fill in the form.", "noodles 50 baht", Choices, 3)
    with pytest.raises(UnusableError, match="the answer was cut off at 3 tokens") as caught:
        await client.ask(question)
    assert caught.value.usage.output_tokens == 3


async def test_a_text_gets_an_outcome_whatever_the_model_says(
    guard: GuardedServer, pytestconfig: pytest.Config
) -> None:
    text = "blorgo 100 baht"
    rules = RuleTextExtraction()
    model = ModelTextExtraction(guard, rules, 0.3)
    chain = TextExtractionChain([Step("rules", rules, 0.99), Step("real", model, 0.0, informed=True)])
    reading, shares = await chain.extract(text, CONTEXT)
    alone, _ = await rules.extract(text, CONTEXT)
    assert reading.amount.value == alone.amount.value
    assert reading.merchant is None or occurs(reading.merchant.value, text)
    (share,) = [one for one in shares if one.backend == "real/model"]
    assert share.calls >= 1
    note_finding(pytestconfig, f"a real small model on {text!r}: {share.unavailable or 'usable'}")


async def test_a_category_is_one_of_ours_and_its_evidence_stands_there(
    guard: GuardedServer, pytestconfig: pytest.Config
) -> None:
    said = "blorgo tickets for the show"
    rules = RuleCategorization()
    model = ModelCategorization(guard, rules, 0.3)
    chain = CategorizationChain([Step("rules", rules, 0.99), Step("real", model, 0.0, informed=True)])
    category, shares = await chain.categorise(Purchase(said))
    assert category.value in Category
    assert category.evidence is None or occurs(category.evidence, said)
    (share,) = [one for one in shares if one.backend == "real/model"]
    assert share.calls >= 1
    note_finding(pytestconfig, f"a real small model on {said!r}: {share.unavailable or category.value}")
