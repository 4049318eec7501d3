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


def observer(process: ServiceProcess, done: list[int], *, settled: list[bool]) -> Observer:
    return Observer(process, {}, done=lambda: done.pop(0), settled=lambda: settled.pop(0))


def test_what_is_done_before_warming_up_is_not_measured(process: ServiceProcess) -> None:
    watching = observer(process, [0, 9, 12, 60, 100], settled=[True])
    assert [watching.finished(100) for _ in range(5)] == [False, False, False, False, True]
    assert watching.measurement("x", 1).messages == 88


def test_outcomes_alone_are_not_the_end(process: ServiceProcess) -> None:
    watching = observer(process, [50, 100, 100], settled=[False, True])
    assert [watching.finished(100) for _ in range(3)] == [False, False, True]


def test_too_short_a_run_is_refused(process: ServiceProcess) -> None:
    watching = observer(process, [100], settled=[True])
    assert watching.finished(100)
    with pytest.raises(RuntimeError, match="give it more messages"):
        watching.measurement("x", 1)


def test_a_contender_that_ended_is_not_waited_for(process: ServiceProcess) -> None:
    process.kill()
    with pytest.raises(RuntimeError, match="ended with"):
        observer(process, [0], settled=[]).finished(100)
