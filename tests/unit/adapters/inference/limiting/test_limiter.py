"""Calls go through in their order, never more at a time than allowed, and no place is ever lost."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from adapters.inference.limiting import ConcurrencyLimiter, LimitBounds
from contracts.errors import ErrorCode
from tests.fakes.clock import FakeClock, settle
from workers.ports.errors import BackendBusyError, BackendError, ImageError, UnavailableError
from workers.ports.status import BackendGauge, BackendStatus
from workers.runtime.supervisor import Supervisor

PATIENT = 3600.0


class Bench:
    """A limiter and calls that end when they are told."""

    def __init__(self, limit: int, patience: float = PATIENT) -> None:
        self.clock = FakeClock()
        self.limiter = ConcurrencyLimiter("engine", LimitBounds(limit, limit, limit), self.clock, patience)
        self.begun: list[int] = []
        self.results: dict[int, str] = {}
        self.tasks: dict[int, asyncio.Task[None]] = {}
        self._ends: dict[int, asyncio.Future[str]] = {}
        self._supervisor = Supervisor()

    def start(self, number: int) -> None:
        self._ends[number] = asyncio.get_running_loop().create_future()
        self.tasks[number] = self._supervisor.spawn(self._call(number), f"call {number}")

    def end(self, number: int, error: Exception | None = None) -> None:
        if error is None:
            self._ends[number].set_result("answer")
        else:
            self._ends[number].set_exception(error)

    async def close(self) -> None:
        await self._supervisor.close()

    @property
    def gauge(self) -> BackendGauge:
        return self.limiter

    @property
    def status(self) -> BackendStatus:
        return self.gauge.status

    async def _call(self, number: int) -> None:
        async def operation() -> str:
            self.begun.append(number)
            return await self._ends[number]

        try:
            self.results[number] = await self.limiter.call(operation)
        except (BackendBusyError, BackendError) as error:
            self.results[number] = type(error).__name__


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench(2)
    yield bench
    await bench.close()


async def test_calls_beyond_the_limit_wait_and_go_through_in_their_order(bench: Bench) -> None:
    for number in range(5):
        bench.start(number)
    await settle()
    assert bench.begun == [0, 1]
    assert bench.status == BackendStatus("engine", limit=2, in_flight=2, waiting=3)
    bench.end(1)
    await settle()
    assert bench.begun == [0, 1, 2]
    bench.end(0)
    bench.end(2)
    await settle()
    assert bench.begun == [0, 1, 2, 3, 4]
    assert bench.status == BackendStatus("engine", limit=2, in_flight=2, waiting=0)


async def test_a_newcomer_does_not_overtake_those_who_wait(bench: Bench) -> None:
    for number in range(3):
        bench.start(number)
    await settle()
    bench.end(0)
    bench.start(3)
    await settle()
    assert bench.begun == [0, 1, 2]


async def test_a_call_cancelled_while_it_waits_leaves_its_turn_to_the_next(bench: Bench) -> None:
    for number in range(4):
        bench.start(number)
    await settle()
    bench.tasks[2].cancel()
    await settle()
    assert bench.status.waiting == 1
    bench.end(0)
    await settle()
    assert bench.begun == [0, 1, 3]


async def test_a_call_cancelled_in_the_moment_its_turn_comes_passes_the_place_on(bench: Bench) -> None:
    for number in range(4):
        bench.start(number)
    await settle()
    turns = bench.limiter._waiting  # noqa: SLF001  the moment between being given a place and running
    bench.end(0)
    while len(turns) == 2:
        await settle(1)
    bench.tasks[2].cancel()
    await settle()
    assert bench.begun == [0, 1, 3]
    assert bench.status == BackendStatus("engine", limit=2, in_flight=2, waiting=0)


async def test_a_call_cancelled_at_the_backend_gives_its_place_back(bench: Bench) -> None:
    for number in range(3):
        bench.start(number)
    await settle()
    bench.tasks[0].cancel()
    await settle()
    assert bench.begun == [0, 1, 2]


async def test_a_call_whose_turn_does_not_come_is_told_that_the_backend_is_busy() -> None:
    bench = Bench(1, patience=0.0)
    bench.start(0)
    await settle()
    bench.start(1)
    await bench.tasks[1]
    assert bench.results[1] == "BackendBusyError"
    assert bench.begun == [0]
    assert bench.status == BackendStatus("engine", limit=1, in_flight=1, waiting=0)
    await bench.close()


async def test_busy_names_the_backend_and_is_no_failed_attempt() -> None:
    bench = Bench(1, patience=0.0)
    bench.start(0)
    await settle()
    with pytest.raises(UnavailableError, match="engine: no turn within 0 s"):
        await bench.limiter.call(settle)
    await bench.close()


@pytest.mark.parametrize(
    ("error", "limit"),
    [
        (BackendError(ErrorCode.BACKEND_UNAVAILABLE, "gone"), 1),
        (UnavailableError("gone"), 1),
        (TimeoutError(), 1),
        (ImageError(ErrorCode.IMAGE_UNREADABLE, "damaged"), 8),
        (ZeroDivisionError(), 8),
    ],
)
async def test_only_failures_of_the_backend_bring_its_limit_down(error: Exception, limit: int) -> None:
    clock = FakeClock()
    limiter = ConcurrencyLimiter("engine", LimitBounds(1, 8, 8), clock, PATIENT)

    async def failing() -> None:
        clock.jump(0.1)
        raise error

    for _ in range(300):
        with pytest.raises(type(error)):
            await limiter.call(failing)
    assert limiter.status.limit == limit


async def test_a_limit_that_comes_down_lets_what_is_under_way_end_before_it_lets_more_through() -> None:
    clock = FakeClock()
    limiter = ConcurrencyLimiter("engine", LimitBounds(1, 8, 8), clock, PATIENT)
    gate = asyncio.Event()
    supervisor = Supervisor()

    async def slow() -> None:
        await gate.wait()

    async def failing() -> None:
        clock.jump(0.1)
        raise BackendError(ErrorCode.BACKEND_UNAVAILABLE, "gone")

    for _ in range(4):
        supervisor.spawn(limiter.call(slow), "slow")
    await settle()
    for _ in range(100):
        if limiter.status.limit <= 4:
            break
        with pytest.raises(BackendError):
            await limiter.call(failing)
    late = supervisor.spawn(limiter.call(settle), "late")
    await settle()
    assert (limiter.status.in_flight, limiter.status.waiting, late.done()) == (4, 1, False)
    gate.set()
    await settle(200)
    assert late.done()
    assert (limiter.status.in_flight, limiter.status.waiting) == (0, 0)
    await supervisor.close()


class LimiterMachine(RuleBasedStateMachine):
    """Any order of calls, ends, failures and cancellations, against a queue."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.bench = self._run_in_loop()
        self.waiting: list[int] = []
        self.under_way: list[int] = []
        self.begun: list[int] = []
        self.calls = 0

    def _run_in_loop(self) -> Bench:
        async def make() -> Bench:
            return Bench(3)

        return self.runner.run(make())

    def _do(self, *steps: tuple[str, int]) -> None:
        async def doing() -> None:
            for step, number in steps:
                if step == "cancel":
                    self.bench.tasks[number].cancel()
                elif step == "fail":
                    self.bench.end(number, BackendError(ErrorCode.BACKEND_TIMEOUT, "slow"))
                else:
                    getattr(self.bench, step)(number)
            await settle()

        self.runner.run(doing())

    def _move_up(self) -> None:
        while self.waiting and len(self.under_way) < 3:
            number = self.waiting.pop(0)
            self.under_way.append(number)
            self.begun.append(number)

    @rule(how_many=st.integers(1, 4))
    def call(self, how_many: int) -> None:
        numbers = range(self.calls, self.calls + how_many)
        self.calls += how_many
        self._do(*(("start", number) for number in numbers))
        self.waiting += numbers
        self._move_up()

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), how=st.sampled_from(["end", "fail", "cancel"]))
    def leave(self, data: st.DataObject, how: str) -> None:
        number = data.draw(st.sampled_from(self.under_way))
        self._do((how, number))
        self.under_way.remove(number)
        self._move_up()

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def give_up_waiting(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.waiting))
        self._do(("cancel", number))
        self.waiting.remove(number)

    @precondition(lambda self: self.under_way and self.waiting)
    @rule()
    def end_and_cancel_the_next_in_one_moment(self) -> None:
        ended, cancelled = self.under_way[0], self.waiting[0]
        self._do(("end", ended), ("cancel", cancelled))
        self.under_way.remove(ended)
        self.waiting.remove(cancelled)
        self._move_up()

    @invariant()
    def it_is_as_a_queue_would_be(self) -> None:
        status = self.bench.status
        assert (status.in_flight, status.waiting) == (len(self.under_way), len(self.waiting))
        assert self.bench.begun == self.begun

    def teardown(self) -> None:
        self.runner.run(self.bench.close())
        self.runner.close()


TestLimiterMachine = LimiterMachine.TestCase
TestLimiterMachine.settings = settings(max_examples=40, stateful_step_count=25)
