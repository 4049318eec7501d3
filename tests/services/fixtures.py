"""Fixtures of the services, started once per run and only when a test asks; and the report of which ones it were.

A pytest plugin: name it in `pytest_plugins` or by `-p tests.services.fixtures`.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Final, TypeVar

import pytest

from tests.services.kafka import KafkaService, best_kafka
from tests.services.postgres import PostgresService, best_postgres
from tests.services.redis_server import RedisService, best_redis
from tests.services.s3 import S3Service, best_s3
from tests.services.service import Service, ServiceUnavailableError, in_ci

USED: Final = pytest.StashKey[list[Service]]()
FINDINGS: Final = pytest.StashKey[list[str]]()

AnyService = TypeVar("AnyService", KafkaService, PostgresService, RedisService, S3Service)


@pytest.fixture(scope="session")
def kafka_service(pytestconfig: pytest.Config) -> Iterator[KafkaService]:
    with _started(best_kafka(), pytestconfig) as kafka:
        yield kafka


@pytest.fixture(scope="session")
def postgres_service(pytestconfig: pytest.Config) -> Iterator[PostgresService]:
    with _started(best_postgres(), pytestconfig) as postgres:
        yield postgres


@pytest.fixture(scope="session")
def redis_service(pytestconfig: pytest.Config) -> Iterator[RedisService]:
    with _started(best_redis(), pytestconfig) as redis:
        yield redis


@pytest.fixture(scope="session")
def s3_service(pytestconfig: pytest.Config) -> Iterator[S3Service]:
    with _started(best_s3(), pytestconfig) as s3:
        yield s3


@pytest.fixture
def fresh_database(postgres_service: PostgresService) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test's own."""
    with postgres_service.fresh_database() as url:
        yield url


@pytest.fixture
def fresh_redis(redis_service: RedisService) -> str:
    """The URL of an empty Redis."""
    redis_service.flush()
    return redis_service.url


@pytest.fixture
def fresh_bucket(s3_service: S3Service) -> str:
    """The name of an empty bucket of this test's own."""
    return s3_service.fresh_bucket()


def note_service(config: pytest.Config, service: Service) -> None:
    """Have the end of the run name this service too."""
    used = config.stash.setdefault(USED, [])
    if service not in used:
        used.append(service)


def note_finding(config: pytest.Config, finding: str) -> None:
    """Have the end of the run tell a figure that a test measured."""
    config.stash.setdefault(FINDINGS, []).append(finding)


def services_report(config: pytest.Config) -> list[str]:
    """One line for each service that the run used."""
    return [str(service) for service in config.stash.get(USED, [])]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for title, lines in (("services", services_report(config)), ("findings", config.stash.get(FINDINGS, []))):
        if lines:
            terminalreporter.section(title)
            for line in lines:
                terminalreporter.write_line(line)


@contextmanager
def _started(service: AbstractContextManager[AnyService], config: pytest.Config) -> Iterator[AnyService]:
    with ExitStack() as stack:
        try:
            running = stack.enter_context(service)
        except ServiceUnavailableError as error:
            # On a developer's machine a missing service costs its tests; in CI it would hide that they never ran.
            if in_ci():
                raise
            pytest.skip(str(error))
        note_service(config, running.service)
        yield running
