"""Many failures that are most of what happens stop the worker; nothing else does."""

import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ErrorCode
from workers.runtime.mass_failure import SLOTS, MassFailureError, MassFailureLimits, MassFailureRule

LIMITS = MassFailureLimits(failures=3, poison=0, share=0.5, window=100.0)
CODE = ErrorCode.BACKEND_UNAVAILABLE


def rule(**changes: float) -> MassFailureRule:
    return MassFailureRule(MassFailureLimits(**{"failures": 3, "share": 0.5, "window": 100.0} | changes))  # type: ignore[arg-type]


def fail(counted: MassFailureRule, times: int, now: float = 0.0, code: ErrorCode = CODE) -> None:
    for _ in range(times):
        counted.failing(code, now)


def test_as_many_failures_as_allowed_are_dead_lettered_and_the_next_stops_the_worker() -> None:
    counted = rule()
    fail(counted, 3)
    with pytest.raises(MassFailureError):
        counted.failing(CODE, 0.0)


def test_it_stays_stopped_however_often_it_is_asked() -> None:
    counted = rule()
    fail(counted, 3)
    for _ in range(10):
        with pytest.raises(MassFailureError):
            counted.failing(CODE, 0.0)


def test_many_failures_among_more_successes_are_everyday_life() -> None:
    counted = rule()
    counted.settled(0.0, 100)
    fail(counted, 100)
    with pytest.raises(MassFailureError):
        counted.failing(CODE, 0.0)


def test_failures_that_have_left_the_window_are_forgotten() -> None:
    counted = rule()
    fail(counted, 3)
    fail(counted, 3, now=100.0)
    with pytest.raises(MassFailureError):
        counted.failing(CODE, 199.0)


def test_successes_that_have_left_the_window_excuse_nothing() -> None:
    counted = rule()
    counted.settled(0.0, 1_000_000)
    fail(counted, 3, now=100.0)
    with pytest.raises(MassFailureError):
        counted.failing(CODE, 100.0)


def test_a_limit_of_zero_is_none() -> None:
    counted = rule(failures=0)
    fail(counted, 1000)


def test_a_flood_of_poison_does_not_stop_a_worker_by_default() -> None:
    counted = rule()
    for _ in range(10_000):
        counted.poisoned(ErrorCode.MALFORMED_MESSAGE, 0.0)
    counted.settled(0.0)


def test_a_flood_of_poison_does_not_hide_that_everything_else_fails() -> None:
    counted = rule()
    for _ in range(10_000):
        counted.poisoned(ErrorCode.MALFORMED_MESSAGE, 0.0)
    fail(counted, 3)
    with pytest.raises(MassFailureError):
        counted.failing(CODE, 0.0)


def test_poison_has_a_limit_when_one_is_set() -> None:
    counted = rule(poison=2)
    counted.poisoned(ErrorCode.MALFORMED_MESSAGE, 0.0)
    counted.poisoned(ErrorCode.UNKNOWN_TYPE, 0.0)
    with pytest.raises(MassFailureError, match=r"3 of 3 records are no commands .* 2 of them with unknown_type"):
        counted.poisoned(ErrorCode.UNKNOWN_TYPE, 0.0)


def test_the_error_names_counts_the_most_frequent_code_and_the_cure() -> None:
    counted = rule(failures=4)
    counted.settled(0.0, 2)
    fail(counted, 1, code=ErrorCode.INTERNAL_ERROR)
    fail(counted, 3)
    with pytest.raises(MassFailureError) as caught:
        counted.failing(CODE, 1.0)
    told = str(caught.value)
    assert told.startswith("5 of 7 commands failed within 100 s, 4 of them with backend_unavailable")
    assert "Redrive the dead letter once the backend is back." in told
    assert "nothing is lost" in told
    assert "runtime.mass_failure.failures" in told


@dataclass(frozen=True)
class Happening:
    """Something that happened `after` seconds."""

    after: float
    kind: str


happenings = st.lists(
    st.builds(
        Happening, st.sampled_from((0.0, 0.0, 0.01, 1.0, 4.99, 5.0, 60.0, 95.0, 100.0, 1000.0)), st.sampled_from("sfp")
    ),
    max_size=60,
)


def stops(counted: MassFailureRule, kind: str, now: float) -> bool:
    try:
        if kind == "s":
            counted.settled(now)
        elif kind == "f":
            counted.failing(CODE, now)
        else:
            counted.poisoned(ErrorCode.MALFORMED_MESSAGE, now)
    except MassFailureError:
        return True
    return False


@given(
    happenings=happenings, failures=st.integers(0, 5), poison=st.integers(0, 5), share=st.sampled_from((0, 0.3, 0.9))
)
def test_it_stops_exactly_when_both_number_and_share_within_the_window_are_exceeded(
    happenings: list[Happening], failures: int, poison: int, share: float
) -> None:
    counted = MassFailureRule(MassFailureLimits(failures, poison, share, window=100.0))
    step = 100.0 / SLOTS
    noted: list[tuple[int, str]] = []
    now = 0.0
    for happening in happenings:
        now += happening.after
        kind, slot = happening.kind, math.floor(now / step)
        kinds = [other for since, other in noted if since > slot - SLOTS] + [kind]
        dead = kinds.count(kind)
        among = len(kinds) if kind == "p" else len(kinds) - kinds.count("p")
        limit = {"s": 0, "f": failures, "p": poison}[kind]
        expected = 0 < limit < dead and dead > share * among
        assert stops(counted, kind, now) == expected
        if not expected:
            noted.append((slot, kind))


@given(happenings=happenings, failures=st.integers(1, 5))
def test_within_one_window_no_more_is_dead_lettered_than_the_limit_or_the_share_allows(
    happenings: list[Happening], failures: int
) -> None:
    counted = MassFailureRule(MassFailureLimits(failures, 0, 0.5, window=100.0))
    settled: list[float] = []
    dead: list[float] = []
    now = 0.0
    for happening in happenings:
        now += happening.after
        if happening.kind == "s":
            counted.settled(now)
            settled.append(now)
        elif not stops(counted, "f", now):
            dead.append(now)
            # The window is at least 95 s long, in which these were counted.
            since = now - 95.0
            recent = sum(at > since for at in dead)
            longest = sum(at > now - 100.0 for at in settled)
            assert recent <= max(failures, longest)
