"""A model server on spending texts whose answers are known: what its `trust` is, and what it adds to the rules."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from adapters.cache.memory import MemoryCache
from adapters.clock import SystemClock
from adapters.inference.chain.budget import Allowance, Budget
from adapters.inference.chain.capabilities import TextExtractionChain
from adapters.inference.chain.chain import Step
from adapters.inference.chain.guard import GuardedServer, GuardPolicy, Protection
from adapters.inference.chain.memory import ResponseMemory
from adapters.inference.limiting import ConcurrencyLimiter, LimitBounds
from adapters.inference.models.client import OpenAIClient, ServerAddress
from adapters.inference.models.texts import ModelTextExtraction
from adapters.inference.texts import RuleTextExtraction
from contracts.errors import ErrorCode
from contracts.readings import BackendAnswer, ReadingContext, TextReading
from tests.services.model_server import ModelServer, Response, completion
from workers.ports.errors import BackendError, RejectionError
from workers.ports.inference import TextExtraction

STAND_IN: Final = "quotes the first digits"
CASES: Final = Path(__file__).parents[1] / "unit/adapters/inference/texts/cases.jsonl"
FIELDS: Final = ("amount", "currency", "category", "date", "payment")
WIDTH: Final = 110

JUDGED: Final = ("amount", "category")
"""The fields a model always gives, and so those its trust is measured by."""


@dataclass(frozen=True, slots=True)
class Case:
    """A text and what is to be read from it."""

    text: str
    context: ReadingContext
    expected: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chain:
    """How the rules and the model are chained."""

    threshold: float
    trust: float


@dataclass(slots=True)
class Score:
    """How one reader did."""

    asked: int = 0
    answered: int = 0
    right: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, case: Case, reading: TextReading) -> None:
        """Compare one reading."""
        self.answered += 1
        found = _fields(reading)
        self.right.update(name for name in FIELDS if found[name] == _wanted(case, name))

    def share(self, name: str) -> float:
        """How often a field is right, of what was answered."""
        return self.right[name] / self.answered if self.answered else 0.0


class QuotesOnly:
    """Rules that say nothing of a text and read only what a model quotes from it: the model stands alone."""

    def __init__(self, rules: TextExtraction, texts: frozenset[str]) -> None:
        self._rules = rules
        self._texts = texts

    async def extract(self, text: str, context: ReadingContext) -> tuple[TextReading, tuple[BackendAnswer, ...]]:
        """See `TextExtraction.extract`."""
        if text in self._texts:
            raise RejectionError(ErrorCode.NO_AMOUNT, "the model is to find it")
        return await self._rules.extract(text, context)


def run(  # noqa: PLR0913, PLR0917  one argument an option
    base_url: Annotated[str | None, typer.Option(help="of the server, up to and with /v1")] = None,
    model: Annotated[str, typer.Option(help="its name, as the server knows it")] = STAND_IN,
    cases: Annotated[Path, typer.Option(help="JSONL of texts and what is to be read")] = CASES,
    limit: Annotated[int, typer.Option(help="texts, drawn from a seed; 0 is all")] = 50,
    threshold: Annotated[float, typer.Option(help="of the rules in the chain")] = 0.8,
    trust: Annotated[float, typer.Option(help="of the model, in the chain")] = 0.7,
    seconds: Annotated[float, typer.Option(help="longest wait for one answer")] = 60.0,
    api_key: Annotated[str | None, typer.Option(envvar="POON_EVAL_KEY", help="if the server wants one")] = None,
) -> None:
    """A model server alone, the rules alone, and both in a chain, on texts whose answers are known.

    Without a server, one that quotes the first thing with a digit in it: what does a bad model do to the rules?
    """
    chosen = list(_read(cases))
    if limit:
        chosen = random.Random(1).sample(chosen, min(limit, len(chosen)))
    scores = asyncio.run(
        _measured(chosen, ServerAddress(base_url or "", model, api_key, seconds), Chain(threshold, trust))
    )
    _show(
        scores, f"{len(chosen)} texts of {cases.name}, {model}, chain with rules >= {threshold:g} and trust {trust:g}"
    )


async def _measured(cases: Sequence[Case], address: ServerAddress, chain: Chain) -> dict[str, Score]:
    if address.base_url:
        return await _measure(cases, address, chain)
    async with ModelServer().running() as stand_in:
        stand_in.behave = _quote_first_digits
        return await _measure(cases, replace(address, base_url=stand_in.base_url), chain)


def _quote_first_digits(request: dict[str, Any]) -> Response:
    words = request["messages"][1]["content"].splitlines()[1].split()
    amount = next((word for word in words if any(char.isdigit() for char in word)), "nothing")
    nothing = dict.fromkeys(("currency", "merchant", "date", "payment", "payment_method"))
    return completion(json.dumps({"amount": amount, "category": "Food & Dining"} | nothing))


async def _measure(cases: Sequence[Case], address: ServerAddress, chain: Chain) -> dict[str, Score]:
    clock, rules = SystemClock(), RuleTextExtraction()
    cache = MemoryCache(clock)
    async with OpenAIClient(address, clock) as client:
        protection = Protection(
            identity=address.model,
            limiter=ConcurrencyLimiter("model", LimitBounds(1, 4, 1), clock, address.timeout_seconds),
            budget=Budget("model", Allowance(), Allowance(), cache, clock),
            memory=ResponseMemory(cache, 3_600),  # so that the chain asks nothing twice
            policy=GuardPolicy(attempts=1, total=3 * address.timeout_seconds),
        )
        guard = GuardedServer(address.model, client, protection, clock, random.Random(1))
        blind = QuotesOnly(rules, frozenset(case.text for case in cases))
        alone = ModelTextExtraction(guard, blind, 0.7)
        both = ModelTextExtraction(guard, rules, chain.trust)
        readers: dict[str, TextExtraction] = {
            "model alone": alone,
            "rules alone": rules,
            "rules, then model": TextExtractionChain(
                [Step("rules", rules, chain.threshold), Step("model", both, 0.0, informed=True)]
            ),
        }
        return {name: await _score(reader, cases) for name, reader in readers.items()}


async def _score(reader: TextExtraction, cases: Sequence[Case]) -> Score:
    clock, score = SystemClock(), Score()
    for case in cases:
        score.asked += 1
        started = clock.monotonic()
        try:
            reading, _ = await reader.extract(case.text, case.context)
        except RejectionError as refused:
            score.reasons[str(refused.code)] += 1
            continue
        except BackendError as failed:
            score.reasons[failed.reason.partition(": ")[2]] += 1
            continue
        finally:
            score.seconds.append(clock.monotonic() - started)
        score.add(case, reading)
    return score


def _read(cases: Path) -> Iterator[Case]:
    """The texts that tell an amount; what is to be rejected is the rules' business."""
    for line in cases.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        expected = case.get("expected") or {}
        if case.get("kind") == "text" and expected.get("amount") is not None:
            yield Case(case["text"], ReadingContext(reference_date=date.fromisoformat(case["ref_date"])), expected)


