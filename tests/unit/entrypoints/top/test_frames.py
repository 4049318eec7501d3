"""What two snapshots mean together."""

from typing import Any

import pytest

from tests.unit.entrypoints.top.pictures import (
    BEFORE,
    BUSY,
    LAGS,
    SPENDING,
    TEXTS,
    fleet,
    lane,
    partition,
    row,
    snapshot,
    worker,
)
from workers.entrypoints.lags import Lag
from workers.entrypoints.top.frames import Snapshot, frame
from workers.ports.fleet import Counts


def test_rates_are_what_was_counted_between_two_snapshots() -> None:
    made = frame(snapshot(0.0, fleet(BEFORE)), snapshot(2.0, fleet(BUSY), lags=LAGS))
    (line,) = made.workers
    assert (line.taken, line.settled, line.retries) == (15.0, 10.0, 0.0)
    assert [found.rate for found in made.partitions] == [5.0, 0.0, None]


def test_one_snapshot_has_no_rates() -> None:
    made = frame(None, snapshot(0.0, fleet(BUSY), lags=LAGS))
    assert (made.workers[0].settled, made.partitions[0].rate) == (None, None)


@pytest.mark.parametrize(
    "before",
    [
        snapshot(0.0, fleet(BEFORE, pid=6)),
        snapshot(0.0, "refused"),
        snapshot(0.0, fleet(worker(counts=Counts(settled=500, taken=500, retries=9)))),
        snapshot(2.0, fleet(BEFORE)),
    ],
    ids=["another process", "no answer", "counts that were begun anew", "no time between"],
)
def test_a_worker_that_was_not_there_before_has_no_rates(before: Snapshot) -> None:
    made = frame(before, snapshot(2.0, fleet(BUSY)))
    assert (made.workers[0].taken, made.workers[0].settled, made.workers[0].retries) == (None, None, None)


def test_a_partition_has_its_lag_its_owner_and_its_head() -> None:
    first, stuck, quiet = frame(None, snapshot(0.0, fleet(BUSY), lags=LAGS)).partitions
    assert (first.process, first.lag, first.held, first.head_age) == ("host/7", Lag(12, 2, 3.0), 3, 4.0)
    assert (stuck.is_stuck, stuck.is_paused, first.is_stuck, first.is_paused) == (True, True, False, False)
    assert [line.is_quiet for line in (first, stuck, quiet)] == [False, False, True]


def test_a_partition_nobody_owns_is_shown_by_its_lag() -> None:
    made = frame(None, snapshot(0.0, fleet(worker()), lags=[row(5, 3, topic=SPENDING)]))
    (line,) = made.partitions
    assert (line.topic, line.partition, line.process, line.held) == (SPENDING, 5, None, 0)
    assert not line.is_quiet


def test_without_a_broker_partitions_are_shown_without_lag() -> None:
    made = frame(None, snapshot(0.0, fleet(BUSY), lags="Kafka cannot be used"))
    assert made.lag_problem == "Kafka cannot be used"
    assert [line.lag for line in made.partitions] == [None, None, None]


def test_lanes_of_all_fleets_come_slowest_first_with_the_stuck_ones_marked() -> None:
    other = fleet(worker("spending", slowest=(lane(9, 30.0),)), pid=8)
    made = frame(None, snapshot(0.0, fleet(BUSY), other))
    assert [(line.offset, line.age, line.is_stuck) for line in made.lanes] == [
        (40, 700.0, True),
        (9, 30.0, False),
        (112, 4.0, False),
    ]


def test_partitions_of_several_fleets_stand_in_the_order_of_topics() -> None:
    one = fleet(worker(partitions=(partition(1), partition(0))))
    other = fleet(worker("spending", partitions=(partition(3, topic=SPENDING),)), pid=8)
    made = frame(None, snapshot(0.0, one, other))
    assert [(line.topic, line.partition, line.process) for line in made.partitions] == [
        (SPENDING, 3, "host/8"),
        (TEXTS, 0, "host/7"),
        (TEXTS, 1, "host/7"),
    ]


def test_a_fleet_that_does_not_answer_is_told_beside_the_one_that_does() -> None:
    made = frame(None, snapshot(0.0, fleet(BUSY, state="draining"), "http://127.0.0.1:8081 cannot be asked: refused"))
    assert list(made.fleets.values()) == ["draining", "http://127.0.0.1:8081 cannot be asked: refused"]
    assert len(made.workers) == 1


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({}, "running"),
        ({"started": False}, "starting"),
        ({"outages": ("broker", "database")}, "waiting for broker, database"),
        ({"draining": True, "outages": ("broker",)}, "draining"),
    ],
)
def test_a_worker_has_a_state_of_its_own(given: dict[str, Any], state: str) -> None:
    made = frame(None, snapshot(0.0, fleet(worker(**given))))
    assert made.workers[0].state == state
