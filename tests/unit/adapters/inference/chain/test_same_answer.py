"""The same text gets the same answer, whatever was asked before, is remembered, or is asked at the same time."""

import asyncio
import json
import random
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.chain.budget import Allowance, Budget
from adapters.inference.chain.capabilities import TextExtractionChain
from adapters.inference.chain.chain import Step
from adapters.inference.chain.guard import GuardedServer, Protection
from adapters.inference.chain.memory import ResponseMemory
from adapters.inference.models.asking import A, Question, Reply
from adapters.inference.models.texts import ModelTextExtraction
from adapters.inference.texts import RuleTextExtraction
from contracts.readings import ReadingContext, TextReading
from tests.fakes.cache import VisibleCache
from tests.fakes.clock import FakeClock
from tests.fakes.models import OpenLimiter, reply
from workers.ports.inference import TextExtraction

CONTEXT = ReadingContext(reference_date=date(2026, 3, 2))


class QuotingClient:
    """Quotes the last word of the text as its amount, the first as its merchant: as different as the texts are."""

    async def ask(self, question: Question[A]) -> Reply:
        words = question.material.splitlines()[1].split()
        form = {
            "amount": words[-1],
            "currency": None,
            "merchant": words[0],
            "date": None,
            "payment": None,
            "payment_method": None,
            "category": "Shopping" if len(words[0]) % 2 else "Travel",
        }
        return reply(json.dumps(form))


def chain(cache: VisibleCache) -> TextExtraction:
    clock = FakeClock()
    protection = Protection(
        identity="here",
        limiter=OpenLimiter(),
        budget=Budget("fake", Allowance(), Allowance(), cache, clock),
        memory=ResponseMemory(cache, 60),
    )
    guard = GuardedServer("fake/model", QuotingClient(), protection, clock, random.Random(1))
    rules = RuleTextExtraction()
    model = ModelTextExtraction(guard, rules, 0.7)
    return TextExtractionChain([Step("rules", rules, 0.99), Step("fake", model, 0.0, informed=True)])


async def cold(text: str) -> TextReading:
    return (await chain(VisibleCache()).extract(text, CONTEXT))[0]


TEXTS = st.builds(
    "{} {}".format, st.sampled_from(["taxi", "taxis", "blorgo", "Blorgo", "กาแฟ", "grab"]), st.integers(1, 400)
)


@given(st.lists(TEXTS, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_order_memory_and_company_change_no_answer(texts: list[str], rng: random.Random) -> None:
    async def run() -> None:
        alone = {text: await cold(text) for text in texts}
        shared = chain(VisibleCache())
        shuffled = rng.sample(texts, len(texts))
        for order in (texts, shuffled):  # the second time from memory
            for text in order:
                assert (await shared.extract(text, CONTEXT))[0] == alone[text]
        together = chain(VisibleCache())
        readings = await asyncio.gather(*(together.extract(text, CONTEXT) for text in shuffled + texts))
        assert [reading for reading, _ in readings] == [alone[text] for text in shuffled + texts]

    asyncio.run(run())
