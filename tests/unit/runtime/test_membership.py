import asyncio

from tests.fakes.clock import FakeClock, settle
from workers.runtime.membership import LONG_SLEEP, Membership


async def test_a_worker_that_looks_often_enough_is_certain_at_once() -> None:
    clock = FakeClock()
    membership = Membership(clock)
    for _ in range(3):
        clock.jump(LONG_SLEEP)
        assert not membership.look()
    await membership.certain()


async def test_a_long_sleep_leaves_it_in_doubt_until_the_group_confirms_it() -> None:
    clock = FakeClock()
    membership = Membership(clock)
    clock.jump(LONG_SLEEP + 0.1)
    waiting = asyncio.get_running_loop().create_task(membership.certain())
    await settle()
    assert membership.in_doubt
    assert not waiting.done()
    membership.confirm(clock.monotonic())
    await settle()
    assert waiting.done()
    assert not membership.in_doubt


async def test_what_the_group_said_before_the_sleep_confirms_nothing() -> None:
    clock = FakeClock()
    membership = Membership(clock)
    clock.jump(LONG_SLEEP + 0.1)
    assert membership.look()
    membership.confirm(clock.monotonic() - 0.1)
    assert membership.in_doubt
