"""Delays are those of other keys, counted from when their commands were due."""

import pytest

from tests.bench.head_of_line.outcomes import Outcome
from tests.bench.head_of_line.stuck import STUCK_KEY, delays, split

STUCK = Outcome("s", STUCK_KEY, 1, 60.0)
NEAR = Outcome("a", "bench/owner-1", 1, 10.5)
FAR = Outcome("b", "bench/owner-2", 2, 20.3)
WARMING_UP = Outcome("w", "bench/owner-3", 1, 1.0)


def test_the_stuck_key_and_what_came_before_measuring_are_left_out() -> None:
    others, neighbours = split([WARMING_UP, NEAR, FAR, STUCK], {"s", "a", "b"})
    assert others == [NEAR, FAR]
    assert neighbours == [NEAR]


def test_a_delay_counts_from_the_moment_a_command_was_due_and_waiting_leaves_the_call_out() -> None:
    found = delays([NEAR, FAR], {"a": 10.0, "b": 20.0}, {"a": 0.4, "b": 0.1})
    assert found.commands == 2
    assert found.p50 == pytest.approx(300)
    assert found.p99 == pytest.approx(500)
    assert found.waiting_p99 == pytest.approx(200)
