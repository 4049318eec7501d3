"""Backends that note each call, for the trace of the command it is made for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from adapters.inference.chain.budget import Tariff
from adapters.inference.models.asking import ModelError, ThrottledError, TimedOutError, UnusableError
from contracts.errors import ErrorCode
from workers.ports.calls import Call, ModelUse, note
from workers.ports.errors import RejectionError, TransientError

if TYPE_CHECKING:
    from adapters.inference.models.asking import A, Client, Question, Reply, Usage
    from workers.ports.clock import Clock
    from workers.ports.inference import RecognisedText, TextRecognition

GIVEN_UP: Final = "given_up"
"""The caller did not wait for the end: its time was up."""

FREE: Final = Tariff()
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which model is asked where, and at what price.

    Attributes:
        backend: its name and model, as in `BackendAnswer.backend`.
        base_url: of the server; a name and a password in it are not noted.
        tariff: what its tokens cost.
    """

    backend: str
    model: str
    base_url: str
    temperature: float | None
    tariff: Tariff = FREE


class NotedClient:
    """`Client` that notes what was asked of another, how long it took, and what it cost."""

    def __init__(self, client: Client, asked: Asked, clock: Clock) -> None:
        self._client = client
        self._asked = asked
        self._clock = clock
        address = urlsplit(asked.base_url)
        self._host = address.hostname or ""
        self._port = address.port or _PORTS.get(address.scheme, 0)

    async def ask(self, question: Question[A]) -> Reply:
        """See `Client.ask`."""
        started = self._clock.monotonic()
        try:
            reply = await self._client.ask(question)
        except ModelError as error:
            self._note(question, started, self._use(question, error.usage), _model_error(error))
            raise
        except asyncio.CancelledError:
            self._note(question, started, self._use(question, None), GIVEN_UP)
            raise
        use = self._use(question, reply.usage)
        self._note(question, started, use._replace(answered_by=reply.model, finish_reason=reply.finish_reason), None)
        return reply

    def _note(self, question: Question[A], started: float, use: ModelUse, error: str | None) -> None:
        note(Call(question.capability, self._asked.backend, started, self._clock.monotonic(), error, use))

    def _use(self, question: Question[A], usage: Usage | None) -> ModelUse:
        asked, tariff = self._asked, self._asked.tariff
        use = ModelUse(asked.model, self._host, self._port, question.max_tokens, asked.temperature)
        if usage is None:
            return use
        return use._replace(
            requests=usage.calls,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cost=None if tariff.is_free else tariff.cost(usage),
            currency="" if tariff.is_free else str(tariff.currency),
        )


class NotedTextRecognition:
    """`TextRecognition` that notes how long another took."""

    def __init__(self, inner: TextRecognition, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    @property
    def engine(self) -> str:
        return self._inner.engine

    async def recognise(self, image: bytes) -> RecognisedText:
        """See `TextRecognition.recognise`."""
        started, error = self._clock.monotonic(), str(ErrorCode.INTERNAL_ERROR)
        try:
            text = await self._inner.recognise(image)
            error = ""
        except (RejectionError, TransientError) as failure:
            error = str(failure.code)
            raise
        except asyncio.CancelledError:
            error = GIVEN_UP
            raise
        finally:
            note(Call("text_recognition", self.engine, started, self._clock.monotonic(), error or None))
        return text


def _model_error(error: ModelError) -> str:
    """Of a fixed set of words."""
    match error:
        case ThrottledError():
            return "throttled"
        case TimedOutError():
            return "timeout"
        case UnusableError():
            return "unusable"
        case _:
            return str(error.code)
