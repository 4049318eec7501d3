"""The module cache, applied to a real Redis: what its users may do there, and where their passwords are not."""

import hashlib
import logging
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
import redis

from adapters.cache.examining import RedisExaminer
from adapters.cache.opening import open_cache
from adapters.cache.redis import KEY_PREFIX
from adapters.clock import SystemClock
from infra.tools.terraform import FOLDER, CheckError, Terraform
from tests.conformance.cache.suite import CacheSuite
from tests.integration.terraform.applying import alone, apply, needs, nothing_to_do
from tests.services.certificates import Authority
from tests.services.processes import free_ports
from tests.services.redis_server import NativeRedis, native_redis_is_possible
from workers.ports.cache import Cache

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not native_redis_is_possible(), reason="needs a redis-server of its own, whose users are few"),
]

ADMINISTRATOR: Final = "t0p-of-all"
PASSWORDS: Final = {"poon-workers": "w0rk-w0rk", "poon-privacy": "f0rget-me", "poon-operate": "l00k-only"}
ROLES: Final = {"poon-workers": "worker", "poon-privacy": "privacy", "poon-operate": "operator"}
# Everybody may ask whether it lives.
USERS: Final = f"user default on nopass resetkeys resetchannels -@all +ping\nuser top on >{ADMINISTRATOR} ~* &* +@all\n"

NOTING: Final = """#!/bin/sh
echo "$*" >> "$NOTES"
exec {program} "$@"
"""


@contextmanager
def with_users(folder: Path) -> Iterator[NativeRedis]:
    """A server with a file of users, and an administrator in it."""
    file = folder / "users.acl"
    file.write_text(USERS)
    with NativeRedis(["--aclfile", str(file)]) as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeRedis]:
    """The server that is applied to once, for tests that leave it as it is."""
    with with_users(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[NativeRedis]:
    """A server of the test's own, to be changed."""
    with with_users(tmp_path) as running:
        yield running


def given(server: NativeRedis, **changed: object) -> dict[str, object]:
    usual = {
        "server": {"host": "127.0.0.1", "port": server.port, "user": "top", "tls": False},
        "users": {name: {"role": role, "password_revision": 1} for name, role in ROLES.items()},
        "memory": {"bytes": 64 * 1024 * 1024, "policy": "volatile-ttl"},
    }
    return usual | changed


def environment(**changed: str) -> dict[str, str]:
    told = {f"POON_CACHE_PASSWORD_{name.upper().replace('-', '_')}": password for name, password in PASSWORDS.items()}
    return {"REDISCLI_AUTH": ADMINISTRATOR, **told, **changed}


@pytest.fixture(scope="module")
def applied(server: NativeRedis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Terraform, str, str]]:
    """Terraform behind its apply, what it said, and the arguments redis-cli was called with."""
    needs("redis-cli")
    folder = tmp_path_factory.mktemp("noting")
    program = folder / "redis-cli"
    program.write_text(NOTING.format(program=shutil.which("redis-cli")))
    program.chmod(0o755)
    noting = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "NOTES": str(folder / "notes")}
    with alone("cache", environment(**noting)) as ready:
        said = apply(ready, given(server))
        yield ready, said, (folder / "notes").read_text()


def url(server: NativeRedis, user: str, password: str | None = None, database: int = 0) -> str:
    return f"redis://{user}:{password or PASSWORDS[user]}@127.0.0.1:{server.port}/{database}"


def administrator(server: NativeRedis) -> redis.Redis:
    return redis.Redis.from_url(f"redis://top:{ADMINISTRATOR}@127.0.0.1:{server.port}/0")


@pytest.mark.usefixtures("applied")
class TestPrivacy(CacheSuite):
    """Who erases does everything a cache can do."""

    @pytest.fixture
    async def cache(self, server: NativeRedis) -> AsyncIterator[Cache]:
        with administrator(server) as client:
            client.flushall()
        cache = open_cache(url(server, "poon-privacy"), SystemClock())
        yield cache
        await cache.close()


