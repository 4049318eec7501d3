"""Every way of breaking a promise is found by the checker, and a clean run passes."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.ledger.checker import Evidence, Seen, republished, violations
from tests.ledger.plan import Kind, Planned, Size, first_of_each, make_plan

SIZE = Size(texts=300, records=60, keys=20, duplicates=0.05, poison=0.05)
PLAN = make_plan(11, SIZE, "acme")
TYPES = {
    Kind.TEXT: "poon.text.parsed.v1",
    Kind.NO_AMOUNT: "poon.text.rejected.v1",
    Kind.POISON: "poon.text.rejected.v1",
    Kind.RECORD: "poon.spending.recorded.v1",
}


def seen(planned: Planned) -> Seen:
    area = "spending" if planned.kind is Kind.RECORD else "texts"
    key = planned.record.key or b""
    return Seen(
        topic=f"poon.{area}.events",
        key=key if planned.keeps_key else b"unknown/unknown",
        event_id=f"event of {planned.command_id}",
        command_id=planned.command_id,
        type=TYPES[planned.kind],
        amount=planned.amount,
    )


def perfect() -> Evidence:
    outcomes = [seen(planned) for planned in first_of_each(PLAN)]
    poison = {planned.command_id for planned in PLAN if planned.kind is Kind.POISON}
    return Evidence(
        outcomes=outcomes,
        dead_letters=[outcome.event_id for outcome in outcomes if outcome.command_id in poison],
        rows=[(outcome.event_id, outcome.command_id) for outcome in outcomes],
        entries={one.command_id: one.amount or Decimal(0) for one in PLAN if one.kind is Kind.RECORD},
        lag={"poon.texts.commands-0": 0},
    )


def test_a_plan_is_the_same_for_the_same_seed_and_has_every_kind() -> None:
    assert make_plan(11, SIZE, "acme") == PLAN
    assert make_plan(12, SIZE, "acme") != PLAN
    assert {planned.kind for planned in PLAN} == set(Kind)
    assert any(planned.duplicate for planned in PLAN)
    assert any(not planned.keeps_key for planned in PLAN)


def test_a_clean_run_has_no_violations() -> None:
    assert violations(PLAN, perfect()) == []


def test_outcomes_published_again_are_counted_and_allowed() -> None:
    clean = perfect()
    evidence = replace(clean, outcomes=[*clean.outcomes, clean.outcomes[3]])
    assert violations(PLAN, evidence) == []
    assert republished(evidence) == 1


def lose(evidence: Evidence) -> Evidence:
    return replace(evidence, outcomes=evidence.outcomes[1:], rows=evidence.rows[1:])


def double(evidence: Evidence) -> Evidence:
    extra = replace(evidence.outcomes[0], event_id="another")
    return replace(evidence, outcomes=[*evidence.outcomes, extra], rows=[*evidence.rows, ("another", extra.command_id)])


def swap(evidence: Evidence) -> Evidence:
    outcomes = list(evidence.outcomes)
    first = next(one for one in outcomes if sum(other.key == one.key for other in outcomes) > 1)
    second = next(one for one in outcomes if one.key == first.key and one.topic == first.topic and one is not first)
    one, other = outcomes.index(first), outcomes.index(second)
    outcomes[one], outcomes[other] = second, first
    return replace(evidence, outcomes=outcomes)


def invent(evidence: Evidence) -> Evidence:
    stranger = replace(evidence.outcomes[0], command_id="never sent", event_id="stranger", key=b"x/y")
    return replace(evidence, outcomes=[*evidence.outcomes, stranger], rows=[*evidence.rows, ("stranger", "never sent")])


def misread(evidence: Evidence) -> Evidence:
    index = next(n for n, one in enumerate(evidence.outcomes) if one.amount is not None)
    wrong = replace(evidence.outcomes[index], amount=Decimal(1))
    return replace(evidence, outcomes=[*evidence.outcomes[:index], wrong, *evidence.outcomes[index + 1 :]])


def fail(evidence: Evidence) -> Evidence:
    wrong = replace(evidence.outcomes[0], type="poon.text.failed.v1")
    return replace(evidence, outcomes=[wrong, *evidence.outcomes[1:]])


@pytest.mark.parametrize(
    ("planted", "word"),
    [
        (lose, "lost"),
        (double, "doubled"),
        (swap, "order"),
        (invent, "unknown"),
        (misread, "wrong"),
        (fail, "wrong"),
        (lambda one: replace(one, rows=one.rows[1:]), "outcome without row"),
        (lambda one: replace(one, rows=[*one.rows, ("ghost", "ghost")]), "row without outcome"),
        (lambda one: replace(one, rows=[*one.rows, one.rows[0]]), "stored twice"),
        (lambda one: replace(one, dead_letters=one.dead_letters[1:]), "poison without dead letter"),
        (lambda one: replace(one, dead_letters=[*one.dead_letters, "good"]), "dead letter of no poison"),
        (lambda one: replace(one, entries={}), "command without entry"),
        (lambda one: replace(one, entries={**one.entries, "ghost": Decimal(1)}), "entry without command"),
        (lambda one: replace(one, entries=dict.fromkeys(one.entries, Decimal(7))), "entry:"),
        (lambda one: replace(one, lag={"poon.texts.commands-0": 2}), "left over"),
    ],
)
def test_every_planted_violation_is_found(planted: Callable[[Evidence], Evidence], word: str) -> None:
    found = violations(PLAN, planted(perfect()))
    assert any(word in sentence for sentence in found), found
