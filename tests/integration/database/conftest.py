"""Migrated databases, and processes that write to them."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.database import schema

StartWriter = Callable[[str, str, int], "subprocess.Popen[str]"]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/poon.db"
    schema.migrate(url)
    return url


@pytest.fixture
def postgres_url(fresh_database: str) -> str:
    schema.migrate(fresh_database)
    return fresh_database


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