def _fields(reading: TextReading) -> dict[str, object]:
    payment = reading.payment_method
    return {
        "amount": reading.amount.value.amount,
        "currency": str(reading.amount.value.currency),
        "category": str(reading.category.value),
        "date": reading.spent_on.value.isoformat(),
        "payment": None if payment is None else str(payment.value),
    }


def _wanted(case: Case, name: str) -> object:
    wanted = case.expected.get("payment_method" if name == "payment" else name)
    if name == "amount":
        return Decimal(str(wanted))
    if name == "date":
        return wanted or case.context.reference_date.isoformat()
    return wanted


def _show(scores: dict[str, Score], conditions: str) -> None:
    console = Console(width=WIDTH)
    table = Table(title=conditions)
    for head in ("", "answered", *FIELDS, "median s"):
        table.add_column(head, justify="left" if not head else "right", no_wrap=True)
    for name, score in scores.items():
        shares = (f"{100 * score.share(field_name):.1f} %" for field_name in FIELDS)
        median = sorted(score.seconds)[len(score.seconds) // 2] if score.seconds else 0.0
        table.add_row(name, f"{score.answered}/{score.asked}", *shares, f"{median:.3f}")
    console.print(table)
    alone = scores["model alone"]
    for reason, count in alone.reasons.most_common():
        console.print(f"no answer of the model, {count} times: {reason}")
    measured = sum(alone.share(name) for name in JUDGED) / len(JUDGED)
    console.print(f"trust measured: {measured:.2f}" if alone.answered else "no trust: it answered nothing")
