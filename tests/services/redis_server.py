"""The Redis of a test run."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import redis

from tests.services import containers
from tests.services.processes import ServiceProcess, Startable, find_program, free_ports
from tests.services.service import Service, ServiceUnavailableError, explicit_url
from tests.services.waiting import wait_until

_START_SECONDS: Final = 20.0
_PROGRAMS: Final = ("redis-server", "valkey-server")


@dataclass(frozen=True, slots=True)
class RedisService:
    """A running Redis. `server` is there when it is ours to kill."""

    service: Service
    url: str
    server: "NativeRedis | None" = None

    def flush(self) -> None:
        """Empty the database of the URL."""
        with redis.Redis.from_url(self.url) as client:
            client.flushdb()


class NativeRedis(Startable):
    """A server from the programs of this machine, on loopback, without persistence.

    Args:
        options: more of the server's own.
    """

    def __init__(self, options: Sequence[str] = ()) -> None:
        self._options = options
        self._program = _require_program()
        self._home = Path(tempfile.mkdtemp(prefix="poon-redis-"))
        (self._port,) = free_ports(1)
        self._process: ServiceProcess | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    @property
    def port(self) -> int:
        return self._port

    @property
    def version(self) -> str:
        said = subprocess.run([self._program, "--version"], capture_output=True, text=True, check=True, timeout=30)
        return said.stdout.partition("v=")[2].split()[0]

    @property
    def pid(self) -> int:
        return self._running.pid

    def start(self) -> None:
        self._process = ServiceProcess(
            [
                self._program, "--port", str(self._port), "--bind", "127.0.0.1",
                "--save", "", "--appendonly", "no", "--dir", self._home, *self._options,
            ],
            self._home / "redis.log",
        )  # fmt: skip
        wait_until(self._is_ready, f"Redis at {self.url}", timeout=_START_SECONDS)

    def kill(self) -> None:
        """End at once; `start` brings it back, empty, on the same port."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def suspend(self) -> None:
        """Freeze the server: connections stay open and nothing is answered."""
        self._running.suspend()

    def resume(self) -> None:
        self._running.resume()

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self._home, ignore_errors=True)

    @property
    def _running(self) -> ServiceProcess:
        if self._process is None:
            raise RuntimeError("Redis is not running")
        return self._process

    def _is_ready(self) -> bool:
        self._running.ensure_running()
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False


def native_redis_is_possible() -> bool:
    return _find() is not None


@contextmanager
def best_redis() -> Iterator[RedisService]:
    """The best Redis to be had here; there is no embedded one."""
    if url := explicit_url("REDIS"):
        yield RedisService(Service("Redis", _version_of(url), "POON_TEST_REDIS"), url)
    elif containers.docker_answers():
        with containers.redis() as (url, image):
            yield RedisService(Service("Redis", image, "Docker"), url)
    elif native_redis_is_possible():
        with NativeRedis() as server:
            yield RedisService(Service("Redis", server.version, "native"), server.url, server)
    else:
        raise ServiceUnavailableError("no Redis: set POON_TEST_REDIS, start Docker, or install redis-server")


def _version_of(url: str) -> str:
    with redis.Redis.from_url(url) as client:
        return str(client.info("server")["redis_version"])


def _find() -> Path | None:
    return next((found for name in _PROGRAMS if (found := find_program(name))), None)


def _require_program() -> Path:
    found = _find()
    if found is None:
        raise ServiceUnavailableError("no redis-server on this machine")
    return found
