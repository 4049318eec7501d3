"""The limit of a backend goes down when it slows or fails, comes back, and is otherwise left in peace."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.limiting.algorithm import AdaptiveLimit, LimitBounds
from adapters.inference.limiting.measuring import Call, Ending
from tests.unit.adapters.inference.limiting.candidates import MAXIMUM, Aimd, Gradient2, Vegas
from tests.unit.adapters.inference.limiting.simulation import Backend, Phase, Run, best_fixed_rate, simulate

NORMAL = Backend()
FEWER = replace(NORMAL, slots=3)
SLOWER = replace(NORMAL, seconds=5 * NORMAL.seconds)
BROKEN = replace(NORMAL, failing=1.0)
SEEDS = (1, 2, 3)


def adaptive() -> AdaptiveLimit:
    return AdaptiveLimit(LimitBounds(1, MAXIMUM, 4))


@cache
def at_rest(seed: int) -> Run:
    return simulate(adaptive, [Phase(300, NORMAL)], seed)


@cache
def through(trouble: Backend, lasting: float, seed: int) -> Run:
    """Two minutes as usual, the trouble, and three minutes as usual again."""
    end = 120 + lasting
    return simulate(adaptive, [Phase(120, NORMAL), Phase(end, trouble), Phase(end + 180, NORMAL)], seed)


@pytest.fixture(scope="module")
def best() -> float:
    return best_fixed_rate(NORMAL, seed=1)


@pytest.mark.parametrize("seed", SEEDS)
def test_from_a_cold_start_it_soon_serves_as_much_as_the_best_fixed_limit(seed: int, best: float) -> None:
    assert at_rest(seed).rate(10, 40) >= 0.85 * best


@pytest.mark.parametrize("seed", SEEDS)
def test_at_rest_it_serves_what_the_best_fixed_limit_does_without_burying_the_backend(seed: int, best: float) -> None:
    run = at_rest(seed)
    assert run.rate(60, 300) >= 0.92 * best
    assert NORMAL.slots <= run.in_flight(60, 300) <= 1.6 * NORMAL.slots


@pytest.mark.parametrize("seed", SEEDS)
def test_at_rest_it_swings_no_further_than_a_comparison_takes_it(seed: int) -> None:
    limits = at_rest(seed).limits(60, 300)
    assert min(limits) >= NORMAL.slots // 2
    assert max(limits) <= 2.2 * NORMAL.slots


@pytest.mark.parametrize("seed", SEEDS)
def test_a_backend_with_a_fifth_of_its_capacity_is_not_buried_and_still_used(seed: int) -> None:
    run = through(FEWER, 180, seed)
    assert run.in_flight(150, 300) <= 0.5 * run.in_flight(60, 120)
    assert run.in_flight(210, 300) <= 2.5 * FEWER.slots
    assert run.rate(150, 300) >= 0.8 * FEWER.capacity


@pytest.mark.parametrize("seed", SEEDS)
def test_a_backend_five_times_slower_is_given_fewer_calls_until_it_is_known_that_fewer_do_not_help(seed: int) -> None:
    run = through(SLOWER, 180, seed)
    assert min(run.limits(120, 200)) <= NORMAL.slots // 2
    assert run.rate(220, 300) >= 0.7 * SLOWER.capacity
    assert run.in_flight(220, 300) <= 2 * NORMAL.slots


@pytest.mark.parametrize("trouble", [FEWER, SLOWER], ids=["fewer", "slower"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_backend_that_is_quick_again_is_used_again(trouble: Backend, seed: int, best: float) -> None:
    run = through(trouble, 180, seed)
    assert run.rate(340, 480) >= 0.9 * best


@pytest.mark.parametrize("seed", SEEDS)
def test_a_burst_of_errors_leaves_the_backend_alone_and_is_soon_forgotten(seed: int, best: float) -> None:
    run = through(BROKEN, 30, seed)
    assert max(run.limits(130, 150)) <= 2
    assert run.rate(180, 330) >= 0.9 * best


@pytest.mark.parametrize("seed", SEEDS)
def test_a_few_errors_are_everyday_life(seed: int) -> None:
    run = simulate(adaptive, [Phase(240, replace(NORMAL, failing=0.05))], seed)
    assert run.rate(60, 240) >= 0.85 * NORMAL.capacity


@pytest.mark.parametrize("seed", SEEDS)
def test_one_slot_is_found_too(seed: int) -> None:
    single = Backend(slots=1, seconds=1.5, spread=0.3)
    run = simulate(adaptive, [Phase(600, single)], seed)
    assert run.rate(200, 600) >= 0.85 * single.capacity
    assert run.in_flight(200, 600) <= 8


@pytest.mark.parametrize("seed", SEEDS)
def test_many_slots_are_found_too(seed: int) -> None:
    run = simulate(adaptive, [Phase(240, Backend(slots=64, seconds=1.0))], seed)
    assert run.rate(120, 240) >= 0.85 * 64


def test_with_little_to_do_the_limit_is_left_where_it_is() -> None:
    quiet = simulate(adaptive, [Phase(120, NORMAL), Phase(600, replace(NORMAL, demand=3))], seed=1)
    assert min(quiet.limits(130, 600)) >= NORMAL.slots // 2


@pytest.mark.parametrize("seed", SEEDS)
def test_those_who_compare_with_their_own_past_or_with_errors_alone_bury_a_saturated_backend(seed: int) -> None:
    for candidate in (Gradient2, Aimd):
        run = simulate(candidate, [Phase(180, NORMAL)], seed)
        assert run.in_flight(150, 180) > 3 * NORMAL.slots, candidate


@pytest.mark.parametrize("seed", SEEDS)
def test_those_who_compare_with_the_shortest_latency_ever_starve_a_backend_whose_latencies_vary(
    seed: int, best: float
) -> None:
    run = simulate(Vegas, [Phase(180, NORMAL)], seed)
    assert run.rate(60, 180) < 0.5 * best


def call(seconds: float, at: float, ending: Ending = Ending.ANSWERED) -> Call:
    return Call(at - seconds, at, 4, ending)


def test_calls_refused_for_their_input_say_nothing() -> None:
    limit = adaptive()
    for number in range(1000):
        limit.observe(call(0.001, number, Ending.REFUSED))
    assert limit.limit == 4


def test_calls_given_up_for_the_callers_own_reasons_say_nothing() -> None:
    limit = adaptive()
    for number in range(100):
        limit.observe(call(1.0, number))
    before = limit.limit
    for number in range(100, 1000):
        limit.observe(call(2.0, number, Ending.ABANDONED))
    assert limit.limit == before


def test_calls_given_up_because_they_took_so_long_count_as_failed() -> None:
    limit = adaptive()
    for number in range(100):
        limit.observe(call(1.0, number))
    assert limit.limit > 4
    for number in range(1000, 3000):
        limit.observe(call(60.0, number, Ending.ABANDONED))
    assert limit.limit <= 2


@pytest.mark.parametrize("bounds", [(0, 4), (5, 4), (-1, -1)])
def test_bounds_that_allow_no_call_are_refused(bounds: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="allows none"):
        LimitBounds(*bounds)


@pytest.mark.parametrize(("initial", "begins"), [(1, 2), (5, 5), (99, 8)])
def test_it_begins_within_its_bounds(initial: int, begins: int) -> None:
    assert AdaptiveLimit(LimitBounds(2, 8, initial)).limit == begins


@given(
    low=st.integers(1, 20),
    span=st.integers(0, 100),
    initial=st.integers(1, 200),
    calls=st.lists(
        st.tuples(st.floats(0, 100), st.integers(1, 200), st.sampled_from(list(Ending))), min_size=1, max_size=300
    ),
)
def test_whatever_happens_the_limit_stays_within_its_bounds(
    low: int, span: int, initial: int, calls: list[tuple[float, int, Ending]]
) -> None:
    bounds = LimitBounds(low, low + span, initial)
    limit = AdaptiveLimit(bounds)
    at = 0.0
    for seconds, load, ending in calls:
        at += 1.0
        limit.observe(Call(at - seconds, at, load, ending))
        assert bounds.minimum <= limit.limit <= bounds.maximum
