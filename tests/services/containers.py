"""Services from Docker, where an engine answers.

testcontainers takes a second to import, which a run without Docker is spared.
"""

import functools
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.services.processes import find_program

_ANSWER_SECONDS: Final = 10.0
_KAFKA: Final = "confluentinc/cp-kafka:8.0.0"
_POSTGRES: Final = "postgres:17-alpine"
_REDIS: Final = "redis:7-alpine"


@functools.cache
def docker_answers() -> bool:
    """Whether there is a Docker engine, not only its client."""
    docker = find_program("docker")
    if docker is None:
        return False
    command: list[str | Path] = [docker, "info", "--format", "{{.ServerVersion}}"]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_ANSWER_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0 and bool(done.stdout.strip())


@contextmanager
def kafka() -> Iterator[tuple[str, str]]:
    """Bootstrap servers and version."""
    from testcontainers.community.kafka import KafkaContainer  # noqa: PLC0415

    container = KafkaContainer(_KAFKA).with_kraft().with_env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
    with container:
        yield container.get_bootstrap_server(), _KAFKA


@contextmanager
def postgres() -> Iterator[tuple[str, str]]:
    """URL and version."""
    from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415

    with PostgresContainer(_POSTGRES, driver=None) as container:
        yield container.get_connection_url(), _POSTGRES


@contextmanager
def redis() -> Iterator[tuple[str, str]]:
    """URL and version."""
    from testcontainers.community.redis import RedisContainer  # noqa: PLC0415

    with RedisContainer(_REDIS) as container:
        host, port = container.get_container_host_ip(), container.get_exposed_port(container.port)
        yield f"redis://{host}:{port}/0", _REDIS
