"""Applied for real: topics on Apache Kafka, roles on PostgreSQL, and what they may and may not do there."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict
from redis import Redis

from adapters.clock import SystemClock
from adapters.database.engine import open_database
from adapters.database.schema import migrate
from adapters.database.store import SqlDecisionStore
from adapters.kafka.admin import KafkaTopicAdmin
from adapters.kafka.connection import KafkaConnection
from contracts.topics import FLEET_TOPICS, reply_topic
from infra.tools.terraform import FOLDER, Terraform, terraform
from tests.conformance.database.owners import OWNER, erase, keep_all_kinds
from tests.integration.terraform.applying import apply, needs
from tests.ledger.observe import delete_topics
from tests.services.kafka import KafkaService
from tests.services.postgres import PostgresService
from tests.services.redis_server import NativeRedis, native_redis_is_possible
from tests.services.s3 import S3Service
from workers.ports.topics import topic_differences

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

WANTED = (*FLEET_TOPICS, reply_topic("mobile"))
ROLES = ("owner", "worker", "privacy", "operator", "reader")


@pytest.fixture
def kafka(kafka_service: KafkaService) -> str:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker makes its topics itself")
    delete_topics(kafka_service.bootstrap_servers, *(topic.name for topic in WANTED))
    return kafka_service.bootstrap_servers


@pytest.fixture
def database(postgres_service: PostgresService) -> Iterator[tuple[str, str]]:
    """An administrative URL, and the name of a database that Terraform is to make; a login for each role is there."""
    url, name = postgres_service.url, f"tf_{uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as connection:
        for role in ROLES:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(f"{name}_{role}_login")))
        yield url, name
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        for role in ROLES:
            for each in (f"{name}_{role}_login", f"{name}_{role}"):
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(each)))


def values(kafka: str, url: str, name: str, revision: str | None) -> dict[str, Any]:
    server = conninfo_to_dict(url)
    return {
        "kafka": {"bootstrap_servers": kafka, "replication_factor": 1, "min_insync": 1, "tls": False},
        "reply_callers": {"mobile": "User:mobile"},
        "access": None,
        "database": {
            "server": {"host": server["host"], "port": int(str(server["port"])), "user": server["user"]},
            "name": name,
            "logins": {f"{name}_{role}_login": role for role in ROLES},
            "schema_revision": revision,
        },
        "release": {
            "enabled": False,
            "namespace": "poon",
            "image": {"repository": "poon-workers"},
            "database_secret": "poon-database",
        },
    }


def test_what_is_applied_is_what_the_registry_says_and_the_roles_may_do_what_they_need_and_no_more(
    kafka: str, database: tuple[str, str]
) -> None:
    url, name = database
    if "localhost" not in url and "127.0.0.1" not in url:
        pytest.skip("logins without passwords are for a server of this machine")
    with terraform(FOLDER) as ready:
        apply(ready, values(kafka, url, name, None))
        asyncio.run(topics_agree(kafka))
        revision = migrate(login(url, name, "owner"))
        apply(ready, values(kafka, url, name, revision))
    asyncio.run(work_and_erase(url, name))
    refused(url, name)


@pytest.mark.skipif(not native_redis_is_possible(), reason="needs a redis-server of its own, whose users are few")
def test_a_cache_and_a_bucket_are_made_where_they_are_asked_for(s3_service: S3Service) -> None:
    for program in ("redis-cli", "aws"):
        needs(program)
    with NativeRedis() as redis, terraform(FOLDER) as ready:
        given = {
            **values("localhost:9092", "postgresql://postgres@localhost:5432/postgres", "poon", None),
            "cache": {
                "server": {"host": "127.0.0.1", "port": redis.port, "tls": False},
                "users": {"poon-workers": {"role": "worker"}},
            },
            "objects": {
                "server": {"region": s3_service.region, "endpoint": s3_service.endpoint},
                "bucket": f"files-{uuid4().hex[:8]}",
            },
        }
        password = "w0rk-w0rk"
        environment = {**s3_service.environment, "POON_CACHE_PASSWORD_POON_WORKERS": password}
        started = Terraform(ready.copy, {**ready.environment, **environment})
        apply(started, given, "-target=module.cache", "-target=module.objects")
        told = json.loads(started.run("output", "-json"))
        with Redis.from_url(f"redis://poon-workers:{password}@127.0.0.1:{redis.port}/0") as worker:
            worker.set("poon:key", "value")
    assert told["cache_access"]["value"]["worker"].startswith("~poon:* ")
    assert "s3:GetObject" in told["object_policies"]["value"]["worker"]
    with closing(s3_service.client()) as client:
        assert client.get_bucket_lifecycle_configuration(Bucket=given["objects"]["bucket"])["Rules"]


async def topics_agree(kafka: str) -> None:
    topics = WANTED
    admin = KafkaTopicAdmin(KafkaConnection(kafka), SystemClock())
    states = await admin.describe(topic.name for topic in topics)
    assert topic_differences(topics, states) == ()
    assert [state.partitions for state in states.values()] == [topic.partitions for topic in topics]


def login(url: str, name: str, role: str) -> str:
    server = conninfo_to_dict(url)
    return f"postgresql://{name}_{role}_login@{server['host']}:{server['port']}/{name}"


async def work_and_erase(url: str, name: str) -> None:
    """Everything a worker stores, by the worker's login; and an erasure, by that of the area privacy."""
    worker = open_database(login(url, name, "worker"))
    await keep_all_kinds(SqlDecisionStore(worker), OWNER)
    await worker.close()
    privacy = open_database(login(url, name, "privacy"))
    assert (await erase(privacy))["events"] == 5
    await privacy.close()


def refused(url: str, name: str) -> None:
    for role, statement in (
        ("worker", "DELETE FROM events"),
        ("worker", "UPDATE events SET data = ''"),
        ("worker", "DELETE FROM spending_entries"),
        ("worker", "INSERT INTO owner_erasures DEFAULT VALUES"),
        ("worker", "CREATE TABLE mine (id int)"),
        ("privacy", "DELETE FROM owner_erasures"),
        ("operator", "DELETE FROM dead_letters"),
        ("operator", "SELECT * FROM spending_entries"),
        ("reader", "UPDATE spending_entries SET merchant = ''"),
    ):
        with may_not(login(url, name, role)) as connection:
            connection.execute(sql.SQL(statement))
    with psycopg.connect(login(url, name, "reader")) as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (0,)


@contextmanager
def may_not(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url) as connection, pytest.raises(errors.InsufficientPrivilege):
        yield connection
