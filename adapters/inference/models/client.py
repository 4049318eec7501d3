"""One client for every OpenAI-compatible server. What one says is checked here, whatever it promised to enforce."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Literal

from openai import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AsyncOpenAI,
    Timeout,
)
from pydantic import ValidationError

from adapters.inference.models.asking import (
    A,
    MisconfiguredError,
    ModelError,
    Question,
    Reply,
    ThrottledError,
    TimedOutError,
    UnreachableError,
    UnusableError,
    Usage,
)
from adapters.inference.models.envelope import Completion, certainty_of, read_completion

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

    from adapters.inference.models.asking import Form
    from workers.ports.clock import Clock

Structure = Literal["json_schema", "json_object"]

CONNECT_SECONDS: Final = 5.0
SEED: Final = 7
"""Where a server samples in spite of temperature 0, the same question draws the same lots."""

_NO_KEY: Final = "none"
"""The library wants a key; local servers want none and ignore it."""

_BOUNDS: Final = frozenset({"maxLength", "maxItems"})

_OUR_FAULT: Final = frozenset({401, 402, 403, 404, 405, 410})
_TOO_LARGE: Final = frozenset({400, 413, 422})


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Which model to ask where, and how.

    Attributes:
        base_url: up to and with ``/v1``.
        structure: `json_schema` lets the server enforce the form, `json_object` only that it is JSON; both are checked
            here. A server that refuses the first is asked for the second from then on.
        temperature: None leaves it to the server, for models that take none.
        limit_as: the name of the parameter that bounds the answer.
        thinking_tokens: what the model may think before it answers, on top of the bound on an answer.
        logprobs: ask for the probabilities of the answer's words.
    """

    base_url: str
    model: str
    api_key: str | None = None
    timeout_seconds: float = 20.0
    structure: Structure = "json_schema"
    temperature: float | None = 0.0
    limit_as: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    thinking_tokens: int = 0
    logprobs: bool = False


