"""Fixtures of the services, started once per run and only when a test asks; and the report of which ones it were.

A pytest plugin: name it in `pytest_plugins` or by `-p tests.services.fixtures`.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, Final, TypeVar

import pytest

from tests.services.kafka import KafkaService, best_kafka
from tests.services.postgres import PostgresService, best_postgres
from tests.services.redis_server import RedisService, best_redis
from tests.services.s3 import S3Service, best_s3
from tests.services.service import Service, ServiceUnavailableError, explicit_url, in_ci

USED: Final = pytest.StashKey[list[str]]()
FINDINGS: Final = pytest.StashKey[list[str]]()

_SIDE_BY_SIDE: Final = 2  # each with services of its own: about 1.5 GB

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
    if str(service) not in used:
        used.append(str(service))


def note_finding(config: pytest.Config, finding: str) -> None:
    """Have the end of the run tell a figure that a test measured."""
    config.stash.setdefault(FINDINGS, []).append(finding)


def services_report(config: pytest.Config) -> list[str]:
    """One line for each service that the run used."""
    return config.stash.get(USED, [])


def pytest_xdist_auto_num_workers() -> int:
    """How many processes share the tests by `-n auto`: one if a service was given, which they would have to share."""
    given = any(explicit_url(name) for name in ("KAFKA", "POSTGRES", "REDIS", "S3"))
    return 1 if given else min(_SIDE_BY_SIDE, os.cpu_count() or 1)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a process that has a share of the tests: tell the one that reports."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["services"], told["findings"] = session.config.stash.get(USED, []), session.config.stash.get(FINDINGS, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:  # noqa: ANN401, ARG001  xdist exports no types; the names are pytest's
    """In the process that reports: take in what the others used and measured."""
    told: dict[str, list[str]] = getattr(node, "workeroutput", {})
    for key, name in ((USED, "services"), (FINDINGS, "findings")):
        lines = node.config.stash.setdefault(key, [])
        lines += [line for line in told.get(name, []) if line not in lines]


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
