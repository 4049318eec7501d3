import pytest

from adapters.inference.models.asking import NoAnswerError
from adapters.inference.models.categories import ModelCategorization
from adapters.inference.texts import RuleCategorization
from contracts.readings import Read
from contracts.values import Category
from tests.fakes.models import FakeAsker, no_answer
from workers.ports.inference import Purchase


async def judge(purchase: Purchase, category: str, evidence: str | None) -> Read[Category]:
    said = "null" if evidence is None else f'"{evidence}"'
    asker = FakeAsker(f'{{"category":"{category}","evidence":{said}}}')
    return (await ModelCategorization(asker, RuleCategorization(), 0.7).categorise(purchase))[0]


async def test_a_model_judges_what_the_rules_do_not_know() -> None:
    judged = await judge(Purchase("blorgo tickets", "Blorgo"), "Entertainment", "blorgo tickets")
    assert (judged.value, judged.confidence.value, judged.evidence) == (Category.ENTERTAINMENT, 0.7, "blorgo tickets")


async def test_evidence_that_does_not_stand_there_is_none_and_costs_trust() -> None:
    judged = await judge(Purchase("blorgo", "Blorgo"), "Entertainment", "cinema")
    assert judged.evidence is None
    assert judged.confidence.value == pytest.approx(0.49)


async def test_a_model_that_does_not_know_leaves_it_to_the_rules() -> None:
    purchase = Purchase("coffee", "Starbucks")
    alone, _ = await RuleCategorization().categorise(purchase)
    assert await judge(purchase, "Miscellaneous", None) == alone


async def test_agreement_makes_it_surer() -> None:
    purchase = Purchase("coffee", "Starbucks")
    alone, _ = await RuleCategorization().categorise(purchase)
    assert (await judge(purchase, alone.value, "coffee")).confidence.value > alone.confidence.value


async def test_whatever_keeps_it_from_answering_is_passed_on() -> None:
    failing = ModelCategorization(FakeAsker(no_answer()), RuleCategorization(), 0.7)
    with pytest.raises(NoAnswerError):
        await failing.categorise(Purchase("coffee"))
