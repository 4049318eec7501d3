"""The partitions of a simulated topic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.domain.scaling.keda import Offsets, read_lag
from workers.domain.scaling.values import KafkaTrigger
from workers.entrypoints.scaling.partitions import Partitions, shares, spread


def test_shares_are_alike_unless_said_otherwise() -> None:
    assert shares(4).tolist() == [0.25] * 4


def test_a_hot_partition_gets_its_part_and_the_others_the_rest() -> None:
    assert shares(5, hot=0.2).tolist() == pytest.approx([0.2] * 5)
    assert shares(5, hot=0.6).tolist() == pytest.approx([0.6, 0.1, 0.1, 0.1, 0.1])
    assert shares(1, hot=0.6).tolist() == [1.0]


@given(st.integers(1, 500), st.floats(0, 3), st.floats(0, 0.9))
def test_shares_always_make_a_whole(partitions: int, skew: float, hot: float) -> None:
    assert shares(partitions, skew, hot).sum() == pytest.approx(1)


@given(st.integers(1, 300), st.integers(1, 400))
def test_partitions_are_spread_as_evenly_as_can_be(partitions: int, workers: int) -> None:
    counts = np.bincount(spread(partitions, workers), minlength=workers)
    assert counts.max() - counts.min() <= 1


def test_a_worker_handles_what_it_can_and_no_more_than_waits() -> None:
    topic = Partitions(shares(2), latency=0)
    topic.write(100)
    assert topic.work(spread(2, 1), each=30, step=1, partition_most=None) == pytest.approx(30)
    assert topic.work(spread(2, 2), each=60, step=1, partition_most=None) == pytest.approx(70)
    assert topic.waiting.tolist() == [0, 0]


def test_a_partition_may_be_slower_than_its_worker() -> None:
    topic = Partitions(shares(2), latency=0, backlog=100)
    assert topic.work(spread(2, 1), each=60, step=1, partition_most=10) == pytest.approx(20)


def test_what_is_being_worked_on_is_not_committed() -> None:
    topic = Partitions(shares(1), latency=0.5)
    topic.write(100)
    topic.work(spread(1, 1), each=100, step=1, partition_most=None)
    topic.commit()
    assert topic.lag() == pytest.approx(50)
    topic.rest()
    topic.commit()
    assert topic.lag() == pytest.approx(0)


def test_the_oldest_that_waits_is_in_the_partition_that_is_worked_off_slowest() -> None:
    topic = Partitions(shares(2, hot=0.75), latency=0)
    topic.write(80)
    topic.work(spread(2, 2), each=30, step=1, partition_most=None)
    assert topic.oldest() == pytest.approx(40)
    topic.work(spread(2, 2), each=30, step=1, partition_most=None)
    assert topic.oldest() is None


TRIGGERS = st.sampled_from([{}, {"excludePersistentLag": True}])
ROUNDS = st.lists(
    st.tuples(st.lists(st.integers(0, 40), min_size=3, max_size=3), st.integers(0, 60)), min_size=1, max_size=6
)


@given(TRIGGERS, ROUNDS)
def test_a_reading_of_many_partitions_is_the_one_the_domain_makes(
    metadata: dict[str, object], rounds: list[tuple[list[int], int]]
) -> None:
    trigger, topic = KafkaTrigger.model_validate(metadata), Partitions(shares(3), latency=0)
    previous: dict[int, int] = {}
    for written, most in rounds:
        topic.written += np.array(written, dtype=float)
        topic.waiting += np.array(written, dtype=float)
        topic.work(spread(3, 2), each=most, step=1, partition_most=None)
        topic.commit()
        ends, done = np.floor(topic.written + 1e-6), np.floor(topic.committed + 1e-6)
        places = {number: Offsets(int(ends[number]), int(done[number])) for number in range(3)}
        assert topic.read(trigger) == read_lag(trigger, places, previous)
        previous = {number: int(done[number]) for number in range(3)}


def test_persistent_lag_excluded_hides_most_of_the_lag_where_commits_are_rare() -> None:
    """The autoscaler's and the poll's readings share one memory: of six a minute, five see nothing new committed."""
    trigger, topic = KafkaTrigger.model_validate({"excludePersistentLag": True}), Partitions(shares(4), latency=0)
    seen: list[int] = []
    for second in range(0, 600, 15):
        topic.write(1_000)
        topic.work(spread(4, 1), each=900, step=15, partition_most=None)
        if second % 60 == 0:
            topic.commit()
        seen += [topic.read(trigger).total for _ in range(2 if second % 30 == 0 else 1)]
    assert sum(total == 0 for total in seen[6:]) / len(seen[6:]) == pytest.approx(5 / 6)
