"""Judges the cache, the model servers and the store of images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Final, NamedTuple

from workers.entrypoints.doctor.findings import Finding, critical, notice, runbook, some, warning
from workers.entrypoints.exits import ExitCode
from workers.ports.errors import UnavailableError
from workers.ports.examining import CacheExaminer, CacheState, ModelServerExaminer, ServerState, StoreExaminer

_CACHE: Final = "docs/operators.md#what-a-worker-needs"
_MODELS: Final = "docs/operators.md#model-servers"
_REFUSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
NEARLY: Final = 0.95


async def look_at_cache(examiner: CacheExaminer, *, counts_budgets: bool) -> Sequence[Finding]:
    """Whether the shared memory is there, and what it does when it is full."""
    try:
        state = await examiner.state()
    except UnavailableError as error:
        return [
            warning(
                str(error),
                "Answers are not remembered and budgets are counted in each process: it costs time and money, never"
                " correctness.",
                "Bring it back, or correct POON_CACHE__URL.",
                _CACHE,
            )
        ]
    return [] if state is None else list(judge_cache(state, counts_budgets=counts_budgets))


def judge_cache(state: CacheState, *, counts_budgets: bool) -> Iterator[Finding]:
    """Judge a Redis that answers."""
    if not state.most:
        return
    if state.eviction == "noeviction" and state.used >= NEARLY * state.most:
        yield warning(
            "the Redis is full, and its policy is noeviction",
            "It takes nothing new: answers are not remembered, and budgets are not counted in common.",
            "Set `maxmemory-policy volatile-ttl` (all the fleet keeps there expires), or give it more memory.",
            _CACHE,
        )
    elif state.eviction == "noeviction":
        yield notice(
            "the Redis has a bound of memory and the policy noeviction",
            "Once it is full it takes nothing new.",
            "Set `maxmemory-policy volatile-ttl`: all the fleet keeps there expires.",
            _CACHE,
        )
    elif counts_budgets and state.eviction.startswith("allkeys"):
        yield notice(
            f"the Redis may forget any key when it is full ({state.eviction}), and budgets are counted in it",
            "A counter that is forgotten begins anew: more than the budget may be spent.",
            "Set `maxmemory-policy volatile-ttl`: counters live longest and go last.",
            _CACHE,
        )


class ModelServer(NamedTuple):
    """A model server that is in a chain.

    Attributes:
        model: that is to be asked.
        only_in: the chains that have no other backend.
    """

    examiner: ModelServerExaminer
    model: str
    only_in: tuple[str, ...] = ()


async def look_at_model(name: str, server: ModelServer) -> Sequence[Finding]:
    """Whether it answers, takes the key and has the model; nothing is asked that costs anything."""
    try:
        state = await server.examiner.state()
    except UnavailableError as error:
        return [_away(name, server, str(error))]
    return list(judge_model(name, server, state))


def judge_model(name: str, server: ModelServer, state: ServerState) -> Iterator[Finding]:
    """Judge what a server says of its models."""
    if state.status in _REFUSED:
        yield _away(name, server, f"the model server {name} refuses the key ({state.status})")
    elif state.status >= HTTPStatus.INTERNAL_SERVER_ERROR or state.status == HTTPStatus.TOO_MANY_REQUESTS:
        yield _away(name, server, f"the model server {name} answers {state.status}")
    elif state.models is None:
        yield notice(
            f"the model server {name} does not tell its models ({state.status})",
            "Whether it has the one that is to be asked shows only when it is.",
            "Check its base_url, which ends with /v1 with most servers.",
            _MODELS,
        )
    elif not _has(state.models, server.model):
        yield _away(
            name, server, f"the model server {name} has no model {server.model}; it has {some(list(state.models))}"
        )


def _has(models: Sequence[str], wanted: str) -> bool:
    """Ollama tells `qwen3` as `qwen3:latest`."""
    return wanted in models or f"{wanted}:latest" in models


def _away(name: str, server: ModelServer, what: str) -> Finding:
    do = f"Check models.servers.{name} (base_url, model), its key in POON_MODELS__API_KEYS, and that the server runs."
    if server.only_in:
        return critical(
            what,
            f"It is the only backend for {', '.join(server.only_in)}: commands that need it wait.",
            do,
            runbook("PoonModelServerDown"),
        )
    return warning(
        what,
        "The next backend of each chain answers instead, and outcomes are labelled degraded.",
        do,
        runbook("PoonModelServerDown"),
    )


async def look_at_images(examiner: StoreExaminer) -> Sequence[Finding]:
    """Whether images sent by reference can be read."""
    obstacle = await examiner.obstacle()
    if obstacle is None:
        return []
    return [
        critical(
            obstacle,
            "Commands whose images come by reference fail after their attempts, and become dead letters.",
            "Correct POON_IMAGES__URL or the rights on it; then `poon dlq redrive --code storage_unavailable`.",
            runbook("PoonAttemptsFail"),
            ExitCode.UNAVAILABLE,
        )
    ]


def only_backends(chains: Mapping[str, Sequence[str]], name: str) -> tuple[str, ...]:
    """The capabilities whose chain consists of this one backend."""
    return tuple(capability for capability, links in chains.items() if list(links) == [name])
