"""The lag KEDA's Kafka scaler reports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.scaling.examples import PARTITIONS, reading
from workers.domain.scaling.keda import LagReading, Offsets, even_replicas, is_active, metric, partition_lag, read_lag
from workers.domain.scaling.values import KafkaTrigger


def trigger(**metadata: object) -> KafkaTrigger:
    return KafkaTrigger.model_validate(metadata)


@pytest.mark.parametrize(
    ("metadata", "offsets", "previous", "lags"),
    [
        ({}, Offsets(30, 10), None, (20, 20)),
        ({}, Offsets(30, None), None, (1, 1)),
        ({"scaleToZeroOnInvalidOffset": "true"}, Offsets(30, None), None, (0, 0)),
        ({"offsetResetPolicy": "earliest"}, Offsets(30, None), None, (30, 30)),
        (
            {"offsetResetPolicy": "earliest", "scaleToZeroOnInvalidOffset": "true"},
            Offsets(30, None),
            None,
            (0, 0),
        ),
        ({"excludePersistentLag": "true"}, Offsets(30, 10), None, (20, 20)),
        ({"excludePersistentLag": "true"}, Offsets(30, 10), 10, (0, 20)),
        ({"excludePersistentLag": "true"}, Offsets(30, 10), 9, (20, 20)),
    ],
)
def test_lag_of_one_partition(
    metadata: dict[str, object], offsets: Offsets, previous: int | None, lags: tuple[int, int]
) -> None:
    assert partition_lag(trigger(**metadata), offsets, previous) == lags


def test_a_reading_sums_up_partitions_and_counts_those_behind() -> None:
    places = {0: Offsets(30, 10), 1: Offsets(5, 5), 2: Offsets(8, 7)}
    assert read_lag(trigger(excludePersistentLag=True), places, {0: 10}) == LagReading(1, 21, 1, 3)


@pytest.mark.parametrize(
    ("metadata", "found", "reported"),
    [
        ({}, reading(239), 239),
        ({}, reading(249), 249),
        ({}, reading(250), 240),
        ({}, reading(100_000), 240),
        ({"allowIdleConsumers": True}, reading(100_000), 100_000),
        ({"limitToPartitionsWithLag": True}, reading(100_000, behind=3), 30),
        ({"limitToPartitionsWithLag": True}, reading(29, behind=3), 29),
        ({"ensureEvenDistributionOfPartitions": True}, reading(41), 60),
        ({"ensureEvenDistributionOfPartitions": True}, reading(90), 120),
        ({"ensureEvenDistributionOfPartitions": True}, reading(100_000), 240),
        (
            {"ensureEvenDistributionOfPartitions": True, "limitToPartitionsWithLag": True},
            reading(100_000, behind=5),
            50,
        ),
    ],
)
def test_what_is_reported_of_a_lag_over_24_partitions_at_10_each(
    metadata: dict[str, object], found: LagReading, reported: int
) -> None:
    assert metric(trigger(**metadata), found) == reported


@pytest.mark.parametrize(("lag", "replicas"), [(0, 1), (10, 1), (11, 2), (31, 4), (81, 12), (121, 24), (9_999, 24)])
def test_even_replicas_divide_the_partitions(lag: int, replicas: int) -> None:
    assert even_replicas(lag, PARTITIONS, 10) == replicas


def test_activity_counts_lag_that_does_not_move() -> None:
    found = LagReading(total=0, with_persistent=6, behind=0, partitions=PARTITIONS)
    assert is_active(trigger(activationLagThreshold=5), found)
    assert not is_active(trigger(activationLagThreshold=6), found)


FLAGS = st.fixed_dictionaries(
    {
        "lagThreshold": st.integers(1, 1_000),
        "limitToPartitionsWithLag": st.booleans(),
        "ensureEvenDistributionOfPartitions": st.booleans(),
    }
)


@given(FLAGS, st.integers(1, 200), st.integers(0, 10**9), st.integers(0, 10**6))
def test_more_lag_never_reports_less_except_where_the_cut_begins(
    metadata: dict[str, object], partitions: int, lag: int, more: int
) -> None:
    """The overshoot below P + 1 thresholds is the one place where the report falls, by less than one threshold."""
    made = trigger(**metadata)
    before = metric(made, LagReading(lag, lag, partitions, partitions))
    after = metric(made, LagReading(lag + more, lag + more, partitions, partitions))
    assert after >= min(before, partitions * made.lag_threshold)


@given(FLAGS, st.integers(1, 200), st.integers(0, 10**9))
def test_a_cut_lag_asks_for_one_replica_more_than_partitions_at_most(
    metadata: dict[str, object], partitions: int, lag: int
) -> None:
    made = trigger(**metadata)
    reported = metric(made, LagReading(lag, lag, partitions, partitions))
    assert reported < (partitions + 1) * made.lag_threshold
