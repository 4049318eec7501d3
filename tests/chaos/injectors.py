"""How each kind of fault is done and undone: a context that is entered, lasts, and is left."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from contracts.topics import TOPICS, TopicRole, topic_name
from tests.chaos.crew import MOST
from tests.chaos.faults import Fault, FaultKind
from tests.chaos.proxy import Link
from tests.chaos.stage import AREAS, BROKERS, Stage
from tests.chaos.traffic import Load
from tests.services.kafka_admin import leader_of


@dataclass(frozen=True, slots=True)
class Scene:
    """What injectors act on."""

    stage: Stage
    load: Load


Injector = Callable[[Scene, Fault], AbstractAsyncContextManager[str]]
"""Does the fault, gives the name of what it hit, and undoes it."""


@asynccontextmanager
async def _worker_killed(scene: Scene, fault: Fault) -> AsyncIterator[str]:
    worker = scene.stage.crew.pick(fault.choice)
    await asyncio.to_thread(scene.stage.crew.kill, worker)
    yield worker.name
    scene.stage.crew.add()


@asynccontextmanager
async def _worker_stopped(scene: Scene, fault: Fault) -> AsyncIterator[str]:
    worker = scene.stage.crew.pick(fault.choice)
    await asyncio.to_thread(scene.stage.crew.stop, worker)
    yield worker.name
    scene.stage.crew.add()


@asynccontextmanager
async def _worker_frozen(scene: Scene, fault: Fault) -> AsyncIterator[str]:
    worker = scene.stage.crew.pick(fault.choice)
    worker.process.suspend()
    yield worker.name
    worker.process.resume()


@asynccontextmanager
async def _workers_added(scene: Scene, fault: Fault) -> AsyncIterator[str]:
    crew = scene.stage.crew
    free = max(1, MOST - len(crew.workers))
    added = [crew.add() for _ in range(1 + fault.choice % free)]
    yield ", ".join(worker.name for worker in added)
    for worker in added:
        if worker in crew.workers:  # it may have died
            await asyncio.to_thread(crew.stop, worker)


@asynccontextmanager
async def _broker_restarted(scene: Scene, fault: Fault) -> AsyncIterator[str]:
    number = 1 + fault.choice % BROKERS
    await asyncio.to_thread(scene.stage.cluster.stop_broker, number)
    yield f"broker {number}"
    await _back(scene.stage, number)


@asynccontextmanager
async def _leader_killed(scene: Scene, fault: Fault) -> AsyncIterator[str]:
    topic = topic_name(AREAS[fault.choice % len(AREAS)], TopicRole.COMMANDS)
    partition = fault.choice % TOPICS[topic].partitions
    servers = scene.stage.bootstrap_servers
    leader = await asyncio.to_thread(leader_of, servers, topic, partition) or 1
    await asyncio.to_thread(scene.stage.cluster.kill, leader)
    yield f"broker {leader}, leader of {topic}-{partition}"
    await _back(scene.stage, leader)


async def _back(stage: Stage, broker: int) -> None:
    await asyncio.to_thread(stage.cluster.restart, broker)
    await asyncio.to_thread(stage.wait_in_sync)


@asynccontextmanager
async def _broker_links_cut(scene: Scene, fault: Fault) -> AsyncIterator[str]:
    name, links = _broker_links(scene.stage, fault)
    for link in links:
        link.cut()
    yield name
    for link in links:
        link.mend()


@asynccontextmanager
async def _broker_links_stalled(scene: Scene, fault: Fault) -> AsyncIterator[str]:
    name, links = _broker_links(scene.stage, fault)
    for link in links:
        link.stall()
    yield name
    for link in links:
        link.mend()


@asynccontextmanager
async def _broker_links_slow(scene: Scene, fault: Fault) -> AsyncIterator[str]:
    delay = 0.01 + fault.choice % 40 / 1000
    for link in scene.stage.broker_links.values():
        link.delay = delay
    yield f"{delay * 1000:.0f} ms"
    for link in scene.stage.broker_links.values():
        link.delay = 0.0


def _broker_links(stage: Stage, fault: Fault) -> tuple[str, list[Link]]:
    """The link of one broker, or of all."""
    number = fault.choice % (BROKERS + 1)
    if number == 0:
        return "all brokers", list(stage.broker_links.values())
    return f"broker {number}", [stage.broker_links[number]]


@asynccontextmanager
async def _database_killed(scene: Scene, _: Fault) -> AsyncIterator[str]:
    await asyncio.to_thread(scene.stage.database.kill)
    yield "PostgreSQL"
    await asyncio.to_thread(scene.stage.database.start)


@asynccontextmanager
async def _connections_ended(scene: Scene, _: Fault) -> AsyncIterator[str]:
    yield f"{await asyncio.to_thread(scene.stage.end_connections)} connections"


@asynccontextmanager
async def _database_link_cut(scene: Scene, _: Fault) -> AsyncIterator[str]:
    scene.stage.database_link.cut()
    yield "PostgreSQL"
    scene.stage.database_link.mend()


@asynccontextmanager
async def _database_link_stalled(scene: Scene, _: Fault) -> AsyncIterator[str]:
    scene.stage.database_link.stall()
    yield "PostgreSQL"
    scene.stage.database_link.mend()


@asynccontextmanager
async def _database_link_slow(scene: Scene, fault: Fault) -> AsyncIterator[str]:
    scene.stage.database_link.delay = delay = 0.005 + fault.choice % 20 / 1000
    yield f"{delay * 1000:.0f} ms"
    scene.stage.database_link.delay = 0.0


@asynccontextmanager
async def _backends_broken(scene: Scene, _: Fault) -> AsyncIterator[str]:
    scene.stage.control.break_down(broken=True)
    yield "all backends"
    scene.stage.control.break_down(broken=False)


@asynccontextmanager
async def _backends_slow(scene: Scene, fault: Fault) -> AsyncIterator[str]:
    delay = 0.1 + fault.choice % 400 / 1000
    scene.stage.control.slow(delay)
    yield f"{delay * 1000:.0f} ms"
    scene.stage.control.slow(0.0)


@asynccontextmanager
async def _cache_full(scene: Scene, _: Fault) -> AsyncIterator[str]:
    await asyncio.to_thread(scene.stage.fill_cache, full=True)
    yield "Redis"
    await asyncio.to_thread(scene.stage.fill_cache, full=False)


@asynccontextmanager
async def _cache_killed(scene: Scene, _: Fault) -> AsyncIterator[str]:
    await asyncio.to_thread(scene.stage.cache.kill)
    yield "Redis"
    await asyncio.to_thread(scene.stage.cache.start)


@asynccontextmanager
async def _duplicates(scene: Scene, fault: Fault) -> AsyncIterator[str]:
    count = 200 + fault.choice % 800
    scene.load.flood_duplicates(count)
    yield f"{count} records"


@asynccontextmanager
async def _poison(scene: Scene, fault: Fault) -> AsyncIterator[str]:
    count = 50 + fault.choice % 150
    scene.load.flood_poison(count)
    yield f"{count} records"


INJECTORS: Final[dict[FaultKind, Injector]] = {
    FaultKind.WORKER_KILLED: _worker_killed,
    FaultKind.WORKER_STOPPED: _worker_stopped,
    FaultKind.WORKER_FROZEN: _worker_frozen,
    FaultKind.WORKERS_ADDED: _workers_added,
    FaultKind.BROKER_RESTARTED: _broker_restarted,
    FaultKind.LEADER_KILLED: _leader_killed,
    FaultKind.BROKER_LINKS_CUT: _broker_links_cut,
    FaultKind.BROKER_LINKS_STALLED: _broker_links_stalled,
    FaultKind.BROKER_LINKS_SLOW: _broker_links_slow,
    FaultKind.DATABASE_KILLED: _database_killed,
    FaultKind.CONNECTIONS_ENDED: _connections_ended,
    FaultKind.DATABASE_LINK_CUT: _database_link_cut,
    FaultKind.DATABASE_LINK_STALLED: _database_link_stalled,
    FaultKind.DATABASE_LINK_SLOW: _database_link_slow,
    FaultKind.BACKENDS_BROKEN: _backends_broken,
    FaultKind.BACKENDS_SLOW: _backends_slow,
    FaultKind.CACHE_FULL: _cache_full,
    FaultKind.CACHE_KILLED: _cache_killed,
    FaultKind.DUPLICATES: _duplicates,
    FaultKind.POISON: _poison,
}
