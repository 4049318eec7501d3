from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.chain.breaker import Breaker, BreakerPolicy, Permit, State

POLICY = BreakerPolicy(window=30.0, least_calls=4, share=0.5, rest=5.0, longest_rest=20.0)


def permitted(breaker: Breaker, now: float) -> Permit:
    permit = breaker.permit(now)
    assert permit is not None
    return permit


def opened(now: float = 0.0) -> Breaker:
    breaker = Breaker(POLICY)
    for _ in range(POLICY.least_calls):
        breaker.failed(permitted(breaker, now), now)
    assert breaker.state(now) is State.OPEN
    return breaker


def test_a_few_failures_are_no_pattern() -> None:
    breaker = Breaker(POLICY)
    for _ in range(POLICY.least_calls - 1):
        breaker.failed(permitted(breaker, 0), 0)
    assert breaker.state(0) is State.CLOSED


def test_it_opens_when_most_calls_of_the_window_failed() -> None:
    breaker = Breaker(POLICY)
    for failed in (False, False, True):
        (breaker.failed if failed else breaker.answered)(permitted(breaker, 1), 1)
    assert breaker.state(1) is State.CLOSED
    breaker.failed(permitted(breaker, 1), 1)
    assert breaker.state(1) is State.OPEN


def test_failures_from_before_the_window_count_no_more() -> None:
    breaker = Breaker(POLICY)
    for at in (0.0, 0.0, 0.0, POLICY.window):
        breaker.failed(permitted(breaker, at), at)
    assert breaker.state(POLICY.window) is State.CLOSED


def test_an_open_breaker_lets_nothing_through_and_says_for_how_long() -> None:
    breaker = opened()
    assert breaker.permit(4.9) is None
    assert breaker.wait(2.0) == 3.0


def test_after_its_rest_one_call_tries_at_a_time() -> None:
    breaker = opened()
    assert breaker.state(5.0) is State.ON_TRIAL
    assert breaker.permit(5.0) is not None
    assert breaker.permit(5.0) is None


def test_a_trial_that_is_answered_closes_it() -> None:
    breaker = opened()
    breaker.answered(permitted(breaker, 5.0), 6.0)
    assert breaker.state(6.0) is State.CLOSED
    breaker.failed(permitted(breaker, 6.0), 6.0)
    assert breaker.state(6.0) is State.CLOSED  # what was before counts no more


def test_each_failed_trial_doubles_the_rest_up_to_the_longest() -> None:
    breaker, now = opened(), 0.0
    rests = []
    for _ in range(4):
        rests.append(breaker.wait(now))
        now += breaker.wait(now)
        breaker.failed(permitted(breaker, now), now)
    assert rests == [5.0, 10.0, 20.0, 20.0]


def test_a_trial_given_up_leaves_the_next_one_to_somebody_else() -> None:
    breaker = opened()
    breaker.abandoned(permitted(breaker, 5.0))
    assert breaker.permit(5.0) is not None


def test_a_call_from_before_the_trial_neither_closes_nor_ends_it() -> None:
    breaker = Breaker(POLICY)
    early = permitted(breaker, 0.0)
    for _ in range(POLICY.least_calls):
        breaker.failed(permitted(breaker, 0.0), 0.0)
    trial = permitted(breaker, 5.0)
    breaker.answered(early, 5.1)
    breaker.abandoned(early)
    assert breaker.state(5.1) is State.ON_TRIAL
    assert breaker.permit(5.1) is None
    breaker.answered(trial, 5.2)
    assert breaker.state(5.2) is State.CLOSED


def test_a_backend_that_asks_for_time_gets_it() -> None:
    breaker = Breaker(POLICY)
    breaker.leave_alone(0.0, 60.0)
    assert breaker.permit(59.0) is None
    assert breaker.permit(60.0) is not None


STEPS = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(["answered", "failed", "abandoned", "pending"])), max_size=60
)


@given(STEPS)
def test_whatever_happens_it_lets_a_call_through_within_its_longest_rest(steps: list[tuple[int, str]]) -> None:
    """No history leaves a backend shut for ever, and none lets two trials run at once."""
    breaker, now = Breaker(POLICY), 0.0
    pending: list[Permit] = []
    for pause, ending in steps:
        now += pause
        state, permit = breaker.state(now), breaker.permit(now)
        assert (permit is not None) or state is State.OPEN or any(one.trial for one in pending)
        if permit is None:
            continue
        assert permit.trial == 0 or state is State.ON_TRIAL
        if ending == "pending":
            pending.append(permit)
        elif ending == "abandoned":
            breaker.abandoned(permit)
        elif ending == "answered":
            breaker.answered(permit, now)
        else:
            breaker.failed(permit, now)
    for permit in pending:
        breaker.abandoned(permit)
    assert breaker.wait(now) <= POLICY.longest_rest
    assert breaker.permit(now + breaker.wait(now)) is not None


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40))
def test_a_backend_that_always_answers_is_always_asked(pauses: list[float]) -> None:
    breaker, now = Breaker(POLICY), 0.0
    for pause in pauses:
        now += pause
        breaker.answered(permitted(breaker, now), now)
    assert breaker.state(now) is State.CLOSED
