"""The services of `make rolling`: Kafka with one broker or three, PostgreSQL and Redis, as programs of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.chaos.stage import IN_SYNC_SECONDS
from tests.rolling.fleet import Place
from tests.services.kafka_admin import in_sync
from tests.services.kafka_jars import kafka_version
from tests.services.kafka_native import NativeKafka
from tests.services.postgres import NativePostgres, PostgresService
from tests.services.redis_server import NativeRedis
from tests.services.service import Service
from tests.services.waiting import wait_until


@dataclass(frozen=True, slots=True)
class Services:
    """What runs."""

    cluster: NativeKafka
    postgres: PostgresService
    cache: NativeRedis

    @contextmanager
    def fresh_place(self) -> Iterator[Place]:
        """With an empty database; blocks."""
        with self.postgres.fresh_database() as url:
            replicas = len(self.cluster.brokers)
            yield Place(self.cluster.bootstrap_servers, url, self.cache.url, replicas)

    def kill(self, number: int) -> None:
        """End a broker as a power failure does; blocks."""
        self.cluster.kill(number)

    def bring_back(self, number: int) -> None:
        """Start it again, and wait until every copy is in step; blocks."""
        self.cluster.restart(number)
        servers = self.cluster.bootstrap_servers
        wait_until(lambda: in_sync(servers), "replicas in sync", timeout=IN_SYNC_SECONDS)

    def facts(self) -> dict[str, str]:
        """What a run stood on."""
        brokers = len(self.cluster.brokers)
        copies = f"{brokers} brokers, replication {brokers}, min.insync.replicas {brokers - 1}"
        return {
            "Apache Kafka": f"{kafka_version()}, KRaft, {copies if brokers > 1 else 'one broker'}",
            "PostgreSQL": self.postgres.service.version,
            "Redis": self.cache.version,
        }


@contextmanager
def open_services(brokers: int) -> Iterator[Services]:
    """Start them; no topic and no table is there yet."""
    with NativeKafka(brokers) as cluster, NativePostgres() as database, NativeRedis() as cache:
        service = Service("PostgreSQL", database.version, "native")
        yield Services(cluster, PostgresService(service, database.url, database), cache)
