import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.models.confidence import agreeing, disputed, settle, trusted
from contracts.readings import Read
from contracts.values import Confidence

PROBABILITY = st.floats(0, 1)


def read(value: str, sure: float, evidence: str | None = "it says so") -> Read[str]:
    return Read(value=value, confidence=Confidence(sure), evidence=evidence)


@given(PROBABILITY, PROBABILITY)
def test_two_who_agree_are_at_least_as_sure_as_each(first: float, second: float) -> None:
    assert max(first, second) <= agreeing(first, second) <= 1


@given(st.floats(0.55, 0.95), st.floats(0.55, 0.95))
def test_two_who_mostly_are_right_and_agree_are_surer_than_each(first: float, second: float) -> None:
    assert agreeing(first, second) > max(first, second)


@given(PROBABILITY, PROBABILITY)
def test_a_dispute_makes_nobody_surer(first: float, second: float) -> None:
    assert disputed(first, second) <= max(first, 0.01) + 1e-9
    assert disputed(first, second) + disputed(second, first) <= 1 + 1e-9


@given(PROBABILITY, PROBABILITY)
def test_no_dispute_and_no_trust_is_certain(first: float, second: float) -> None:
    for sure in (disputed(first, second), trusted(first, second)):
        assert 0.01 <= sure <= 0.99


def test_what_only_one_read_is_as_sure_as_that_one() -> None:
    assert settle(read("a", 0.4), None, same=False) == read("a", 0.4)
    assert settle(None, read("b", 0.7), same=False) == read("b", 0.7)
    assert settle(None, None, same=False) is None


def test_who_agrees_makes_it_surer_and_the_rules_spelling_stays() -> None:
    settled = settle(read("7-Eleven", 0.7), read("7-eleven", 0.7), same=True)
    assert settled == read("7-Eleven", 0.845)


def test_of_two_who_differ_the_surer_is_believed_less_than_before() -> None:
    strong = settle(read("a", 0.9), read("b", 0.7), same=False)
    assert strong is not None
    assert strong.value == "a"
    assert strong.confidence.value == pytest.approx(0.73, abs=0.01)
    weak = settle(read("a", 0.3), read("b", 0.7), same=False)
    assert weak is not None
    assert weak.value == "b"
    assert weak.confidence.value == pytest.approx(0.62, abs=0.01)


def test_what_the_rules_only_assumed_does_not_speak_against_the_model() -> None:
    assert settle(read("a", 0.9, None), read("b", 0.7), same=False) == read("b", 0.7)


def test_improbable_words_lower_the_trust() -> None:
    assert trusted(0.7, None) == 0.7
    assert trusted(0.7, 0.5) == pytest.approx(0.35)
