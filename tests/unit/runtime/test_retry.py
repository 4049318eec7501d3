"""Every failure leads to exactly one step, and every sequence of failures ends within its policy."""

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ErrorCode
from workers.ports.errors import (
    BackendBusyError,
    BackendError,
    CapabilityOutageError,
    ImageError,
    RejectionError,
    StorageError,
    UnavailableError,
)
from workers.runtime.retry import (
    OUTAGE,
    ConflictError,
    Effort,
    Failure,
    GiveUp,
    Reject,
    Retry,
    RetryPolicy,
    Step,
    UnstorableError,
    Wait,
    longest_delay,
    next_step,
)

POLICY = RetryPolicy(attempts=3, base_delay=1.0, max_delay=8.0, total_time=600.0)
GONE = BackendError(ErrorCode.BACKEND_UNAVAILABLE, "gone")
REJECTIONS = (RejectionError(ErrorCode.NO_AMOUNT, "no amount"), ImageError(ErrorCode.IMAGE_UNREADABLE, "damaged"))
TRANSIENT = (
    (GONE, ErrorCode.BACKEND_UNAVAILABLE),
    (StorageError("gone"), ErrorCode.STORAGE_UNAVAILABLE),
    (ConflictError(), ErrorCode.CONCURRENT_UPDATE),
    (TimeoutError(), ErrorCode.BACKEND_TIMEOUT),
    (ZeroDivisionError("private words"), ErrorCode.INTERNAL_ERROR),
)
OUTAGES = (
    UnavailableError("database down"),
    CapabilityOutageError("text_recognition", "no engine starts"),
    BackendBusyError("in vain"),
)


class Drawn(random.Random):
    """A `Random` that always draws the same share of whatever it is asked for."""

    def __init__(self, share: float) -> None:
        super().__init__(0)
        self._share = share

    def random(self) -> float:
        return self._share


def step_after(error: Exception, effort: Effort, took: float = 0.0, policy: RetryPolicy = POLICY) -> Step:
    return next_step(effort, Failure(error, took), policy, random.Random(7))


@pytest.mark.parametrize("error", REJECTIONS)
def test_wrong_input_is_rejected_on_the_first_attempt(error: RejectionError) -> None:
    assert step_after(error, Effort()) == Reject(error)


@pytest.mark.parametrize(("error", "code"), TRANSIENT)
def test_a_transient_error_is_retried_until_the_attempts_are_used_up(error: Exception, code: ErrorCode) -> None:
    first = step_after(error, Effort())
    assert isinstance(first, Retry)
    second = step_after(error, first.effort)
    assert isinstance(second, Retry)
    third = step_after(error, second.effort)
    assert isinstance(third, GiveUp)
    assert third.code is code
    assert "private words" not in third.reason


@pytest.mark.parametrize(("error", "ground"), list(zip(OUTAGES, ("database", "text_recognition", None), strict=True)))
def test_missing_ground_is_waited_for_by_name_and_never_given_up(error: UnavailableError, ground: str | None) -> None:
    late = Effort(attempt=99, waits=40, spent=1e6)
    step = step_after(error, late, took=1e6)
    assert isinstance(step, Wait)
    assert step.ground == ground
    assert step.effort == Effort(attempt=99, waits=41, spent=1e6)
    assert step.delay <= OUTAGE.max_delay


def test_rows_the_database_refuses_are_given_up_at_once() -> None:
    assert step_after(UnstorableError("bad row"), Effort()) == GiveUp(ErrorCode.INTERNAL_ERROR, "bad row")


def test_a_new_attempt_begins_to_wait_from_the_shortest_delay_again() -> None:
    step = step_after(GONE, Effort(waits=12))
    assert isinstance(step, Retry)
    assert step.effort.waits == 0


def test_the_last_delay_is_cut_to_what_is_left_of_the_time() -> None:
    step = next_step(Effort(spent=595.0), Failure(GONE, took=4.5), POLICY, Drawn(0.99))
    assert step == Retry(0.5, Effort(attempt=2, spent=600.0))


def test_with_the_time_used_up_the_command_fails_for_what_failed_it_last() -> None:
    step = step_after(GONE, Effort(spent=590.0), took=10.0)
    assert step == GiveUp(ErrorCode.BACKEND_UNAVAILABLE, "gone; the 600 s for it are used up")


policies = st.builds(
    lambda attempts, base, factor, total: RetryPolicy(attempts, base, base * factor, total),
    st.integers(1, 8),
    st.floats(0.001, 100),
    st.floats(1, 1000),
    st.floats(0.1, 5000),
)
failures = st.builds(
    Failure,
    st.sampled_from((*REJECTIONS, *(error for error, _ in TRANSIENT), *OUTAGES, UnstorableError("bad row"))),
    st.floats(0, 1000),
)
lasting = failures.filter(lambda failure: not isinstance(failure.error, RejectionError | UnstorableError))


