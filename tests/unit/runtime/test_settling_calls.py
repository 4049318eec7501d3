"""A call of a handler is made or closed: none is left behind by a task that ends before it begins."""

import inspect
from collections.abc import Awaitable, Coroutine
from typing import Any

from contracts.base import Command
from contracts.commands.texts import ParseText
from contracts.events.texts import TextParsed
from tests.fakes.clock import settle
from tests.fakes.commands import decision, text_record
from tests.unit.runtime.test_settling import Bench, delivered
from workers.ports.handling import CommandContext, Decision


def catch_calls(bench: Bench) -> list[Coroutine[Any, Any, Decision]]:
    """Every call of the handler from now on, begun or not."""
    calls: list[Coroutine[Any, Any, Decision]] = []

    async def called(context: CommandContext) -> Decision:
        bench.contexts.append(context)
        return decision()

    def handle(_: Command, context: CommandContext) -> Awaitable[Decision]:
        calls.append(called(context))
        return calls[-1]

    bench.handlers[ParseText] = handle
    return calls


async def test_a_call_whose_task_is_cancelled_before_its_first_step_is_closed_and_not_left_unmade() -> None:
    bench = Bench()
    calls = catch_calls(bench)
    delivery = delivered()
    bench.settler.start(delivery)
    (call,) = calls
    assert inspect.getcoroutinestate(call) == inspect.CORO_CREATED
    assert delivery.task is not None
    delivery.task.cancel()
    await settle()
    assert inspect.getcoroutinestate(call) == inspect.CORO_CLOSED
    assert bench.contexts == []
    await bench.supervisor.close()


async def test_a_worker_that_closes_leaves_no_call_unmade() -> None:
    bench = Bench()
    calls = catch_calls(bench)
    for number in range(3):
        bench.settler.start(delivered(text_record(number)))
    await bench.supervisor.close()
    assert [inspect.getcoroutinestate(call) for call in calls] == [inspect.CORO_CLOSED] * 3
    assert bench.contexts == []


async def test_a_call_that_turns_out_to_wait_is_closed_before_its_command_is_looked_up() -> None:
    bench = Bench()
    calls = catch_calls(bench)
    delivery = delivered()
    delivery.is_unknown = True
    bench.settler.start(delivery)
    assert [inspect.getcoroutinestate(call) for call in calls] == [inspect.CORO_CLOSED]
    await bench.clock.advance(60)
    assert isinstance(bench.only_outcome(), TextParsed)
    assert [inspect.getcoroutinestate(call) for call in calls] == [inspect.CORO_CLOSED] * 2
    await bench.supervisor.close()
