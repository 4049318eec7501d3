"""Migrated databases, and processes that write to them."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from adapters.database import schema
from tests.services.migrated import migrated_sqlite
from tests.services.postgres import PostgresService

StartWriter = Callable[[str, str, int], "subprocess.Popen[str]"]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return migrated_sqlite(tmp_path / "poon.db")


@pytest.fixture(scope="session")
def migrated_template(postgres_service: PostgresService) -> Iterator[str]:
    """The name of a migrated database that nobody is connected to."""
    with postgres_service.fresh_database() as url:
        schema.migrate(url)
        yield str(conninfo_to_dict(url)["dbname"])


@pytest.fixture
def postgres_url(postgres_service: PostgresService, migrated_template: str) -> Iterator[str]:
    with postgres_service.fresh_database(migrated_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def any_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def start_writer() -> Iterator[StartWriter]:
    started: list[subprocess.Popen[str]] = []

    def start(url: str, prefix: str, batches: int) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "tests.integration.database.writing", url, prefix, str(batches)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