@given(
    attempt=st.integers(1, 10_000),
    policy=policies.map(lambda policy: RetryPolicy(20_000, policy.base_delay, policy.max_delay, 1e9)),
    share=st.floats(0, 1, exclude_max=True),
)
def test_a_delay_lies_anywhere_between_zero_and_a_bound_that_doubles(
    attempt: int, policy: RetryPolicy, share: float
) -> None:
    step = next_step(Effort(attempt), Failure(GONE), policy, Drawn(share))
    assert isinstance(step, Retry)
    bound = longest_delay(attempt, policy)
    assert step.delay == pytest.approx(share * bound)
    assert bound <= policy.max_delay
    assert longest_delay(attempt + 1, policy) in (pytest.approx(2 * bound), policy.max_delay)


@given(waits=st.integers(0, 10_000), share=st.floats(0, 1, exclude_max=True), policy=policies)
def test_waiting_for_ground_has_short_delays_whatever_the_policy(waits: int, share: float, policy: RetryPolicy) -> None:
    step = next_step(Effort(waits=waits), Failure(OUTAGES[0]), policy, Drawn(share))
    assert isinstance(step, Wait)
    assert step.delay == pytest.approx(share * longest_delay(waits + 1, OUTAGE))


@dataclass
class Course:
    """What became of a command that met these failures one after the other."""

    steps: list[Step] = field(default_factory=list)
    handled: int = 0
    latest_start: float = 0.0

    @classmethod
    def of(cls, met: list[Failure], policy: RetryPolicy, seed: int) -> "Course":
        course, effort, rng = cls(), Effort(), random.Random(seed)
        for failure in met:
            course.latest_start = effort.spent
            step = next_step(effort, failure, policy, rng)
            course.steps.append(step)
            course.handled += not isinstance(step, Wait)
            if isinstance(step, Reject | GiveUp):
                break
            effort = step.effort
        return course


@given(met=st.lists(failures, max_size=20), policy=policies, seed=st.integers())
def test_no_course_has_more_attempts_or_time_than_its_policy(
    met: list[Failure], policy: RetryPolicy, seed: int
) -> None:
    course = Course.of(met, policy, seed)
    assert course.handled <= policy.attempts
    assert course.latest_start <= policy.total_time + 1e-9
    assert all(
        step.delay <= (policy if isinstance(step, Retry) else OUTAGE).max_delay
        for step in course.steps
        if isinstance(step, Retry | Wait)
    )


@given(met=st.lists(lasting, min_size=12, max_size=12), policy=policies, seed=st.integers())
def test_a_command_that_keeps_failing_is_given_up_with_its_last_attempt_and_not_before(
    met: list[Failure], policy: RetryPolicy, seed: int
) -> None:
    course = Course.of(met, policy, seed)
    counted = [failure for failure in met if not isinstance(failure.error, UnavailableError)]
    if isinstance(course.steps[-1], GiveUp):
        used_up = course.latest_start + counted[course.handled - 1].took >= policy.total_time
        assert course.handled == policy.attempts or used_up
    else:
        assert course.handled == len(counted) < policy.attempts


@given(
    met=st.lists(failures, max_size=12),
    outages=st.lists(st.tuples(st.integers(0, 12), st.sampled_from(OUTAGES), st.floats(0, 1e6)), max_size=12),
    policy=policies,
)
def test_outages_change_nothing_of_what_becomes_of_a_command(
    met: list[Failure], outages: list[tuple[int, UnavailableError, float]], policy: RetryPolicy
) -> None:
    interrupted = list(met)
    for place, outage, took in outages:
        interrupted.insert(place, Failure(outage, took))

    def without_waits(course: Course) -> list[tuple[type[Step], object]]:
        return [
            (type(step), step.effort.attempt if isinstance(step, Retry) else step)
            for step in course.steps
            if not isinstance(step, Wait)
        ]

    # Without jitter, because the waits in between would draw from the same source.
    fixed = RetryPolicy(policy.attempts, 1e-9, 1e-9, policy.total_time)
    assert without_waits(Course.of(interrupted, fixed, 1)) == without_waits(Course.of(met, fixed, 1))


@given(rejection=st.sampled_from(REJECTIONS), met=st.lists(lasting, max_size=8), policy=policies)
def test_a_rejection_ends_a_command_whatever_came_before(
    rejection: RejectionError, met: list[Failure], policy: RetryPolicy
) -> None:
    course = Course.of([*met, Failure(rejection)], policy, 3)
    assert course.steps[-1] == Reject(rejection) or isinstance(course.steps[-1], GiveUp)
    assert not any(isinstance(step, Reject) for step in course.steps[:-1])


def test_a_conflict_says_how_far_the_stream_is() -> None:
    assert "entry-1 moved on to version 3 while" in str(ConflictError("entry-1", 3))