@pytest.mark.usefixtures("applied")
@pytest.mark.parametrize("database", [0, 1])
async def test_a_worker_remembers_and_counts(
    server: NativeRedis, database: int, caplog: pytest.LogCaptureFixture
) -> None:
    cache = open_cache(url(server, "poon-workers", database=database), SystemClock())
    with caplog.at_level(logging.WARNING, "adapters.cache.redis"):
        await cache.put("lines", b"65.00", 60)
        assert await cache.get("lines") == b"65.00"
        await cache.delete("lines")
        assert await cache.get("lines") is None
        await cache.delete("calls")
        assert [await cache.add("calls", amount, 60) for amount in (1, 41)] == [1, 42]
    await cache.close()
    assert not caplog.records, "the cache was refused something, and went on without it"


@pytest.mark.usefixtures("applied")
async def test_the_doctor_sees_the_memory_by_the_operators_login(server: NativeRedis) -> None:
    state = await RedisExaminer(url(server, "poon-operate"), 5).state()
    assert state is not None
    assert (state.most, state.eviction) == (64 * 1024 * 1024, "volatile-ttl")


REFUSED: Final = {
    "poon-workers": (
        "FLUSHALL", "FLUSHDB", "KEYS *", "SCAN 0", "CONFIG GET *", "CONFIG SET maxmemory 0", "INFO", "ACL LIST",
        "MONITOR", "SHUTDOWN", "CLIENT LIST", "EVAL return(1) 0", "PUBLISH poon:channel x", "GET others:key",
        "SET others:key 1", "DEL others:key", "INCRBY others:key 1", "RENAME poon:a poon:b", "DUMP poon:key",
        "UNLINK poon:key", "EXPIRE poon:key 1",
    ),
    "poon-privacy": ("FLUSHALL", "FLUSHDB", "KEYS *", "CONFIG GET *", "UNLINK others:key", "GET others:key", "INFO"),
    "poon-operate": ("GET poon:key", "SET poon:key 1", "SCAN 0", "KEYS *", "CONFIG SET maxmemory 0", "FLUSHALL"),
}  # fmt: skip


@pytest.mark.usefixtures("applied")
@pytest.mark.parametrize("user", REFUSED)
def test_what_the_fleet_does_not_ask_for_is_refused(server: NativeRedis, user: str) -> None:
    allowed = []
    with redis.Redis.from_url(url(server, user)) as client:
        for command in REFUSED[user]:
            try:
                client.execute_command(*command.split())
            except redis.exceptions.NoPermissionError:
                continue
            allowed.append(command)
    assert not allowed


def test_users_are_there_again_when_the_server_starts_again(own_server: NativeRedis) -> None:
    needs("redis-cli")
    with alone("cache", environment()) as ready:
        apply(ready, given(own_server))
    own_server.kill()
    own_server.start()
    with redis.Redis.from_url(url(own_server, "poon-workers")) as client:
        assert client.get("poon:key") is None


def test_no_password_is_told_kept_in_the_state_or_given_as_an_argument(applied: tuple[Terraform, str, str]) -> None:
    ready, said, arguments = applied
    state = (ready.copy / "terraform.tfstate").read_text()
    assert "poon-workers" in state
    assert "-h 127.0.0.1" in arguments
    for password in (ADMINISTRATOR, *PASSWORDS.values()):
        for secret in (password, hashlib.sha256(password.encode()).hexdigest()):
            assert not [place for place in (state, said, arguments) if secret in place]


def test_a_password_is_changed_by_way_of_two_that_are_good(own_server: NativeRedis) -> None:
    both = environment(POON_CACHE_PASSWORD_POON_WORKERS=f"n3w-one {PASSWORDS['poon-workers']}")
    with alone("cache", both) as ready:
        apply(ready, given(own_server))
        assert logs_in(own_server, "n3w-one")
        assert logs_in(own_server, PASSWORDS["poon-workers"])

        changed = {"poon-workers": {"role": "worker", "password_revision": 2}}
        after = Terraform(ready.copy, {**ready.environment, **environment(POON_CACHE_PASSWORD_POON_WORKERS="n3w-one")})
        apply(after, given(own_server, users=changed))
        assert logs_in(own_server, "n3w-one")
        assert not logs_in(own_server, PASSWORDS["poon-workers"])
        with administrator(own_server) as client:
            assert client.acl_users() == ["default", "poon-workers", "top"], "who is not in the list may still log in"

        apply(after, given(own_server, users={}))
        assert not logs_in(own_server, "n3w-one")


