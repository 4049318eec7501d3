"""What phases felt, worked out from small runs."""

import pytest

from tests.chaos.recovery import Sending
from tests.chaos.standstill import Standstill
from tests.rolling.figures import Bound, Phase, calm, figures, idle_releases, slow_points

BOUND = Bound(pause=5.0, p99=3.0)
QUIET = Phase("quiet", 0.0, 10.0)
CHANGE = Phase("change", 10.0, 20.0, BOUND)


def sent(*rows: tuple[str, float]) -> list[Sending]:
    """Rows of partition and moment; commands are called c0, c1 and so on."""
    return [Sending(f"c{number}", partition, at) for number, (partition, at) in enumerate(rows)]


def test_each_phase_is_told_what_its_own_commands_felt() -> None:
    rows = sent(("texts-0", 1.0), ("spending-0", 2.0), ("texts-0", 12.0))
    quiet, change = figures([QUIET, CHANGE], rows, [("c0", 1.5), ("c1", 2.25), ("c2", 16.0)])
    assert (quiet.commands, quiet.p50, quiet.longest) == pytest.approx((2, 0.25, 0.5))
    assert (change.commands, change.p99, change.pause) == pytest.approx((1, 4.0, 4.0))


def test_a_pause_is_of_one_partition_while_others_go_on() -> None:
    rows = sent(("texts-0", 1.0), ("spending-0", 1.0), ("spending-0", 2.0), ("spending-0", 3.0))
    (quiet,) = figures([QUIET], rows, [("c1", 1.1), ("c2", 2.1), ("c3", 3.1), ("c0", 7.0)])
    assert quiet.pause == pytest.approx(6.0)


def test_an_outcome_that_comes_again_counts_where_it_came() -> None:
    rows = sent(("texts-0", 1.0), ("texts-0", 11.0))
    quiet, change = figures([QUIET, CHANGE], rows, [("c0", 1.1), ("c1", 11.1), ("c0", 12.0)], [12.0])
    assert (quiet.again, change.again) == (0, 1)


def test_outcomes_of_what_was_not_timed_are_passed_over() -> None:
    (quiet,) = figures([QUIET], sent(("texts-0", 1.0)), [("poison", 2.0), ("c0", 3.0)])
    assert (quiet.commands, quiet.longest) == pytest.approx((1, 2.0))


def test_a_change_may_add_its_bound_to_what_is_felt_without_one() -> None:
    rows = sent(("texts-0", 1.0), ("texts-0", 12.0))
    found = figures([QUIET, CHANGE], rows, [("c0", 2.0), ("c1", 16.0)])
    assert calm(found) == pytest.approx((1.0, 1.0))
    assert slow_points(found) == [], "4 s, and 1 + 3 are allowed"


def test_what_is_felt_for_longer_is_told() -> None:
    rows = sent(("texts-0", 1.0), ("texts-0", 12.0))
    assert slow_points(figures([QUIET, CHANGE], rows, [("c0", 2.0), ("c1", 18.5)])) == [
        "change: a partition paused 6.5 s, 6.0 are allowed",
        "change: p99 6.5 s, 4.0 are allowed",
    ]


def test_where_nothing_was_changed_nothing_is_judged() -> None:
    assert slow_points(figures([QUIET], sent(("texts-0", 1.0)), [("c0", 60.0)])) == []


def test_a_phase_in_which_the_machine_stood_still_is_not_judged_and_allows_nothing() -> None:
    rows = sent(("texts-0", 1.0), ("texts-0", 12.0))
    found = figures([QUIET, CHANGE], rows, [("c0", 9.5), ("c1", 40.0)], standstills=[Standstill(2.0, 9.0)])
    assert [one.disturbed for one in found] == [True, True]
    assert calm(found) == (0.0, 0.0)
    assert slow_points(found) == []


def test_a_release_that_settled_nothing_in_a_shared_phase_is_told() -> None:
    phases = [Phase("forth", 0, 1, BOUND, {"A": 3, "B": 0}), Phase("back", 1, 2, BOUND, {"A": 1, "B": 1})]
    assert idle_releases(phases, ["A", "B"]) == ["forth: release B settled nothing"]
