"""Which fields are right, and what counts as an answer."""

from __future__ import annotations

from tests.unit.evaluation.examples import case, said
from workers.evaluation.cases import Answer, answers_to, judge, whole_answers

REFUSED = Answer(refused="no_amount")
OUT = Answer(failure="text_extraction: out")


def test_each_known_field_is_judged_by_itself() -> None:
    one = judge(case(amount="65", date="2025-06-15"), said(amount="65", date="2025-06-14", category="Travel"))
    assert {name: verdict.right for name, verdict in one.verdicts.items()} == {"amount": True, "date": False}
    assert one.verdicts["date"][1:4] == ("2025-06-15", "2025-06-14", 0.9)
    assert one.main_right


def test_a_field_that_is_not_there_is_right_only_where_nothing_is_expected() -> None:
    one = judge(case(amount="65", merchant=None, payment_method="Cash"), said(amount="65"))
    assert (one.verdicts["merchant"].right, one.verdicts["payment_method"].right) == (True, False)
    assert one.verdicts["payment_method"].got == "nothing"


def test_a_purchase_that_is_refused_has_every_field_wrong() -> None:
    one = judge(case(amount="65", merchant=None), REFUSED)
    assert [verdict.right for verdict in one.verdicts.values()] == [False, False]
    assert one.verdicts["amount"].got == "no_amount"
    assert one.is_refused_wrongly
    assert not one.is_read


def test_a_refusal_is_right_with_its_code_only() -> None:
    for code, right in (("no_amount", True), ("several_purchases", False)):
        one = judge(case("c1", code), REFUSED)
        assert {name: verdict.right for name, verdict in one.verdicts.items()} == {"rejection": right}
        assert not one.is_refused_wrongly


def test_what_is_read_although_it_tells_no_purchase_is_a_wrong_rejection_and_a_wrong_amount() -> None:
    one = judge(case("c1", "no_amount"), said(amount="65", category="Travel"))
    assert one.verdicts["rejection"][1:] == ("no_amount", "65", None, False)
    assert answers_to([one], "amount") == [(0.9, False)]
    assert answers_to([one], "category") == []
    assert whole_answers([one]) == [(0.8, False)]


def test_a_case_that_could_not_be_answered_is_judged_in_nothing() -> None:
    for wanted in (case(amount="65"), case("c1", "no_amount")):
        one = judge(wanted, OUT)
        assert (dict(one.verdicts), one.is_read, one.is_refused_wrongly) == ({}, False, False)
        assert answers_to([one], "amount") == whole_answers([one]) == []


def test_only_what_is_judged_and_said_with_a_confidence_counts_as_an_answer() -> None:
    known = judge(case(amount="65"), said(0.7, amount="64", category="Travel"))
    missing = judge(case(category="Travel"), said(amount="65"))
    assert answers_to([known, missing], "amount") == [(0.7, False)]
    assert answers_to([known, missing], "category") == []
    assert whole_answers([known, missing]) == [(0.8, False)]