class OpenAIClient:
    """`Client` by the library's ``chat.completions``; `close` at the end."""

    def __init__(self, address: ServerAddress, clock: Clock) -> None:
        self._address = address
        self._clock = clock
        self._structure: Structure = address.structure
        # Retries are the caller's: it honours budgets and the breaker, which the library knows nothing of.
        self._library = AsyncOpenAI(
            base_url=address.base_url,
            api_key=address.api_key or _NO_KEY,
            max_retries=0,
            timeout=Timeout(address.timeout_seconds, connect=min(CONNECT_SECONDS, address.timeout_seconds)),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._library.close()

    async def ask(self, question: Question[A]) -> Reply:
        """See `Client.ask`.

        An answer that does not fill in the form is asked for once more, with the form spelt out in words, which helps
        where a server does not enforce it. One that was cut off or refused is not: it would be again.
        """
        first = await self._completion(question, self._structure, Usage())
        try:
            return _reply(question, first)
        except _FormError as wrong:
            second = await self._completion(question, "json_object", first.usage, wrong.complaint)
        try:
            return _reply(question, second)
        except _FormError as wrong:
            raise UnusableError(wrong.complaint, second.usage) from None

    async def _completion(
        self, question: Question[A], structure: Structure, before: Usage, complaint: str | None = None
    ) -> Completion:
        """One completion, with the usage of all that was asked before for this question."""
        try:
            completion = await self._request(question, structure, complaint)
        except _StructureRefusedError as refused:
            self._structure = "json_object"
            return await self._completion(question, "json_object", before + refused.usage, complaint)
        except ModelError as error:
            error.usage = before + error.usage
            raise
        return replace(completion, usage=before + completion.usage)

    async def _request(self, question: Question[A], structure: Structure, complaint: str | None) -> Completion:
        spelt_out = complaint is not None or structure == "json_object"
        sent = Usage(calls=1)
        try:
            # The library's own time-out is for each piece of an answer: a server that drips would never reach it.
            async with asyncio.timeout(self._address.timeout_seconds):
                answer = await self._library.chat.completions.with_raw_response.create(
                    model=self._address.model,
                    messages=_messages(question, spelt_out=spelt_out, complaint=complaint),
                    response_format=_response_format(question.form, structure),
                    **self._parameters(question),
                )
            body = answer.http_response.content
        except (APITimeoutError, TimeoutError):
            raise TimedOutError(f"no answer within {self._address.timeout_seconds:g} s", sent) from None
        except APIStatusError as error:
            raise self._by_status(error, structure, sent) from None
        except APIConnectionError as error:
            raise UnreachableError(_connection_trouble(error), sent) from None
        except (APIError, ValueError) as error:
            raise UnreachableError(f"the answer is none: {type(error).__name__}", sent) from None
        return read_completion(body, sent)

    def _parameters(self, question: Question[A]) -> dict[str, Any]:
        address = self._address
        parameters: dict[str, Any] = {"seed": SEED}
        parameters[address.limit_as] = question.max_tokens + address.thinking_tokens
        if address.temperature is not None:
            parameters["temperature"] = address.temperature
        if address.logprobs:
            parameters["logprobs"] = True
        return parameters

    def _by_status(self, error: APIStatusError, structure: Structure, sent: Usage) -> ModelError:
        status = error.status_code
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return ThrottledError("takes no more calls now (429)", sent, self._retry_after(error.response.headers))
        if status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in error.response.headers:
            return ThrottledError("is overloaded (503)", sent, self._retry_after(error.response.headers))
        if status in _OUR_FAULT:
            return MisconfiguredError(f"refuses us with {status}: check base_url, model and api_key", sent)
        if status in _TOO_LARGE and structure == "json_schema" and _blames_structure(error):
            return _StructureRefusedError("knows no json_schema", sent)
        if status in _TOO_LARGE:
            return UnusableError(f"refuses the question with {status}", sent)
        return UnreachableError(f"fails with {status}", sent)

    def _retry_after(self, headers: Mapping[str, str]) -> float | None:
        return retry_after(headers, self._clock.now().timestamp())


class _StructureRefusedError(ModelError):
    """The server does not know this kind of structured output."""


class _FormError(Exception):
    """The answer does not fill in the form."""

    def __init__(self, complaint: str) -> None:
        super().__init__(complaint)
        self.complaint = complaint


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds a server asks to be left alone; None where it does not say, or not in a way that is known.

    Args:
        headers: of its answer, by names in lower case or in any.
        now: seconds since the epoch, for a date.
    """
    for name, per_second in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        text = headers.get(name, "").strip()
        try:
            seconds = float(text) / per_second
        except ValueError:
            continue
        return seconds if 0 <= seconds < float("inf") else None
    try:
        return max(0.0, parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - now)
    except ValueError:
        return None


def _reply(question: Question[A], completion: Completion) -> Reply:
    """The reply of a completion whose content fills in the form."""
    usage = completion.usage
    if completion.refused:
        raise UnusableError("refuses to answer", usage)
    if completion.cut_off:
        raise UnusableError(f"the answer was cut off at {question.max_tokens} tokens", usage)
    if completion.content is None:
        raise _FormError("the answer is empty")
    try:
        form = question.form.model_validate_json(completion.content)
    except ValidationError as error:
        raise _FormError(_complaint(error)) from None
    certainty = certainty_of(completion)
    return Reply(form.model_dump_json(), usage, certainty, completion.model, completion.finish_reason)


def _complaint(error: ValidationError) -> str:
    """What is wrong, without a word of the answer."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return "the answer is no JSON"
    place = ".".join(str(part) for part in first["loc"])
    # An unknown field's name is the model's own.
    return "the answer has an unknown field" if first["type"] == "extra_forbidden" else f"{place}: {first['type']}"


def _messages(question: Question[A], *, spelt_out: bool, complaint: str | None) -> Any:  # noqa: ANN401  a plain list; the library's union of message types would be repeated here
    instructions = question.instructions
    if spelt_out:
        schema = json.dumps(schema_of(question.form), ensure_ascii=False, sort_keys=True)
        instructions += f"\nAnswer with one JSON object and nothing else. It has to fit this JSON Schema:\n{schema}"
    if complaint is not None:
        instructions += f"\nAn earlier answer was refused ({complaint}). Fill in every field as the schema says."
    return [{"role": "system", "content": instructions}, {"role": "user", "content": _content(question)}]


def _content(question: Question[A]) -> str | list[dict[str, Any]]:
    if question.picture is None:
        return question.material
    data = base64.b64encode(question.picture.data).decode()
    url = f"data:{question.picture.media_type};base64,{data}"
    return [{"type": "text", "text": question.material}, {"type": "image_url", "image_url": {"url": url}}]


def _response_format(form: type[Form], structure: Structure) -> Any:  # noqa: ANN401  see _messages
    if structure == "json_object":
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": form.__name__, "strict": True, "schema": schema_of(form)}}


@cache
def schema_of(form: type[Form]) -> dict[str, Any]:
    """The form as servers are told it: without bounds on lengths, which are checked here.

    Some refuse them, and llama.cpp makes a grammar of them that takes longer than the answer.
    """
    schema: dict[str, Any] = _without_bounds(form.model_json_schema())
    return schema


def _without_bounds(part: Any) -> Any:  # noqa: ANN401  any part of a JSON document
    if isinstance(part, dict):
        return {name: _without_bounds(value) for name, value in part.items() if name not in _BOUNDS}
    return [_without_bounds(value) for value in part] if isinstance(part, list) else part


def _blames_structure(error: APIStatusError) -> bool:
    text = error.response.text.casefold()
    return any(word in text for word in ("response_format", "json_schema", "schema", "grammar", "structured"))


def _connection_trouble(error: APIConnectionError) -> str:
    """By the name of the cause: its class belongs to the library's own HTTP client, which it has changed before."""
    cause = type(error.__cause__).__name__
    return "cannot be reached" if cause.startswith("Connect") else f"the connection broke ({cause})"
