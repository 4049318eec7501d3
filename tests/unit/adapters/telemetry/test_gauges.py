"""Gauges are worked out from a worker's status."""

from adapters.telemetry.gauges import backend_families, follower_families, gauge_families
from adapters.telemetry.instruments import GAUGES
from tests.fakes.observing import BusyBackend, partition_status, worker_status
from workers.ports.messages import Partition
from workers.ports.status import FollowerStatus, WorkerStatus

BEGAN = 1_772_409_600.0


def readings(*statuses: WorkerStatus) -> dict[str, float]:
    """Values by name and whatever labels there are beside the area."""
    found = {}
    for family in gauge_families(statuses, BEGAN):
        for sample in family.samples:
            rest = [value for name, value in sample.labels.items() if name != "area"]
            found["/".join([sample.name.removeprefix("poon_"), *rest])] = sample.value
    return found


def test_every_gauge_has_a_value_for_a_worker_at_work() -> None:
    told = readings(
        worker_status(
            partition_status(0, 100, 149, age=2.5),
            partition_status(3, 7, 7, age=9.0, paused=True),
            partition_status(4, None, None),
            partition_status(5, 30, 29),
            outages=frozenset({"database"}),
        )
    )
    assert told == {
        "worker_started": 1,
        "worker_draining": 0,
        "outage/broker": 0,
        "outage/database": 1,
        "since_poll_seconds": 0.5,
        "lanes": 8,
        "commands_in_flight": 3,
        "commands_waiting": 10,
        "commands_retrying": 4,
        "commands_runnable": 6,
        "partitions_assigned": 4,
        "process_start_time_seconds": BEGAN,
        "partitions_paused": 1,
        "unfinished_records": 10,
        "watermark_distance/0": 50,
        "watermark_distance/3": 1,
        "watermark_distance/4": 0,
        "watermark_distance/5": 0,
        "oldest_unfinished_age_seconds": 9.0,
    }


def test_a_capability_without_backends_is_an_outage_too() -> None:
    told = readings(worker_status(outages=frozenset({"text_recognition"})))
    assert {name: value for name, value in told.items() if name.startswith("outage")} == {
        "outage/broker": 0,
        "outage/database": 0,
        "outage/text_recognition": 1,
    }


def test_a_backend_tells_its_limit_and_its_calls() -> None:
    told = {
        sample.name: (sample.labels, sample.value)
        for family in backend_families([BusyBackend().status])
        for sample in family.samples
    }
    named = {"backend": "rapidocr-3.8/en-mobile"}
    assert told == {
        "poon_backend_limit": (named, 4),
        "poon_backend_in_flight": (named, 3),
        "poon_backend_waiting": (named, 7),
    }


def test_a_follower_tells_where_it_is_what_is_left_and_how_old_that_is() -> None:
    texts, more, other = (
        Partition("poon.texts.events", 0),
        Partition("poon.texts.events", 1),
        Partition("poon.x.events", 0),
    )
    status = FollowerStatus("projections", {texts: 7, more: 3, other: 9}, {texts: 10, more: 4, other: 8}, behind=1.5)
    told = {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in follower_families([status])
        for sample in family.samples
    }
    assert told == {
        ("poon_follower_position", ("projections", "poon.texts.events", "0")): 7,
        ("poon_follower_position", ("projections", "poon.texts.events", "1")): 3,
        ("poon_follower_position", ("projections", "poon.x.events", "0")): 9,
        ("poon_follower_lag_events", ("projections", "poon.texts.events")): 4,
        ("poon_follower_lag_events", ("projections", "poon.x.events")): 0,
        ("poon_follower_behind_seconds", ("projections",)): 1.5,
    }


def test_an_idle_worker_has_no_old_command() -> None:
    assert readings(worker_status())["oldest_unfinished_age_seconds"] == 0


def test_without_workers_the_families_are_there_and_empty() -> None:
    families = list(gauge_families((), BEGAN))
    assert [family.name for family in families] == [instrument.name for instrument in GAUGES]
    assert not any(family.samples for family in families)
