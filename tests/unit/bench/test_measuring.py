import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.measuring import Observer
from tests.services.processes import ServiceProcess

WAITS = "import sys; sys.stdin.read(); import signal; signal.pause()"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[ServiceProcess]:
    process = ServiceProcess([sys.executable, "-c", WAITS], tmp_path / "output.log")
    yield process
    process.kill()


class Ticking:
    """A clock that is a second further on every time somebody looks."""

    def __init__(self) -> None:
        self._now = 0.0

    def __call__(self) -> float:
        self._now += 1.0
        return self._now


def observer(process: ServiceProcess, done: list[int], *, settled: list[bool]) -> Observer:
    return Observer(process, {}, done=lambda: done.pop(0), settled=lambda: settled.pop(0), monotonic=Ticking())


def test_what_is_done_before_warming_up_is_not_measured(process: ServiceProcess) -> None:
    watching = observer(process, [0, 9, 12, 60, 100], settled=[True])
    assert [watching.finished(100) for _ in range(5)] == [False, False, False, False, True]
    assert watching.measurement("x", 1).messages == 88


def test_outcomes_alone_are_not_the_end(process: ServiceProcess) -> None:
    watching = observer(process, [50, 100, 100], settled=[False, True])
    assert [watching.finished(100) for _ in range(3)] == [False, False, True]


def test_a_contender_that_is_warm_is_measured_from_its_first_outcome(process: ServiceProcess) -> None:
    done = [0, 100]
    watching = Observer(process, {}, done=lambda: done.pop(0), settled=lambda: True, monotonic=Ticking(), warm=0.0)
    assert [watching.finished(100) for _ in range(2)] == [False, True]
    assert watching.measurement("x", 1).messages == 100


def test_too_short_a_run_is_refused(process: ServiceProcess) -> None:
    watching = observer(process, [100], settled=[True])
    assert watching.finished(100)
    with pytest.raises(RuntimeError, match="give it more messages"):
        watching.measurement("x", 1)


def test_a_contender_that_ended_is_not_waited_for(process: ServiceProcess) -> None:
    process.kill()
    with pytest.raises(RuntimeError, match="ended with"):
        observer(process, [0], settled=[]).finished(100)


def test_the_longer_it_takes_the_rarer_it_is_looked_at(process: ServiceProcess) -> None:
    moments = [0.0, 10.0, 10.05, 10.2, 10.2, 10.2]
    done = [1, 2]
    watching = Observer(process, {}, done=lambda: done.pop(0), settled=bool, monotonic=lambda: moments.pop(0))
    assert not watching.finished(100)
    assert not watching.finished(100)
    assert done == [2]
    assert not watching.finished(100)
    assert done == []
