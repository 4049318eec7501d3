"""The PostgreSQL of a test run."""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGQUIT
from typing import Final, LiteralString

import psycopg
from psycopg import sql

from tests.services import containers
from tests.services.processes import ServiceProcess, Startable, find_program, free_ports, kill_children
from tests.services.service import Service, ServiceUnavailableError, explicit_url
from tests.services.waiting import wait_until

_START_SECONDS: Final = 30.0
_INITDB_SECONDS: Final = 60.0
_PACKAGED: Final = Path("/usr/lib/postgresql")

# What was committed outlives a killed server, not a power failure. (`synchronous_commit=off` would lose it to a kill.)
_VOLATILE: Final = ("-cfsync=off", "-cfull_page_writes=off")


@dataclass(frozen=True, slots=True)
class PostgresService:
    """A running PostgreSQL; `url` is its administrative database. `server` is there when it is ours to kill."""

    service: Service
    url: str
    server: "NativePostgres | None" = None

    @contextmanager
    def fresh_database(self, template: str = "template1") -> Iterator[str]:
        """The URL of a new database, a copy of the template, that is dropped in the end."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        try:
            yield _with_database(self.url, name)
        finally:
            self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _execute(self, statement: LiteralString, *names: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


class NativePostgres(Startable):
    """A server from the programs of this machine, on loopback and a Unix socket, data in a temporary folder."""

    def __init__(self, *, volatile: bool = True, options: Sequence[str] = ()) -> None:
        self._initdb, self._postgres = _program("initdb"), _program("postgres")
        self._options = (*(_VOLATILE if volatile else ()), *options)
        self._home = Path(tempfile.mkdtemp(prefix="poon-postgres-"))
        self._user = _unprivileged_user()
        if self._user:
            shutil.chown(self._home, self._user)
        (self._port,) = free_ports(1)
        self._process: ServiceProcess | None = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    @property
    def version(self) -> str:
        said = subprocess.run([self._postgres, "--version"], capture_output=True, text=True, check=True, timeout=30)
        return said.stdout.split()[2]

    @property
    def pid(self) -> int:
        return self._running.pid

    def start(self) -> None:
        if not self._data.exists():
            self._initialise()
        self._process = ServiceProcess(
            [
                self._postgres, "-D", self._data, "-p", str(self._port), "-k", self._home,
                "-clisten_addresses=127.0.0.1", "-cmax_connections=200", *self._options,
            ],
            self._home / "postgres.log",
            user=self._user,
        )  # fmt: skip
        wait_until(self._is_ready, f"PostgreSQL at {self.url}", timeout=_START_SECONDS)

    def kill(self) -> None:
        """End at once, as a crash does; `start` recovers on the same data and port."""
        if self._process is not None:
            # Backends have sessions of their own. A busy one would outlive the postmaster and hold the shared memory
            # that the next start needs; frozen first, the postmaster cannot replace the killed ones.
            self._process.suspend()
            kill_children(self._process.pid)
            self._process.kill()
            self._process = None

    def suspend(self) -> None:
        """Freeze the postmaster: nobody new gets a connection. Backends have sessions of their own and run on."""
        self._running.suspend()

    def resume(self) -> None:
        self._running.resume()

    def close(self) -> None:
        if self._process is not None:
            # An immediate shutdown: backends end with it, and its shared memory and semaphores are removed.
            self._process.stop(SIGQUIT)
            self._process = None
        shutil.rmtree(self._home, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self._home / "data"

    @property
    def _running(self) -> ServiceProcess:
        if self._process is None:
            raise RuntimeError("PostgreSQL is not running")
        return self._process

    def _initialise(self) -> None:
        command: list[str | Path] = [
            self._initdb, "-D", self._data, "-U", "postgres", "--auth=trust",
            "--encoding=UTF8", "--locale=C", "--no-sync",
        ]  # fmt: skip
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            user=self._user,
            cwd=self._home,
            timeout=_INITDB_SECONDS,
        )
        if done.returncode != 0:
            raise ServiceUnavailableError(f"initdb failed: {done.stdout}{done.stderr}")

    def _is_ready(self) -> bool:
        self._running.ensure_running()
        try:
            with psycopg.connect(self.url, connect_timeout=2) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


def native_postgres_is_possible() -> bool:
    return _find("initdb") is not None and _find("postgres") is not None


@contextmanager
def best_postgres(*, volatile: bool = True, options: Sequence[str] = ()) -> Iterator[PostgresService]:
    """The best PostgreSQL to be had here; there is no embedded one.

    Args:
        volatile: whether a native one may forget at a power failure, which spares tests the waiting for the disk.
        options: of the server, such as `-cshared_buffers=1GB`; a native one alone is given them.
    """
    if url := explicit_url("POSTGRES"):
        yield PostgresService(Service("PostgreSQL", _version_of(url), "POON_TEST_POSTGRES"), url)
    elif containers.docker_answers():
        with containers.postgres() as (url, image):
            yield PostgresService(Service("PostgreSQL", image, "Docker"), url)
    elif native_postgres_is_possible():
        with NativePostgres(volatile=volatile, options=options) as server:
            yield PostgresService(Service("PostgreSQL", server.version, "native"), server.url, server)
    else:
        raise ServiceUnavailableError(
            "no PostgreSQL: set POON_TEST_POSTGRES, start Docker, or install initdb and postgres"
        )


def _version_of(url: str) -> str:
    with psycopg.connect(url, connect_timeout=10) as connection:
        number = connection.info.server_version
    return f"{number // 10000}.{number % 10000}"


def _with_database(url: str, name: str) -> str:
    before, question, query = url.partition("?")
    return f"{before.rpartition('/')[0]}/{name}{question}{query}"


def _find(program: str) -> Path | None:
    newest_first = sorted(_PACKAGED.glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    return find_program(program, *newest_first)


def _program(name: str) -> Path:
    found = _find(name)
    if found is None:
        raise ServiceUnavailableError(f"no {name} on this machine")
    # initdb looks for its sibling programs beside itself, so a link in PATH must be followed.
    return found.resolve()


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)
