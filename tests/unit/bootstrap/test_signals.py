"""What the signals lead to, sent to this very process; time is real, and short."""

import asyncio
import logging
import os
import queue
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from adapters.clock import SystemClock
from tests.services.waiting import eventually
from workers.bootstrap import signals
from workers.bootstrap.signals import EXIT_CODE, SIGNALS, Stop, StopSignals

LONG = 3_600.0


@dataclass
class Scene:
    stop: Stop = field(default_factory=Stop)
    ends: "queue.SimpleQueue[int]" = field(default_factory=queue.SimpleQueue)

    @contextmanager
    def listening(self, drain_timeout: float = LONG) -> Iterator[None]:
        with StopSignals(self.stop, SystemClock(), drain_timeout, self.ends.put):
            yield


@pytest.fixture
async def scene() -> Scene:
    return Scene()


def send(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", SIGNALS)
async def test_the_first_signal_drains_and_does_not_abort(scene: Scene, number: signal.Signals) -> None:
    with scene.listening():
        send(number)
        await eventually(scene.stop.drain.is_set, "the drain")
    assert not scene.stop.abort.is_set()
    assert scene.ends.empty()


@pytest.mark.parametrize("second", SIGNALS)
async def test_the_second_signal_aborts_whichever_it_is(scene: Scene, second: signal.Signals) -> None:
    with scene.listening():
        send(signal.SIGTERM)
        await eventually(scene.stop.drain.is_set, "the drain")
        send(second)
        await eventually(scene.stop.abort.is_set, "the abort")


async def test_signals_in_quick_succession_are_all_counted(scene: Scene) -> None:
    with scene.listening():
        for _ in range(3):
            send(signal.SIGTERM)
        assert await asyncio.to_thread(scene.ends.get, timeout=30) == EXIT_CODE


async def test_a_blocked_event_loop_does_not_keep_a_third_signal_from_ending_the_process(scene: Scene) -> None:
    with scene.listening():
        for _ in range(3):
            send(signal.SIGTERM)
        assert scene.ends.get(timeout=30) == EXIT_CODE  # blocks the loop: no event can have been set
        assert not scene.stop.abort.is_set()


async def test_a_drain_that_does_not_end_in_time_is_ended(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), scene.listening(drain_timeout=-signals.MARGIN):
        send(signal.SIGTERM)
        assert await asyncio.to_thread(scene.ends.get, timeout=30) == EXIT_CODE
    assert [record.__dict__["reason"] for record in caplog.records] == ["the drain did not end in time"]


async def test_without_a_signal_nothing_ends_and_the_handlers_are_as_before(scene: Scene) -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    threads = threading.active_count()
    with scene.listening():
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before
    await eventually(lambda: threading.active_count() == threads, "the thread to end")
    assert scene.ends.empty()


async def test_the_time_goes_on_after_the_context_for_a_process_that_does_not_end(scene: Scene) -> None:
    with scene.listening(drain_timeout=0.2 - signals.MARGIN):
        send(signal.SIGTERM)
        await eventually(scene.stop.drain.is_set, "the drain")
    assert await asyncio.to_thread(scene.ends.get, timeout=30) == EXIT_CODE
