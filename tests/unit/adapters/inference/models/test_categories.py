import pytest

from adapters.inference.models.asking import NoAnswerError
from adapters.inference.models.categories import ModelCategorization
from contracts.readings import Read
from contracts.values import Category, Confidence
from tests.fakes.inference import FakeCategorization
from tests.fakes.models import FakeAsker, no_answer
from workers.ports.inference import Purchase

ABSTAINS = Read(value=Category.MISCELLANEOUS, confidence=Confidence(0.3))
FOOD = Read(value=Category.FOOD, confidence=Confidence(0.8), evidence="coffee")


async def judge(purchase: Purchase, category: str, evidence: str | None, rules: Read[Category]) -> Read[Category]:
    said = "null" if evidence is None else f'"{evidence}"'
    asker = FakeAsker(f'{{"category":"{category}","evidence":{said}}}')
    return (await ModelCategorization(asker, FakeCategorization(rules), 0.7).categorise(purchase))[0]


async def test_a_model_judges_what_the_rules_do_not_know() -> None:
    judged = await judge(Purchase("blorgo tickets", "Blorgo"), "Entertainment", "blorgo tickets", ABSTAINS)
    assert (judged.value, judged.confidence.value, judged.evidence) == (Category.ENTERTAINMENT, 0.7, "blorgo tickets")


async def test_the_merchant_may_be_the_evidence() -> None:
    judged = await judge(Purchase("two tickets", "Blorgo"), "Entertainment", "blorgo", ABSTAINS)
    assert judged.evidence == "blorgo"


async def test_evidence_that_does_not_stand_there_is_none_and_costs_trust() -> None:
    judged = await judge(Purchase("blorgo", "Blorgo"), "Entertainment", "cinema", ABSTAINS)
    assert judged.evidence is None
    assert judged.confidence.value == pytest.approx(0.49)


async def test_a_model_that_does_not_know_leaves_it_to_the_rules() -> None:
    assert await judge(Purchase("coffee"), "Miscellaneous", None, FOOD) == FOOD


async def test_agreement_makes_it_surer() -> None:
    judged = await judge(Purchase("coffee"), "Food & Dining", "coffee", FOOD)
    assert judged.value is Category.FOOD
    assert judged.confidence.value > FOOD.confidence.value


async def test_of_two_that_differ_the_surer_is_believed_less() -> None:
    judged = await judge(Purchase("coffee"), "Shopping", "coffee", FOOD)
    assert judged.value is Category.FOOD
    assert judged.confidence.value < FOOD.confidence.value


async def test_whatever_keeps_it_from_answering_is_passed_on() -> None:
    failing = ModelCategorization(FakeAsker(no_answer()), FakeCategorization(FOOD), 0.7)
    with pytest.raises(NoAnswerError):
        await failing.categorise(Purchase("coffee"))