def logs_in(server: NativeRedis, password: str) -> bool:
    try:
        with redis.Redis.from_url(url(server, "poon-workers", password)) as client:
            client.get("poon:key")
    except redis.exceptions.AuthenticationError:
        return False
    return True


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"POON_CACHE_PASSWORD_POON_WORKERS": ""}, "POON_CACHE_PASSWORD_POON_WORKERS is not set"),
        ({"REDISCLI_AUTH": "wr0ng"}, "the user poon-workers could not be made"),
    ],
)
def test_what_cannot_be_done_fails_and_says_why(server: NativeRedis, changed: dict[str, str], said: str) -> None:
    one = {"poon-workers": {"role": "worker", "password_revision": 1}}
    with alone("cache", environment(**changed)) as ready, pytest.raises(CheckError, match=said):
        apply(ready, given(server, users=one, memory=None))


def test_a_redis_that_lets_nothing_be_set_is_told_about_and_used() -> None:
    """As managed services do: no CONFIG; and this one has no file of users, and everybody is its administrator."""
    users = {"poon-workers": {"role": "worker", "password_revision": 1}}
    with NativeRedis(["--rename-command", "CONFIG", ""]) as server:
        place = {"host": "127.0.0.1", "port": server.port, "tls": False}
        with alone("cache", {**environment(), "REDISCLI_AUTH": ""}) as ready:
            said = apply(ready, given(server, users=users) | {"server": place})
            nothing_to_do(ready)
        assert logs_in(server, PASSWORDS["poon-workers"])
    for told in (
        "does not let maxmemory be set", "does not let maxmemory-policy be set", "no bound of memory",
        "users are gone when this Redis starts again", "everybody may do everything",
    ):  # fmt: skip
        assert told in said


def test_users_are_made_over_tls_and_a_stranger_is_not_told_their_passwords(tmp_path: Path) -> None:
    ours, theirs = Authority(tmp_path, "ours"), Authority(tmp_path, "theirs")
    certificate = ours.issue("redis", "127.0.0.1")
    (port,) = free_ports(1)
    options = {
        "tls-port": port, "tls-cert-file": certificate.certificate, "tls-key-file": certificate.key,
        "tls-ca-cert-file": ours.file, "tls-auth-clients": "no",
    }  # fmt: skip
    users = {"poon-workers": {"role": "worker", "password_revision": 1}}
    server = {"host": "127.0.0.1", "port": port, "tls": True}
    with NativeRedis([word for name, value in options.items() for word in (f"--{name}", str(value))]) as running:
        usual = given(running, users=users, memory=None)
        with alone("cache", {**environment(), "REDISCLI_AUTH": ""}) as ready:
            with pytest.raises(CheckError, match="could not be made"):
                apply(ready, usual | {"server": {**server, "ca_file": str(theirs.file)}})
            apply(ready, usual | {"server": {**server, "ca_file": str(ours.file)}})
        assert logs_in(running, PASSWORDS["poon-workers"])


def test_the_keys_users_may_reach_are_those_the_fleet_makes() -> None:
    assert f'keys = "~{KEY_PREFIX}*"' in (FOLDER / "modules/cache/rights.tf").read_text()


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("noeviction", "takes nothing new once it is full"),
        ("allkeys-lru", "may forget counters of budgets first (allkeys-lru)"),
        ("volatile-ttl", None),
    ],
)
def test_a_policy_is_judged_as_the_doctor_judges_it(own_server: NativeRedis, policy: str, told: str | None) -> None:
    with administrator(own_server) as client:
        client.config_set("maxmemory", "64mb")
        client.config_set("maxmemory-policy", policy)
    with alone("cache", environment()) as ready:
        said = apply(ready, given(own_server, users={}, memory=None))
    assert f"warning: this Redis {told}" in said if told else "warning" not in said
