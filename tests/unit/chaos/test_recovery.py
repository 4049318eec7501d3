"""Recovery times and stalls, worked out from small timelines."""

import threading

import pytest

from tests.chaos.faults import Fault, FaultKind
from tests.chaos.recovery import (
    SILENCE_BOUND,
    WAIT_BOUND,
    Injected,
    Progress,
    Sending,
    Timeline,
    progress,
    recoveries,
    slow_points,
)
from tests.chaos.standstill import AFTERMATH, LEAST, Standstill, Standstills, noticing


def timeline(*rows: tuple[str, float, float | None]) -> Timeline:
    """Rows of partition, sent at, answered at."""
    sent = [Sending(f"c{number}", partition, at) for number, (partition, at, _) in enumerate(rows)]
    answered = {f"c{number}": at for number, (_, _, at) in enumerate(rows) if at is not None}
    return Timeline(sent, answered)


def injected(kind: FaultKind, began: float, ended: float, *, alone: bool = True) -> Injected:
    return Injected(Fault(kind, began, ended - began, 0, alone), "it", began, ended)


KILL = injected(FaultKind.WORKER_KILLED, 10, 12)


def test_work_has_resumed_when_every_partition_answers_what_was_sent_after_the_fault() -> None:
    rows = timeline(("a", 9, 9.1), ("a", 10.5, 10.6), ("b", 11, 18), ("b", 15, 17.5), ("a", 20, 20.1))
    (one,) = recoveries([KILL], rows, 30)
    assert one.resumed == pytest.approx(7.5), "the slower partition, by its first answer"
    assert one.caught_up == pytest.approx(8), "until the last late answer"


def test_recovery_from_an_outage_counts_from_its_end() -> None:
    rows = timeline(("a", 9, 9.1), ("a", 11, 15.5), ("a", 12.5, 15.5))
    (one,) = recoveries([injected(FaultKind.DATABASE_KILLED, 10, 12)], rows, 30)
    assert one.resumed == pytest.approx(3.5)
    assert one.caught_up == pytest.approx(3.5)


def test_a_partition_that_answers_promptly_worked_before_it_was_asked() -> None:
    (one,) = recoveries([KILL], timeline(("a", 10.5, 16), ("b", 19, 19.3)), 30)
    assert one.resumed == pytest.approx(6), "b was asked for the first time at 19, and nothing says it did not work"


def test_a_fault_nobody_felt_needs_no_catching_up() -> None:
    (one,) = recoveries([KILL], timeline(("a", 10.5, 10.6)), 30)
    assert one.resumed == pytest.approx(0.1)
    assert one.caught_up == 0


def test_a_partition_that_never_answers_again_has_not_resumed() -> None:
    (one,) = recoveries([KILL], timeline(("a", 10.5, 10.6), ("b", 11, None)), 30)
    assert one.resumed is None
    assert slow_points([one], Progress(0, 0, 0, 0)) == [
        "recovery: never after worker killed (it), target 15 s",
    ]


def test_light_faults_alone_have_no_recovery() -> None:
    assert recoveries([injected(FaultKind.CACHE_FULL, 20, 30)], timeline(("a", 10.5, 10.6)), 60) == []


def test_each_fault_is_watched_until_the_next_heavy_one() -> None:
    rows = timeline(("a", 10.5, 10.6), ("a", 40.5, 49))
    light = injected(FaultKind.CACHE_FULL, 20, 30)
    first, second = recoveries([KILL, light, injected(FaultKind.LEADER_KILLED, 40, 45)], rows, 60)
    assert first.caught_up == 0
    assert second.resumed == pytest.approx(9)


