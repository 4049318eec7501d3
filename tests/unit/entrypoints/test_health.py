"""Judging a heartbeat."""

from datetime import timedelta

import pytest

from tests.fakes.clock import NOON
from workers.entrypoints.commands.health import judge


def beat(seconds_ago: float, state: str = "running") -> dict[str, object]:
    return {"pid": 7, "at": (NOON - timedelta(seconds=seconds_ago)).timestamp(), "state": state}


@pytest.mark.parametrize("state", ["starting", "running", "waiting for database", "draining"])
def test_a_fresh_heartbeat_is_life_whatever_the_worker_waits_for(state: str) -> None:
    assert judge(beat(2, state), NOON, 30).healthy


def test_an_old_heartbeat_is_no_life() -> None:
    verdict = judge(beat(31), NOON, 30)

    assert not verdict.healthy
    assert verdict.reason == "the last heartbeat of process 7 is 31 seconds old"


@pytest.mark.parametrize("heartbeat", [{}, [], {"pid": "x", "at": 1, "state": "running"}, 3])
def test_a_heartbeat_that_cannot_be_read_is_no_life(heartbeat: object) -> None:
    assert judge(heartbeat, NOON, 30).reason == "the heartbeat cannot be read"


def test_no_heartbeat_is_no_life() -> None:
    verdict = judge(None, NOON, 30)

    assert not verdict.healthy
    assert verdict.reason == "there is no heartbeat: no worker runs in this data folder"
