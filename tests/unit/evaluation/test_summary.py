"""What many cases come to, beside counts made by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from contracts.money import Currency, Money
from contracts.readings import BackendAnswer
from tests.unit.evaluation.examples import case, judged, said
from workers.evaluation.cases import Answer, judge
from workers.evaluation.measures import Share
from workers.evaluation.summary import Wanted, confusion, sum_up, wrong_verdicts

WANTED = Wanted("amount", ("amount", "category"), 0.9, (0.5, 0.9))


def test_shares_are_of_what_was_judged_and_fields_nobody_judged_are_left_out() -> None:
    found = sum_up(judged([(0.95, True), (0.95, False), (0.6, True)]), WANTED)
    assert found.fields == {"amount": Share(2, 3)}
    assert (found.cases, found.read) == (3, 3)


def test_sure_and_wrong_are_the_wrong_ones_of_the_sure() -> None:
    found = sum_up(judged([(0.95, True), (0.9, False), (0.6, False)]), WANTED)
    assert found.sure_and_wrong == Share(1, 2)


def test_refusals_are_told_by_code_and_of_purchases_alone() -> None:
    ones = [
        judge(case("a", amount="5"), Answer(refused="no_amount")),
        judge(case("b", amount="5"), said(amount="5")),
        judge(case("c", "no_amount"), Answer(refused="no_amount")),
        judge(case("d", amount="5"), Answer(failure="out")),
    ]
    found = sum_up(ones, WANTED)
    assert (found.false_refusals, found.refusal_codes) == (Share(1, 2), {"no_amount": 1})
    assert found.fields == {"amount": Share(1, 2), "rejection": Share(1, 1)}
    assert (found.read, found.unanswered) == (1, {"out": 1})


def test_a_threshold_is_told_of_all_that_were_answered() -> None:
    ones = [
        *judged([(0.95, True), (0.6, False)]),
        judge(case("a", amount="5"), Answer(refused="no_amount")),
        judge(case("b", amount="5"), Answer(failure="out")),
    ]
    half, nine = sum_up(ones, WANTED).thresholds["amount"]
    assert (half.taken, half.wrong) == (Share(2, 3), Share(1, 2))
    assert (nine.taken, nine.wrong) == (Share(1, 3), Share(0, 1))
    assert sum_up(ones, WANTED).thresholds["whole"] == [half, nine]


def test_calibration_is_of_the_amount_and_the_category() -> None:
    found = sum_up(judged([(0.95, True)] * 9 + [(0.95, False)]), WANTED).calibration
    assert found["amount"].error == pytest.approx(0.05)
    assert (found["amount"].answers, found["category"].answers) == (10, 0)


def test_the_most_frequent_confusion_comes_first_and_a_refusal_is_none() -> None:
    pairs = [("Travel", "Shopping"), ("Travel", "Shopping"), ("Bills", "Shopping"), ("Travel", "Travel")]
    ones = [judge(case(category=expected), said(category=got)) for expected, got in pairs]
    ones.append(judge(case(category="Travel"), Answer(refused="no_amount")))
    assert list(confusion(ones).items()) == [(("Travel", "Shopping"), 2), (("Bills", "Shopping"), 1)]
    assert confusion(ones, right_too=True)["Travel", "Travel"] == 1


def test_an_alternative_that_is_right_confuses_nobody() -> None:
    one = judge(case(category="Travel"), said(category="Bills"))
    either = replace(one.case, expected={"category": replace(one.case.expected["category"], shown="Travel or Bills")})
    right = replace(one, case=either, verdicts={"category": one.verdicts["category"]._replace(right=True)})
    wrong = replace(one, verdicts={"category": one.verdicts["category"]._replace(expected="Travel or Bills")})
    assert confusion([right], right_too=True) == {("Bills", "Bills"): 1}
    assert confusion([right]) == {}
    assert confusion([wrong]) == {("Travel", "Bills"): 1}


def test_latency_is_of_what_was_answered() -> None:
    ones = [
        replace(one, answer=replace(one.answer, seconds=float(at))) for at, one in enumerate(judged([(1, True)] * 3))
    ]
    slow = judge(case(amount="5"), Answer(failure="out", seconds=60.0))
    assert sum_up([*ones, slow], WANTED).latency == (1, 2, 2)
    assert sum_up([slow], WANTED).latency is None


def test_backends_are_told_with_answers_outages_and_what_they_cost() -> None:
    dear = BackendAnswer(
        capability="text_extraction",
        backend="openai/m",
        cost=Money.of("0.01", Currency.USD),
        exact_cost=Decimal("0.0002"),
    )
    plain = BackendAnswer(capability="text_extraction", backend="openai/m", cost=Money.of("0.01", Currency.USD))
    out = BackendAnswer(capability="text_extraction", backend="ollama/q", unavailable="timed out")
    one = judge(case(amount="5"), replace(said(amount="5"), shares=(dear, plain, out), degraded=True))
    found = sum_up([one], WANTED)
    assert found.degraded == 1
    assert [(name, told.answers, told.unavailable, dict(told.cost)) for (_, name), told in found.backends.items()] == [
        ("ollama/q", 0, 1, {}),
        ("openai/m", 2, 0, {"USD": Decimal("0.0102")}),
    ]


def test_names_nobody_knows_are_counted() -> None:
    one = judge(replace(case(amount="5"), unknown=("period",)), said(amount="5"))
    assert sum_up([one, one], WANTED).unknown == {"period": 2}


def test_every_wrong_field_is_listed_with_its_case() -> None:
    one = judge(case("x", amount="5", category="Travel"), said(amount="6", category="Travel"))
    assert [(of.case.id, verdict.field) for of, verdict in wrong_verdicts([one])] == [("x", "amount")]
