"""An outage is known by name from its first victim to its first survivor, and never outlives those who wait."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from tests.fakes.clock import FakeClock, settle
from workers.ports.errors import UnavailableError
from workers.runtime.ground import Ground, Waiter
from workers.runtime.retry import OUTAGE
from workers.runtime.supervisor import Supervisor


class Bench:
    """A ground, and an operation that fails as long as it is told."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.news: list[frozenset[str]] = []
        self.ground = Ground(self.clock, random.Random(1), lambda: self.news.append(self.ground.outages))
        self.supervisor = Supervisor()
        self.out = True
        self.tries = 0
        self.done = 0

    async def operation(self) -> None:
        self.tries += 1
        if self.out:
            raise UnavailableError("down at db:5432")

    async def work(self, what: str = "database") -> None:
        await self.ground.until_available(what, self.operation)
        self.done += 1

    async def start(self, what: str = "database") -> asyncio.Task[None]:
        task = self.supervisor.spawn(self.work(what), "work")
        await settle()
        return task


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.supervisor.close()


async def test_an_operation_that_succeeds_knows_of_no_outage(bench: Bench) -> None:
    bench.out = False
    await bench.work()
    assert not bench.ground.is_out
    assert bench.news == []


async def test_an_operation_is_repeated_until_its_ground_is_back(bench: Bench) -> None:
    await bench.start()
    assert bench.ground.outages == {"database"}
    await bench.clock.advance(60)
    assert bench.done == 0
    assert bench.tries > 60 / OUTAGE.max_delay
    bench.out = False
    await bench.clock.advance(OUTAGE.max_delay)
    assert bench.done == 1
    assert not bench.ground.is_out


async def test_whoever_listens_hears_of_an_outage_at_once_and_of_its_end(bench: Bench) -> None:
    await bench.start()
    await bench.start()
    await bench.clock.advance(30)
    assert bench.news == [{"database"}]
    bench.out = False
    await bench.clock.advance(OUTAGE.max_delay)
    assert bench.news == [{"database"}, frozenset()]
    assert bench.done == 2


async def test_an_outage_is_logged_once_with_its_reason(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "workers.runtime.ground")
    await bench.start()
    await bench.clock.advance(30)
    (line,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert (line.__dict__["ground"], line.__dict__["reason"]) == ("database", "down at db:5432")


async def test_different_grounds_are_told_apart(bench: Bench) -> None:
    await bench.start("database")
    await bench.start("broker")
    assert bench.ground.outages == {"database", "broker"}


async def test_an_outage_nobody_waits_for_any_more_is_forgotten(bench: Bench) -> None:
    first, second = await bench.start(), await bench.start()
    first.cancel()
    await settle()
    assert bench.ground.outages == {"database"}
    second.cancel()
    await settle()
    assert bench.ground.outages == set()
    assert bench.news == [{"database"}, frozenset()]


async def test_another_error_ends_the_waiting_and_goes_on(bench: Bench) -> None:
    async def fails() -> None:
        if bench.ground.is_out:
            raise ValueError("a defect")
        raise UnavailableError("down")

    task = bench.supervisor.spawn(bench.ground.until_available("database", fails), "work")
    await bench.clock.advance(10)
    assert isinstance(task.exception(), ValueError)
    assert not bench.ground.is_out


class GroundMachine(RuleBasedStateMachine):
    """Any order of beginnings, ends and departures, against the definition of an outage."""

    def __init__(self) -> None:
        super().__init__()
        self.told: frozenset[str] = frozenset()
        self.ground = Ground(FakeClock(), random.Random(1), self._changed)
        self.lacking: dict[Waiter, str] = {}
        self.waiting: dict[Waiter, str] = {}

    def _changed(self) -> None:
        assert self.ground.outages != self.told, "told although nothing changed"
        self.told = self.ground.outages

    working = Bundle("working")

    @rule(target=working)
    def begins(self) -> Waiter:
        return self.ground.waiter()

    @rule(waiter=working, what=st.sampled_from(["database", "broker", "text_recognition"]))
    def lacks(self, waiter: Waiter, what: str) -> None:
        waiter.lacks(what, "down")
        self.lacking[waiter] = self.waiting[waiter] = what

    @rule(waiter=working)
    def got_past(self, waiter: Waiter) -> None:
        waiter.got_past()
        what = self.lacking.pop(waiter, None)  # also when another had ended the outage and a third met a new one
        self.waiting = {other: lacked for other, lacked in self.waiting.items() if lacked != what}

    @rule(waiter=working)
    def fails_otherwise(self, waiter: Waiter) -> None:
        waiter.leave()
        self.lacking.pop(waiter, None)
        self.waiting.pop(waiter, None)

    @rule(waiter=consumes(working))
    def ends(self, waiter: Waiter) -> None:
        with waiter:
            pass
        self.waiting.pop(waiter, None)

    @invariant()
    def an_outage_is_what_somebody_waits_for(self) -> None:
        assert self.ground.outages == set(self.waiting.values())
        assert self.ground.is_out == bool(self.waiting)
        assert self.told == self.ground.outages


TestGroundMachine = GroundMachine.TestCase
TestGroundMachine.settings = settings(max_examples=60, stateful_step_count=30)
