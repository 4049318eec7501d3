"""Judging cache, model servers and images: each finding is provoked, and healthy ones have none."""

from dataclasses import dataclass

import pytest

from workers.entrypoints.doctor.findings import Severity
from workers.entrypoints.doctor.services import (
    ModelServer,
    look_at_cache,
    look_at_images,
    look_at_model,
    only_backends,
)
from workers.ports.errors import UnavailableError
from workers.ports.examining import CacheState, ServerState

REDIS = CacheState("7.2", "volatile-ttl", used=10, most=100)
QWEN = "qwen3:8b"


@dataclass
class FakeCache:
    """A cache that answers what it is told to."""

    answer: CacheState | Exception | None

    async def state(self) -> CacheState | None:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class FakeServer:
    """A model server that answers what it is told to."""

    answer: ServerState | Exception

    async def state(self) -> ServerState:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class FakeImages:
    """A store with or without an obstacle."""

    answer: str | None

    async def obstacle(self) -> str | None:
        return self.answer


@pytest.mark.parametrize("state", [None, REDIS, REDIS._replace(most=0, eviction="noeviction")])
async def test_a_healthy_cache_has_no_findings(state: CacheState | None) -> None:
    assert await look_at_cache(FakeCache(state), counts_budgets=True) == []


@pytest.mark.parametrize(
    ("state", "words", "severity"),
    [
        (UnavailableError("Redis at r:6379 cannot be used"), "cannot be used", Severity.WARNING),
        (REDIS._replace(eviction="noeviction", used=96), "the Redis is full", Severity.WARNING),
        (REDIS._replace(eviction="noeviction"), "a bound of memory", Severity.NOTICE),
        (REDIS._replace(eviction="allkeys-lru"), "may forget any key", Severity.NOTICE),
    ],
)
async def test_a_cache_in_trouble_is_told(state: CacheState | Exception, words: str, severity: Severity) -> None:
    (finding,) = await look_at_cache(FakeCache(state), counts_budgets=True)
    assert words in finding.what
    assert finding.severity is severity


async def test_a_cache_without_budgets_may_forget_what_it_likes() -> None:
    assert await look_at_cache(FakeCache(REDIS._replace(eviction="allkeys-lru")), counts_budgets=False) == []


@pytest.mark.parametrize("models", [(QWEN, "other"), (f"{QWEN}:latest",)])
async def test_a_healthy_model_server_has_no_findings(models: tuple[str, ...]) -> None:
    server = ModelServer(FakeServer(ServerState(200, models)), QWEN)
    assert await look_at_model("ollama", server) == []


@pytest.mark.parametrize(
    ("answer", "words", "severity"),
    [
        (UnavailableError("it cannot be asked"), "cannot be asked", Severity.WARNING),
        (ServerState(401, None), "refuses the key (401)", Severity.WARNING),
        (ServerState(503, None), "answers 503", Severity.WARNING),
        (ServerState(429, None), "answers 429", Severity.WARNING),
        (ServerState(404, None), "does not tell its models (404)", Severity.NOTICE),
        (ServerState(200, None), "does not tell its models (200)", Severity.NOTICE),
        (ServerState(200, ("other",)), f"has no model {QWEN}; it has other", Severity.WARNING),
    ],
)
async def test_a_model_server_in_trouble_is_told(
    answer: ServerState | Exception, words: str, severity: Severity
) -> None:
    (finding,) = await look_at_model("ollama", ModelServer(FakeServer(answer), QWEN))
    assert words in finding.what
    assert finding.severity is severity


async def test_the_only_backend_of_a_capability_is_worse_to_miss() -> None:
    server = ModelServer(FakeServer(ServerState(401, None)), QWEN, ("text_recognition",))
    (finding,) = await look_at_model("ollama", server)
    assert (finding.severity, "text_recognition" in finding.means) == (Severity.CRITICAL, True)


def test_a_backend_is_the_only_one_where_its_chain_has_no_other() -> None:
    chains = {"text_extraction": ["rules", "ollama"], "text_recognition": ["ollama"], "categorization": ["rules"]}
    assert only_backends(chains, "ollama") == ("text_recognition",)


async def test_images_are_told_by_what_stands_in_the_way() -> None:
    assert await look_at_images(FakeImages(None)) == []
    (finding,) = await look_at_images(FakeImages("there is no such bucket"))
    assert (finding.severity, finding.what) == (Severity.CRITICAL, "there is no such bucket")
