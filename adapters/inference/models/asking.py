"""What a model is asked, what comes back, and how asking fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from contracts.errors import ErrorCode
from contracts.readings import BackendAnswer
from workers.ports.errors import BackendError, TransientError


class Form(BaseModel):
    """What a model fills in. Strict: an answer with a wrong type, a missing or an unknown field is no answer."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


A = TypeVar("A", bound=Form)
A_co = TypeVar("A_co", bound=Form, covariant=True)


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that is sent along.

    Attributes:
        media_type: found by content, for instance image/jpeg.
    """

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Question(Generic[A]):
    """One question.

    Attributes:
        capability: what for, as in `BackendAnswer.capability`.
        instructions: ours; the only words a model is to follow.
        material: somebody else's words, already marked off as such.
        form: what the answer has to be.
        max_tokens: the longest answer that makes sense.
        picture: sent after the material.
    """

    capability: str
    instructions: str
    material: str
    form: type[A]
    max_tokens: int
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What asking took.

    Attributes:
        calls: requests that were sent.
        input_tokens: as the server counts them; 0 where it does not tell.
        output_tokens: likewise.
    """

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        """Both together."""
        return Usage(
            self.calls + other.calls,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """A filled-in form.

    Attributes:
        content: the form as JSON, checked against it.
        certainty: how probable the model's own words were to it, 0..1; None where the server does not tell.
        model: the model that answered, as the server says.
        finish_reason: why the answer ended, as the server says.
    """

    content: str
    usage: Usage
    certainty: float | None = None
    model: str | None = None
    finish_reason: str | None = None


class Client(Protocol):
    """Sends one question to one server."""

    async def ask(self, question: Question[A]) -> Reply:
        """Ask once, which may take a second request when the first answer cannot be used.

        Raises:
            ModelError: one of those below.
        """
        ...


@dataclass(frozen=True, slots=True)
class Answered(Generic[A]):
    """An answer and what it took.

    Attributes:
        share: names the backend, its calls and their cost.
    """

    form: A
    certainty: float | None
    share: BackendAnswer

    def refused(self, reason: str) -> NoAnswerError:
        """The error that says that this answer is of no use.

        Args:
            reason: why; holds nothing of the answer or the question.
        """
        return NoAnswerError(ErrorCode.BACKEND_UNAVAILABLE, reason, without_answer(self.share, reason))


class Asker(Protocol):
    """A model server with everything that protects it, its budget and its callers."""

    @property
    def backend(self) -> str:
        """Its name and model."""
        ...

    async def ask(self, question: Question[A]) -> Answered[A]:
        """Ask.

        Raises:
            NoAnswerError: it could not be asked or gave nothing that can be used.
            BackendBusyError: its turn did not come.
        """
        ...


class ModelError(Exception):
    """A model server gave no usable answer. The reason holds nothing of question or answer: it is logged."""

    failure = ErrorCode.BACKEND_UNAVAILABLE

    def __init__(self, reason: str, usage: Usage) -> None:
        Exception.__init__(self, reason)  # not that of a sibling, which takes other arguments
        self.code = self.failure
        self.reason = reason
        self.usage = usage


class UnreachableError(ModelError, TransientError):
    """It does not answer, or not as such a server does. Trying again may help; too many of these open the breaker."""


class TimedOutError(UnreachableError):
    """It did not answer in time."""

    failure = ErrorCode.BACKEND_TIMEOUT


class ThrottledError(UnreachableError):
    """It takes no more calls just now.

    Attributes:
        retry_after: the seconds it asks to be left alone, None where it does not say.
    """

    def __init__(self, reason: str, usage: Usage, retry_after: float | None = None) -> None:
        super().__init__(reason, usage)
        self.retry_after = retry_after


class MisconfiguredError(ModelError):
    """It refuses us, whatever is asked: key, model name, address or a setting is wrong."""


class UnusableError(ModelError):
    """It answered, and what it said cannot be used.

    Does not count against the server: what a user writes can provoke it, and one user must not take it from all others.
    """


class NoAnswerError(BackendError):
    """A backend gave no answer.

    Attributes:
        share: the backend's share in the attempt, with the reason.
        out: it is known to be out and was not even asked: its breaker is open.
    """

    def __init__(self, code: ErrorCode, reason: str, share: BackendAnswer, *, out: bool = False) -> None:
        super().__init__(code, f"{share.backend}: {reason}")
        self.share = share
        self.out = out


def without_answer(share: BackendAnswer, reason: str) -> BackendAnswer:
    """The share of a backend that gave no usable answer."""
    return share.model_copy(update={"unavailable": reason[:300]})
