"""The answer of a chat completion, taken apart by its bytes: a server may send anything."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, ValidationError

from adapters.inference.models.asking import UnreachableError, Usage

CUT_OFF: Final = "length"
FILTERED: Final = "content_filter"
NAMED: Final = 100


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Token(BaseModel):
    logprob: float


class _Logprobs(BaseModel):
    content: list[_Token] | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Counts(BaseModel):
    prompt_tokens: Annotated[int, Field(ge=0)] = 0
    completion_tokens: Annotated[int, Field(ge=0)] = 0


class _Body(BaseModel):
    choices: Annotated[list[_Choice], Field(min_length=1)]
    model: Any = None
    usage: _Counts | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What a server answered.

    Attributes:
        content: the words; None where there are none.
        refused: the model would not answer, or a filter would not let it.
        cut_off: the answer reached the bound on its length.
        logprobs: of its tokens, where the server tells.
        model: the model that answered, where the server tells; cut at NAMED characters, as is the next.
        finish_reason: why it ended, in the server's word.
    """

    content: str | None
    refused: bool
    cut_off: bool
    usage: Usage
    logprobs: tuple[float, ...] = ()
    model: str | None = None
    finish_reason: str | None = None


def read_completion(body: bytes, sent: Usage) -> Completion:
    """Take an answer apart.

    Args:
        body: as it came, of an answer with status 200.
        sent: what asking took so far.

    Raises:
        UnreachableError: this is no chat completion.
    """
    try:
        read = _Body.model_validate_json(body)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors(include_url=False, include_input=False)[0]["loc"])
        raise UnreachableError(f"the answer is no chat completion ({place or 'no JSON'})", sent) from None
    choice = read.choices[0]
    counts = read.usage or _Counts()
    return Completion(
        content=choice.message.content or None,
        refused=bool(choice.message.refusal) or choice.finish_reason == FILTERED,
        cut_off=choice.finish_reason == CUT_OFF,
        usage=sent + Usage(0, counts.prompt_tokens, counts.completion_tokens),
        logprobs=_logprobs(choice),
        model=_named(read.model),
        finish_reason=_named(choice.finish_reason),
    )


def certainty_of(completion: Completion) -> float | None:
    """The geometric mean of the probabilities of the answer's tokens; None where they were not told."""
    told = completion.logprobs
    return math.exp(min(0.0, sum(told) / len(told))) if told else None


def _named(told: Any) -> str | None:  # noqa: ANN401  a server may send anything
    return told[:NAMED] if isinstance(told, str) and told.isprintable() else None


def _logprobs(choice: _Choice) -> tuple[float, ...]:
    tokens = choice.logprobs.content if choice.logprobs else None
    return tuple(token.logprob for token in tokens or () if math.isfinite(token.logprob))
