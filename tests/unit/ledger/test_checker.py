"""Every way of breaking a promise is found by the checker, and a clean run passes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.ledger.checker import (
    DEAD_LETTERED,
    OUTCOMES,
    EntryState,
    Evidence,
    Seen,
    expected_entries,
    republished,
    violations,
)
from tests.ledger.commands import Kind, Planned
from tests.ledger.plan import CommandStream, Mix, Size, first_of_each, make_plan

MIX = Mix([(kind, 1.0) for kind in Kind], keys=20, duplicates=0.1)
SIZE = Size(texts=300, records=60, keys=20, duplicates=0.05, poison=0.05)
PLAN = CommandStream(11, MIX, "acme").take(600)


def seen(planned: Planned) -> Seen:
    key = planned.record.key or b""
    return Seen(
        topic=f"poon.{planned.area}.events",
        key=key if planned.keeps_key else b"unknown/unknown",
        event_id=f"event of {planned.command_id}",
        command_id=planned.command_id,
        type=OUTCOMES[planned.kind],
        amount=planned.amount,
    )


def perfect() -> Evidence:
    outcomes = [seen(planned) for planned in first_of_each(PLAN)]
    lettered = {planned.command_id for planned in PLAN if planned.kind in DEAD_LETTERED}
    return Evidence(
        outcomes=outcomes,
        dead_letters=[outcome.event_id for outcome in outcomes if outcome.command_id in lettered],
        rows=[(outcome.event_id, outcome.command_id) for outcome in outcomes],
        entries=expected_entries(PLAN),
        lag={"poon.texts.commands-0": 0},
    )


def test_a_plan_is_the_same_for_the_same_seed() -> None:
    plan = make_plan(11, SIZE, "acme")
    assert make_plan(11, SIZE, "acme") == plan
    assert make_plan(12, SIZE, "acme") != plan
    assert {planned.kind for planned in plan} == {Kind.TEXT, Kind.NO_AMOUNT, Kind.RECORD, Kind.POISON}
    assert any(planned.duplicate for planned in plan)


def test_a_stream_is_the_same_for_the_same_seed_and_has_every_kind() -> None:
    assert CommandStream(11, MIX, "acme").take(600) == PLAN
    assert CommandStream(12, MIX, "acme").take(600) != PLAN
    assert {planned.kind for planned in PLAN} == set(Kind)
    assert any(planned.duplicate for planned in PLAN)
    assert any(not planned.keeps_key for planned in PLAN)


def test_a_flood_repeats_what_was_just_sent_in_its_order_or_is_all_poison() -> None:
    stream = CommandStream(11, replace(MIX, duplicates=0.0), "acme")
    sent = stream.take(50)
    assert [one.command_id for one in stream.again(20)] == [one.command_id for one in sent[-20:]]
    assert all(one.duplicate for one in stream.again(20))
    assert {one.kind for one in stream.poison(30)} == {Kind.POISON}


def test_corrections_name_the_version_that_the_commands_before_them_lead_to() -> None:
    versions: dict[str, list[EntryState]] = {}
    for number in range(len(PLAN) + 1):
        for entry, state in expected_entries(PLAN[:number]).items():
            states = versions.setdefault(entry, [])
            if state not in states:
                states.append(state)
    assert max(len(states) for states in versions.values()) > 2
    assert all([one.version for one in states] == list(range(1, len(states) + 1)) for states in versions.values())


def test_a_clean_run_has_no_violations() -> None:
    assert violations(PLAN, perfect()) == []


def test_outcomes_published_again_are_counted_and_allowed() -> None:
    clean = perfect()
    sent = Counter(planned.command_id for planned in PLAN)
    once = next(outcome for outcome in clean.outcomes if sent[outcome.command_id] == 1)
    twice = next(outcome for outcome in clean.outcomes if sent[outcome.command_id] == 2)
    evidence = replace(clean, outcomes=[*clean.outcomes, once, twice])
    assert violations(PLAN, evidence) == []
    assert republished(PLAN, evidence) == 1, "a command sent twice may be answered twice"


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


def once_more(evidence: Evidence) -> dict[str, EntryState]:
    """An entry that one of its commands had an effect on twice."""
    command_id, state = next(iter(evidence.entries.items()))
    return {command_id: state._replace(version=state.version + 1)}


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
        (lambda one: replace(one, dead_letters=one.dead_letters[1:]), "outcome without dead letter"),
        (lambda one: replace(one, dead_letters=[*one.dead_letters, "good"]), "dead letter without reason"),
        (lambda one: replace(one, entries={}), "command without entry"),
        (
            lambda one: replace(one, entries={**one.entries, "ghost": EntryState(Decimal(1), 1)}),
            "entry without command",
        ),
        (lambda one: replace(one, entries=dict.fromkeys(one.entries, EntryState(Decimal(7), 1))), "entry:"),
        (lambda one: replace(one, rows=[*one.rows, ("other", one.rows[0][1])]), "doubled"),
        (lambda one: replace(one, entries={**one.entries, **once_more(one)}), "entry:"),
        (lambda one: replace(one, lag={"poon.texts.commands-0": 2}), "left over"),
    ],
)
def test_every_planted_violation_is_found(planted: Callable[[Evidence], Evidence], word: str) -> None:
    found = violations(PLAN, planted(perfect()))
    assert any(word in sentence for sentence in found), found
