"""How each fault is done, and how the page of its alert has it mended."""

import asyncio
from dataclasses import replace
from typing import Any, Final

from aiokafka import AIOKafkaConsumer

from adapters.kafka.assignors import sticky_assignor
from contracts.topics import TopicRole, topic_name
from tests.drills.runbooks import exports, of_program
from tests.drills.scene import Scene
from tests.drills.stage import reads_amounts
from tests.services.model_server import Behaviour, Response
from workers.ports.clock import Clock

CAPACITY: Final = 2.0
"""Questions a second that the slow model server answers."""
POISON_RATE: Final = 10
"""Records that are no commands, a second."""
AREA: Final = "texts"
TOO_LITTLE: Final = 10
"""Megabytes that a worker is short of."""
ENOUGH: Final = 250
"""Megabytes below which `docs/operators.md` says that workers of these areas stay."""
RESTARTED_AFTER: Final = 1.0
"""Seconds after which a dead worker is started again: an orchestrator's first wait is 10 s, and time is divided."""


async def kill_broker(scene: Scene) -> str:
    await asyncio.to_thread(scene.stage.broker.kill)
    return "the only broker, by kill -9"


async def bring_broker_back(scene: Scene) -> list[str]:
    await asyncio.to_thread(scene.stage.broker.restart)
    return ["1: the broker is started again"]


async def kill_database(scene: Scene) -> str:
    await asyncio.to_thread(scene.stage.database.kill)
    return "the server and all its connections, by kill -9"


async def bring_database_back(scene: Scene) -> list[str]:
    await asyncio.to_thread(scene.stage.database.start)
    return ["1: the database is started again"]


def one_at_a_time(clock: Clock) -> Behaviour:
    """A server that answers rightly, one question after the other, so that they queue when it is asked more."""
    free_at = clock.monotonic()

    def behave(request: dict[str, Any]) -> Response:
        nonlocal free_at
        now = clock.monotonic()
        free_at = max(now, free_at) + 1 / CAPACITY
        return replace(reads_amounts(request), late=free_at - now)

    return behave


async def slow_model_down(scene: Scene) -> str:
    scene.stage.models.behave = one_at_a_time(scene.stage.clock)
    return f"the model server, which answers {CAPACITY:g} questions a second from now on"


async def take_model_out(scene: Scene) -> list[str]:
    """The chain without it, as the page has it, in one worker after the other."""
    settings = exports(scene.acts)
    for worker in scene.stage.workers:
        worker.environment.update(settings)
        await asyncio.to_thread(worker.stop)
        await asyncio.to_thread(worker.start_and_wait)
    checks = [await scene.carry_out(command) for command in of_program(scene.acts, "poon config")]
    return [*(f"1: `export {name}={value}`" for name, value in settings.items()), *checks, "1: workers started anew"]


async def flood_with_poison(scene: Scene) -> str:
    async def flood() -> None:
        while scene.going.is_set():
            scene.stage.load.flood_poison(POISON_RATE)
            await scene.stage.clock.sleep(1.0)

    scene.group.create_task(flood())
    return f"a sender of {POISON_RATE} records a second that are no commands"


async def stop_the_sender(scene: Scene) -> list[str]:
    scene.going.clear()
    codes = ("malformed_message", "unknown_type", "invalid_envelope")
    discard = of_program(scene.acts, "poon dlq discard")[0]
    done = [await scene.carry_out(discard, CODE=code, AREA=AREA) for code in codes]
    return ["1: the sender was told and has stopped", *done]


async def lose_a_connection(scene: Scene) -> str:
    """The next question is never answered, as when a connection is lost without a word; all others are."""
    lost = asyncio.Event()

    def behave(request: dict[str, Any]) -> Response:
        answer = reads_amounts(request)
        if lost.is_set():
            return answer
        lost.set()
        return replace(answer, hangs=True)

    scene.stage.models.behave = behave
    return "one question to the model server, whose handler never ends"


async def stop_the_worker_that_is_stuck(scene: Scene) -> list[str]:
    worker = scene.stage.worker_at(scene.fired["instance"])
    await asyncio.to_thread(worker.stop)
    await asyncio.to_thread(worker.start_and_wait)
    return ["2: the worker that the alert names was stopped and started again"]


async def storm(scene: Scene) -> str:
    """Members of the group's own kind that come and go, one after the other."""

    async def come_and_go() -> None:
        while scene.going.is_set():
            member = AIOKafkaConsumer(
                topic_name(AREA, TopicRole.COMMANDS),
                bootstrap_servers=scene.stage.bootstrap_servers,
                group_id=f"{scene.stage.group}.{AREA}",
                partition_assignment_strategy=(sticky_assignor(lambda: -1),),
                enable_auto_commit=False,
            )
            try:
                await member.start()
            finally:
                await member.stop()

    scene.group.create_task(come_and_go())
    return f"the group of {AREA}: a member that joins and leaves again and again"


async def stop_the_member(scene: Scene) -> list[str]:
    scene.going.clear()
    return ["1: the member that came and went is stopped"]


async def limit_memory(scene: Scene) -> str:
    """A worker is started anew with less memory than its work takes; an orchestrator starts it again when it dies."""
    worker = scene.stage.workers[0]
    assert worker.limit is not None
    limit = worker.limit
    megabytes = limit.used_megabytes - TOO_LITTLE
    await asyncio.to_thread(worker.stop)
    limit.limit_to(megabytes)

    async def orchestrate() -> None:
        while scene.going.is_set():
            if not worker.is_alive:
                await asyncio.to_thread(worker.start)
            await scene.stage.clock.sleep(RESTARTED_AFTER)

    scene.group.create_task(orchestrate())
    return f"{worker.name}, started anew with a limit of {megabytes} MB, {TOO_LITTLE} less than its work took before"


async def give_it_memory(scene: Scene) -> list[str]:
    worker = scene.stage.workers[0]
    assert worker.limit is not None
    kills = worker.limit.kills
    worker.limit.limit_to(ENOUGH)
    return [f"1: the limit is {ENOUGH} MB; the kernel had killed {kills} processes for their memory"]
