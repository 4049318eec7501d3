"""The services of a bench run: one Kafka, one PostgreSQL and, on demand, one Redis for all contenders."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg
from sqlalchemy import make_url

from adapters.database.schema import migrate
from tests.bench.collector import Collector
from tests.services.kafka import KafkaService, best_kafka
from tests.services.postgres import PostgresService, best_postgres
from tests.services.redis_server import RedisService, best_redis

_SHOWN: Final = (
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
    "max_wal_size",
    "checkpoint_timeout",
)
ROOMY: Final = ("-cshared_buffers=4GB", "-cmax_wal_size=16GB", "-ccheckpoint_timeout=15min")
"""PostgreSQL as a server of its own is set up for many writes; by default it is set up to start on anything.

Its manual: 19.4.1 has a quarter of the memory as the reasonable beginning for `shared_buffers`, and a larger
`max_wal_size` with it; 30.5, that checkpoints further apart write fewer whole pages.
"""


@dataclass
class Ground:
    """What runs.

    Attributes:
        template: the name of a migrated, empty database, which each round gets a copy of.
    """

    kafka: KafkaService
    postgres: PostgresService
    collector: Collector
    template: str
    _stack: ExitStack
    _redis: RedisService | None = field(default=None)

    @property
    def redis(self) -> RedisService:
        """Redis, started when first asked for."""
        if self._redis is None:
            self._redis = self._stack.enter_context(best_redis())
        return self._redis

    @property
    def service_pids(self) -> dict[str, tuple[int, ...]]:
        """The processes of each service that is ours to look into; one that was found running is left out."""
        cluster, postgres = self.kafka.cluster, self.postgres.server
        redis = self._redis.server if self._redis else None
        found = {
            "kafka": cluster.pids if cluster else (),
            "postgresql": (postgres.pid,) if postgres else (),
            "redis": (redis.pid,) if redis else (),
        }
        return {name: pids for name, pids in found.items() if pids}

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The URL of a migrated, empty database; what others left to write is on the disk by then."""
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        with self.postgres.fresh_database(self.template) as url:
            yield url

    def facts(self) -> dict[str, str]:
        """What to know of the services when reading the results."""
        with psycopg.connect(self.postgres.url) as connection:
            shown = {name: str(connection.execute(f"SHOW {name}").fetchall()[0][0]) for name in _SHOWN}
        settings = ", ".join(f"{name}={value}" for name, value in shown.items() if name != "server_version")
        services = {
            "Kafka": str(self.kafka.service),
            "PostgreSQL": f"{self.postgres.service}, {settings}",
        }
        return services | ({"Redis": str(self._redis.service)} if self._redis else {})


@contextmanager
def ground(*, roomy: bool = False) -> Iterator[Ground]:
    """The best services to be had, a durable PostgreSQL among them, for the length of a run.

    Args:
        roomy: whether PostgreSQL has the memory of a server for many writes, not the one it has by default.
    """
    with ExitStack() as stack:
        kafka = stack.enter_context(best_kafka(steady=True))
        postgres = stack.enter_context(best_postgres(volatile=False, options=ROOMY if roomy else ()))
        url = stack.enter_context(postgres.fresh_database())
        migrate(url)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="poon-bench-")))
        collector = stack.enter_context(Collector(folder))
        yield Ground(kafka, postgres, collector, make_url(url).database or "", stack)
