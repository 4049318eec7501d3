"""What is promised is compared with what was found, round by round."""

from dataclasses import replace

import pytest

from tests.bench.head_of_line.backlog import BacklogTurn
from tests.bench.head_of_line.entrants import ORDERED, SEQUENTIAL, UNORDERED
from tests.bench.head_of_line.gap import Gaps
from tests.bench.head_of_line.stuck import Delays, StuckTurn
from tests.bench.head_of_line.summary import StuckSummary, Target, summarize_backlog, summarize_stuck, targets

GAPS = Gaps(looks=9, widest=4_000, widest_sum=9_000, paused=0.0, in_flight=990, waiting=5_000)


def turn(entrant: str, rate: float, number: int = 1, keys: int = 10_000) -> BacklogTurn:
    return BacklogTurn(
        entrant=entrant,
        keys=keys,
        number=number,
        rate=rate,
        in_flight=rate / 5,
        cpu_microseconds={"worker": 200.0},
        gaps=GAPS if entrant == ORDERED else None,
    )


def stuck_turn(p99: float, number: int = 1, *, is_stuck: bool) -> StuckTurn:
    took = Delays(commands=100, p50=90.0, p99=p99, waiting_p99=p99 / 10)
    return StuckTurn(is_stuck=is_stuck, number=number, others=took, neighbours=took, gaps=GAPS)


def found(turns: list[BacklogTurn], stuck: StuckSummary | None = None) -> dict[str, Target]:
    return {target.what: target for target in targets(summarize_backlog(turns), stuck, 1_000, 5_500)}


def test_the_share_of_no_ordering_is_taken_within_a_round() -> None:
    turns = [turn(ORDERED, 900), turn(UNORDERED, 1_000), turn(ORDERED, 450, 2), turn(UNORDERED, 500, 2)]
    assert summarize_backlog(turns)[0].share == pytest.approx(0.9)


def test_what_is_promised_depends_on_how_many_keys_there_are_for_each_call() -> None:
    many = found([turn(ORDERED, 890), turn(UNORDERED, 1_000)])
    assert not many["of the no-ordering rate, 10,000 keys"].is_met
    few = found([turn(ORDERED, 660, keys=1_000), turn(UNORDERED, 1_000, keys=1_000)])
    assert few["of the no-ordering rate, 1,000 keys"].is_met
    assert not [what for what in found([turn(ORDERED, 10, keys=50), turn(UNORDERED, 1_000, keys=50)]) if "rate" in what]


def test_the_sequential_consumer_is_compared_with_our_slowest() -> None:
    turns = [turn(ORDERED, 4_000), turn(ORDERED, 1_980, keys=1_000), turn(SEQUENTIAL, 20)]
    assert found(turns)["sequential per partition"] == Target(
        "sequential per partition", "at least 100 times", "99 times", is_met=False
    )


def test_one_command_out_of_order_misses_the_target() -> None:
    assert found([turn(ORDERED, 900)])["order violations"].is_met
    assert not found([replace(turn(ORDERED, 900), violations=1)])["order violations"].is_met


def test_a_turn_with_problems_gives_no_rate() -> None:
    (summary,) = summarize_backlog([replace(turn(ORDERED, 900), problems=("3 outcomes missing",))])
    assert summary.rate is None
    assert summary.problems == ("round 1: 3 outcomes missing",)


def test_a_gap_beyond_its_bound_is_told() -> None:
    assert found([turn(ORDERED, 900)])["widest uncommitted gap"].is_met
    wide = replace(turn(ORDERED, 900), gaps=replace(GAPS, widest=5_501))
    assert not found([wide])["widest uncommitted gap"].is_met


def test_what_a_stuck_key_adds_is_taken_within_a_round() -> None:
    turns = [
        stuck_turn(2_000, is_stuck=False),
        stuck_turn(2_100, is_stuck=True),
        stuck_turn(4_000, 2, is_stuck=True),
        stuck_turn(4_000, 2, is_stuck=False),
        stuck_turn(9_000, 3, is_stuck=True),
    ]
    summary = summarize_stuck(turns)
    assert summary is not None
    assert summary.ratio == pytest.approx(1.025)
    assert found([turn(ORDERED, 900)], summary)["p99 of other keys, a key being stuck"].is_met


def test_without_a_whole_round_nothing_is_said_of_a_stuck_key() -> None:
    assert summarize_stuck([stuck_turn(2_000, is_stuck=True)]) is None
