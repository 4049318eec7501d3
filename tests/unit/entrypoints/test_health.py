"""Judging a heartbeat and what a worker says of itself."""

from datetime import timedelta

import pytest

from tests.fakes.clock import NOON
from workers.bootstrap.heartbeat import Beat
from workers.entrypoints.commands.health import Health, judge, judge_answer
from workers.ports.health import Check, HealthReport, Result

FRESH = Health(healthy=True, reason="process 7 is running, heartbeat 2 seconds ago")


def beat(seconds_ago: float, state: str = "running") -> Beat:
    return Beat(7, (NOON - timedelta(seconds=seconds_ago)).timestamp(), state, None)


@pytest.mark.parametrize("state", ["starting", "running", "waiting for database", "draining"])
def test_a_fresh_heartbeat_is_life_whatever_the_worker_waits_for(state: str) -> None:
    assert judge(beat(2, state), NOON, 30).healthy


def test_an_old_heartbeat_is_no_life() -> None:
    verdict = judge(beat(31), NOON, 30)

    assert not verdict.healthy
    assert verdict.reason == "the last heartbeat of process 7 is 31 seconds old"


def test_no_heartbeat_is_no_life() -> None:
    verdict = judge(None, NOON, 30)

    assert not verdict.healthy
    assert verdict.reason == "there is no heartbeat: no worker runs in this data folder"


def test_a_worker_that_says_it_lives_is_told_by_its_heartbeat() -> None:
    assert judge(beat(2), NOON, 30) == FRESH
    assert judge_answer(HealthReport(status=Result.PASS, checks=()), FRESH) == FRESH


def test_a_worker_that_says_it_does_not_is_told_by_its_reasons() -> None:
    checks = (
        Check(name="event_loop", status=Result.PASS, reason="turns"),
        Check(name="consume_loop", status=Result.FAIL, reason="texts has not polled for 90 s"),
        Check(name="lanes", status=Result.FAIL, reason="one is stuck"),
    )
    verdict = judge_answer(HealthReport(status=Result.FAIL, checks=checks), FRESH)
    assert verdict == Health(healthy=False, reason="consume_loop: texts has not polled for 90 s; lanes: one is stuck")
