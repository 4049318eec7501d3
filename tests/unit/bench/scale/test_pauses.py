import pytest

from tests.bench.scale.pauses import Window, felt, first_and_again, longest_pause
from tests.bench.scale.rebalance import RebalanceOptions, faults
from tests.bench.traffic import Arrival

STEADY, JOIN = Window("steady", 0.0, 10.0), Window("1 -> 2", 10.0, 20.0)


def test_a_partition_that_answers_at_once_never_pauses_for_long() -> None:
    answers = [(float(second), second + 0.01) for second in range(10)]
    assert longest_pause(answers, 0.0, 10.0) == pytest.approx(0.01)


def test_a_partition_without_commands_does_not_pause() -> None:
    assert longest_pause([(0.0, 0.1), (9.0, 9.1)], 0.0, 10.0) == pytest.approx(0.1)


def test_a_pause_lasts_from_the_last_outcome_or_the_first_waiting_command() -> None:
    assert longest_pause([(0.0, 0.5), (0.2, 3.0), (1.0, 3.1)], 0.0, 10.0) == pytest.approx(2.5)


def test_a_command_overtaken_after_a_pause_has_waited_all_along() -> None:
    assert longest_pause([(1.0, 5.1), (4.0, 5.0)], 0.0, 10.0) == pytest.approx(4.0)


def test_a_pause_counts_in_each_window_it_reaches_into() -> None:
    answers = [(9.0, 12.0)]
    assert longest_pause(answers, 0.0, 10.0) == longest_pause(answers, 10.0, 20.0) == pytest.approx(3.0)
    assert longest_pause(answers, 12.0, 20.0) == 0.0


def test_an_outcome_of_the_same_command_is_published_again() -> None:
    first, again = first_and_again([Arrival("a", 0, 1.0), Arrival("a", 0, 2.0)])
    assert first["a"].at == 1.0
    assert again == [Arrival("a", 0, 2.0)]


def test_each_window_tells_what_its_commands_felt() -> None:
    due = {"a": 1.0, "b": 11.0, "c": 12.0}
    arrivals = [Arrival("a", 0, 1.1), Arrival("b", 0, 13.0), Arrival("c", 1, 12.5), Arrival("c", 1, 14.0)]
    steady, join = felt([STEADY, JOIN], due, arrivals)
    assert (steady.commands, steady.again) == (1, 0)
    assert steady.pause == pytest.approx(100.0)
    assert (join.commands, join.again) == (2, 1)
    assert join.longest == pytest.approx(2000.0)
    assert join.pause == pytest.approx(2000.0)
    assert join.median_pause == pytest.approx(1250.0)


def test_a_window_without_answers_is_left_out() -> None:
    assert felt([STEADY], {}, []) == []


def test_long_pauses_and_many_repetitions_are_faults() -> None:
    found = felt([JOIN], {"a": 11.0}, [Arrival("a", 0, 17.0), Arrival("a", 0, 18.0)])
    assert faults(found, RebalanceOptions(pause=7.0, again=1.0)) == []
    assert faults(found, RebalanceOptions(pause=5.0, again=0.01)) == [
        "1 -> 2: a partition paused for 6.0 s, 5 are allowed",
        "1 of 1 outcomes were published again, 1.0% are allowed",
    ]