@pytest.mark.parametrize(("asked", "answered", "resumed"), [(39.9, 49, 0.1), (39.9, 40.0, 0.1), (37, 49, 39)])
def test_a_partition_first_asked_as_the_next_fault_began_tells_of_that_one(
    asked: float, answered: float, resumed: float
) -> None:
    rows = timeline(("a", 10.5, 10.6), ("b", asked, answered), ("b", 40.5, 50))
    first, second = recoveries([KILL, injected(FaultKind.LEADER_KILLED, 40, 45)], rows, 60)
    assert first.resumed == pytest.approx(resumed)
    assert second.resumed == pytest.approx(10)


def test_outcomes_published_again_count_for_the_heavy_fault_before_them() -> None:
    rows = Timeline(timeline(("a", 10.5, 10.6)).sent, {}, again=[9, 10, 30, 41])
    found = recoveries([KILL, injected(FaultKind.LEADER_KILLED, 40, 45)], rows, 60)
    assert [one.again for one in found] == [(0, 20), (1,)]


def test_a_slow_recovery_is_told_unless_two_faults_came_together() -> None:
    rows = timeline(("a", 10.5, 40))
    alone, paired = (
        recoveries([injected(FaultKind.WORKER_KILLED, 10, 12, alone=flag)], rows, 60) for flag in (True, False)
    )
    assert slow_points(alone, Progress(0, 0, 0, 0)) == [
        "recovery: 30.0 s after worker killed (it), target 15 s",
    ]
    assert slow_points(paired, Progress(0, 0, 0, 0)) == []


def test_progress_is_the_longest_silence_and_the_longest_wait() -> None:
    measured = progress(timeline(("a", 0, 1), ("a", 1, 2), ("b", 2, 9), ("b", 8, 10)))
    assert (measured.silence, measured.wait) == (7, 7)
    assert (measured.median, measured.p99) == (2, 7)


@pytest.mark.parametrize(
    "measured", [Progress(SILENCE_BOUND + 1, 0, 0, 0), Progress(0, WAIT_BOUND + 1, 0, 0), progress(Timeline([], {}))]
)
def test_a_stall_is_told(measured: Progress) -> None:
    assert any("stalled" in sentence for sentence in slow_points([], measured))


def test_a_time_without_ticks_is_a_standstill_and_a_late_tick_is_not() -> None:
    noticed = Standstills(0.0)
    for now in (0.5, 1.0, 1.0 + LEAST - 0.1, 10.0, 10.5, 152.0, 152.5):
        noticed.tick(now)
    assert noticed.found == [Standstill(10.5, 152.0)]


def test_ticks_come_by_themselves() -> None:
    came = threading.Event()
    times = iter((0.0, 100.0))

    def monotonic() -> float:
        now = next(times, 100.0)
        if now:
            came.set()
        return now

    with noticing(monotonic) as noticed:
        assert came.wait(30)
    assert noticed.found == [Standstill(0.0, 100.0)]


def test_waits_and_silences_are_told_without_the_time_the_machine_stood_still() -> None:
    rows = timeline(("a", 0, 1), ("a", 2, 103), ("a", 50, 104))
    measured = progress(rows, [Standstill(2.5, 102.5)])
    assert measured.silence == pytest.approx(2)
    assert measured.wait == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("standstill", "disturbed"),
    [
        (Standstill(0, 9 - AFTERMATH), False),
        (Standstill(0, 11 - AFTERMATH), True),
        (Standstill(20, 40), True),
        (Standstill(61, 80), False),
    ],
)
def test_a_recovery_around_a_standstill_is_not_judged(standstill: Standstill, *, disturbed: bool) -> None:
    rows = timeline(("a", 10.5, 40), ("a", 70, 70.1))
    found = recoveries([KILL], rows, 60, [standstill])
    assert [one.counts for one in found] == [not disturbed]
    assert bool(slow_points(found, Progress(0, 0, 0, 0))) is not disturbed


def test_a_lost_fleet_is_no_standstill_of_the_machine() -> None:
    rows = timeline(("a", 10, 110))
    assert slow_points(recoveries([KILL], rows, 120, []), progress(rows, []))
