"""The services of a run: three brokers, a database and a cache, with proxies between them and the workers."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psycopg
import redis

from adapters.database.schema import migrate
from tests.chaos.control import CONTROL_VARIABLE, Control
from tests.chaos.crew import Crew
from tests.chaos.proxy import Link
from tests.ledger.observe import reset_topics
from tests.services.kafka import native_kafka_is_possible
from tests.services.kafka_admin import in_sync
from tests.services.kafka_jars import kafka_version
from tests.services.kafka_native import MoreListeners, NativeKafka
from tests.services.postgres import NativePostgres, native_postgres_is_possible
from tests.services.redis_server import NativeRedis, native_redis_is_possible
from tests.services.waiting import wait_until
from workers.ports.clock import Clock

AREAS: Final = ("receipts", "texts", "spending")
GROUP: Final = "chaos"
GROUPS: Final = tuple(f"{GROUP}.{area}" for area in AREAS)
MORE_AREAS: Final = (*AREAS, "statements", "insights", "workflows")
"""With those that only workflows give something to do."""
BROKERS: Final = 3
LISTENER: Final = "WORKERS"
"""The brokers' listener behind the proxies."""
IN_SYNC_SECONDS: Final = 60.0
# Below what an empty server holds, so that every write is refused.
FULL: Final = "500kb"


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything there is to break.

    Attributes:
        broker_links: the link to each broker.
        database_link: the link to the database.
        control: of the backends.
        store: the folder of the workers' object store.
        areas: whose workers there are.
    """

    cluster: NativeKafka
    database: NativePostgres
    cache: NativeRedis
    broker_links: Mapping[int, Link]
    database_link: Link
    control: Control
    crew: Crew
    store: Path
    areas: tuple[str, ...] = AREAS

    @property
    def bootstrap_servers(self) -> str:
        """The brokers without proxies, for whoever is no worker."""
        return self.cluster.bootstrap_servers

    def wait_in_sync(self) -> None:
        """Wait until every replica is in sync: one more broker may go then; blocks."""
        wait_until(lambda: in_sync(self.bootstrap_servers), "replicas in sync", timeout=IN_SYNC_SECONDS)

    def end_connections(self) -> int:
        """Have the database end the workers' connections, and tell how many; blocks."""
        with psycopg.connect(self.database.url, autocommit=True) as connection:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'poon-workers'"
            ).fetchall()
        return len(ended)

    def fill_cache(self, *, full: bool) -> None:
        """Have the cache refuse every write, or take them again; blocks."""
        with redis.Redis.from_url(self.cache.url) as client:
            client.config_set("maxmemory", FULL if full else "0")

    def versions(self) -> dict[str, str]:
        """What the run stood on."""
        return {
            "Apache Kafka": f"{kafka_version()}, {BROKERS} brokers, KRaft, replication 3, min.insync.replicas 2",
            "PostgreSQL": self.database.version,
            "Redis": self.cache.version,
        }


def missing() -> str | None:
    """What a stage needs and is not here; None when it can be set."""
    needs = {
        "a JDK, and Kafka's jars or Maven": native_kafka_is_possible(),
        "initdb and postgres": native_postgres_is_possible(),
        "redis-server": native_redis_is_possible(),
    }
    return next((name for name, there in needs.items() if not there), None)


@asynccontextmanager
async def open_stage(folder: Path, clock: Clock, areas: tuple[str, ...] = AREAS) -> AsyncIterator[Stage]:
    """Start the services, with topics and tables; no worker runs yet."""
    async with AsyncExitStack() as stack:
        cluster = NativeKafka(BROKERS, MoreListeners({LISTENER: "PLAINTEXT"}))
        stack.callback(cluster.close)
        links = {
            number: await stack.enter_async_context(Link(address, clock))
            for number, address in cluster.addresses_of(LISTENER).items()
        }
        cluster.advertise(LISTENER, {number: link.address for number, link in links.items()})
        await asyncio.to_thread(cluster.start)
        database = stack.enter_context(NativePostgres())
        cache = stack.enter_context(NativeRedis())
        database_link = await stack.enter_async_context(Link(_address(database.url), clock))
        await asyncio.to_thread(reset_topics, cluster.bootstrap_servers, BROKERS)
        await asyncio.to_thread(migrate, database.url)
        control = Control(folder / "control.json")
        store = folder / "store"
        environment = {
            "POON_RUNTIME__AREAS": ",".join(areas),
            "POON_IMAGES__URL": f"file://{store}",
            "POON_KAFKA__BOOTSTRAP_SERVERS": ",".join(link.address for link in links.values()),
            "POON_DATABASE__URL": database.url.replace(_address(database.url), database_link.address),
            "POON_CACHE__URL": cache.url,
            CONTROL_VARIABLE: str(control.file),
        }
        crew = Crew(_SETTINGS | environment, folder)
        stack.callback(crew.close)
        yield Stage(cluster, database, cache, links, database_link, control, crew, store, areas)


def _address(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}"


_SETTINGS: Final = {
    "POON_KAFKA__GROUP_ID": GROUP,
    "POON_KAFKA__SESSION_TIMEOUT_SECONDS": "6",
    "POON_KAFKA__REBALANCE_TIMEOUT_SECONDS": "6",
    "POON_KAFKA__REQUEST_TIMEOUT_SECONDS": "5",
    "POON_DATABASE__CONNECT_TIMEOUT_SECONDS": "5",
    "POON_HTTP__PORT": "0",
    "POON_RUNTIME__DRAIN_TIMEOUT_SECONDS": "10",
    # A break of the backends is outlasted by retries: 16 attempts take 8 s at the very least, 20 s as a rule.
    "POON_RUNTIME__RETRY__ATTEMPTS": "16",
    "POON_RUNTIME__RETRY__BASE_DELAY_SECONDS": "0.2",
    "POON_RUNTIME__RETRY__MAX_DELAY_SECONDS": "3",
    # Pictures here cost nothing to read: as many receipts in flight as on a machine of 20 cores.
    "POON_OCR__PROCESSES": "20",
}
