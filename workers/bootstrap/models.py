"""Wires model servers and chains. Without any, the local backends stand alone, with nothing around them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final, TypeVar

from adapters.inference.chain.breaker import BreakerPolicy
from adapters.inference.chain.budget import Allowance, Budget, Tariff
from adapters.inference.chain.capabilities import (
    CategorizationChain,
    ReceiptExtractionChain,
    TextExtractionChain,
    TextRecognitionChain,
)
from adapters.inference.chain.chain import Step
from adapters.inference.chain.guard import GuardedServer, GuardPolicy, Protection
from adapters.inference.chain.memory import ResponseMemory
from adapters.inference.limiting import ConcurrencyLimiter, LimitBounds
from adapters.inference.noted import Asked, NotedClient
from workers.config import Link, ModelServerSettings, Settings
from workers.config.models import LOCAL
from workers.ports.cache import Cache
from workers.ports.clock import Clock
from workers.ports.inference import Categorization, ReceiptExtraction, TextExtraction, TextRecognition
from workers.ports.status import BackendGauge, ModelGauge

B = TypeVar("B")

PATIENCE: Final = 0.5
"""Share of a question's time that it waits for its turn; the rest is for the server itself."""


@dataclass(frozen=True, slots=True)
class Backends:
    """What answers each capability."""

    recognition: TextRecognition
    receipts: ReceiptExtraction
    texts: TextExtraction
    categories: Categorization


@dataclass(frozen=True, slots=True)
class Server:
    """A model server that is asked.

    Attributes:
        trust: how often its fields are right, 0..1.
    """

    asker: GuardedServer
    limiter: ConcurrencyLimiter
    trust: float


@dataclass(frozen=True, slots=True)
class Serving:
    """The capabilities with their chains, and who tells of the servers in them."""

    backends: Backends
    limiters: tuple[BackendGauge, ...] = ()
    models: tuple[ModelGauge, ...] = ()


async def serving(settings: Settings, local: Backends, cache: Cache, clock: Clock, stack: AsyncExitStack) -> Serving:
    """The capabilities as the chains say, with clients that are closed with the stack."""
    chains = settings.chains.by_capability
    named = dict.fromkeys(link.name for chain in chains.values() for link in chain if link.name not in LOCAL)
    if not named:
        return Serving(local)
    servers = {name: await _server(settings, name, cache, clock, stack) for name in named}
    backends = _chained(chains, local, servers)
    return Serving(
        backends,
        tuple(server.limiter for server in servers.values()),
        tuple(server.asker for server in servers.values()),
    )


async def _server(settings: Settings, name: str, cache: Cache, clock: Clock, stack: AsyncExitStack) -> Server:
    # The library takes a while to import, and most fleets ask no model.
    from adapters.inference.models.client import OpenAIClient, ServerAddress  # noqa: PLC0415

    chosen = settings.models.servers[name]
    address = ServerAddress(
        base_url=chosen.base_url,
        model=chosen.model,
        api_key=settings.models.keys.get(name),
        timeout_seconds=chosen.timeout_seconds,
        structure=chosen.structure,
        temperature=chosen.temperature,
        limit_as=chosen.limit_as,
        thinking_tokens=chosen.thinking_tokens,
        logprobs=chosen.logprobs,
    )
    client = await stack.enter_async_context(OpenAIClient(address, clock))
    backend = f"{name}/{chosen.model}"
    concurrency = settings.concurrency
    limiter = ConcurrencyLimiter(
        backend,
        LimitBounds(concurrency.minimum, concurrency.maximum, concurrency.initial),
        clock,
        PATIENCE * chosen.total_seconds,
    )
    protection = Protection(
        identity=_identity(chosen),
        limiter=limiter,
        budget=_budget(name, chosen, cache, clock),
        memory=ResponseMemory(cache, settings.models.cache_seconds),
        tariff=Tariff(chosen.input_price, chosen.output_price, chosen.currency),
        policy=GuardPolicy(attempts=chosen.attempts, total=chosen.total_seconds),
        breaker=breaker_policy(chosen),
    )
    asked = Asked(backend, chosen.model, chosen.base_url, chosen.temperature, protection.tariff)
    noted = NotedClient(client, asked, clock)
    return Server(GuardedServer(backend, noted, protection, clock, random.Random()), limiter, chosen.trust)


def breaker_policy(chosen: ModelServerSettings) -> BreakerPolicy:
    """When a server is left alone, and for how long."""
    return BreakerPolicy(
        window=chosen.breaker_window_seconds,
        least_calls=chosen.breaker_least_calls,
        share=chosen.breaker_share,
        rest=chosen.breaker_rest_seconds,
        longest_rest=chosen.breaker_longest_rest_seconds,
    )


def _identity(chosen: ModelServerSettings) -> str:
    """What an answer depends on besides the question."""
    of_the_answer = ("base_url", "model", "structure", "temperature", "limit_as", "thinking_tokens", "logprobs")
    return chosen.model_dump_json(include=set(of_the_answer))


def _budget(name: str, chosen: ModelServerSettings, cache: Cache, clock: Clock) -> Budget:
    return Budget(
        name,
        Allowance(chosen.calls_per_day, chosen.money_per_day),
        Allowance(chosen.tenant_calls_per_day, chosen.tenant_money_per_day),
        cache,
        clock,
    )


def _chained(chains: Mapping[str, tuple[Link, ...]], local: Backends, servers: Mapping[str, Server]) -> Backends:
    # The library takes a while to import here, too.
    from adapters.inference.models.categories import ModelCategorization  # noqa: PLC0415
    from adapters.inference.models.receipts import ModelReceiptExtraction  # noqa: PLC0415
    from adapters.inference.models.texts import ModelTextExtraction  # noqa: PLC0415
    from adapters.inference.models.vision import ModelTextRecognition  # noqa: PLC0415

    def steps(capability: str, own: B, made: Callable[[Server], B], *, informed: bool) -> list[Step[B]]:
        return [
            Step(link.name, own, link.threshold)
            if link.name in LOCAL
            else Step(link.name, made(servers[link.name]), link.threshold, informed=informed)
            for link in chains[capability]
        ]

    def sees(server: Server) -> TextRecognition:
        return ModelTextRecognition(server.asker, server.trust)

    def understands(server: Server) -> ReceiptExtraction:
        return ModelReceiptExtraction(server.asker, local.receipts, local.texts, server.trust)

    def reads(server: Server) -> TextExtraction:
        return ModelTextExtraction(server.asker, local.texts, server.trust)

    def judges(server: Server) -> Categorization:
        return ModelCategorization(server.asker, local.categories, server.trust)

    return Backends(
        recognition=TextRecognitionChain(steps("text_recognition", local.recognition, sees, informed=False)),
        receipts=ReceiptExtractionChain(steps("receipt_extraction", local.receipts, understands, informed=True)),
        texts=TextExtractionChain(steps("text_extraction", local.texts, reads, informed=True)),
        categories=CategorizationChain(steps("categorization", local.categories, judges, informed=True)),
    )
