"""Model servers that answer what the test told them, and remember what they were asked."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from adapters.inference.models.asking import (
    A,
    Answered,
    ModelError,
    NoAnswerError,
    Question,
    Reply,
    Usage,
    without_answer,
)
from contracts.errors import ErrorCode
from contracts.readings import BackendAnswer
from contracts.values import ProcessingMethod

T = TypeVar("T")

BACKEND = "fake/model"

FILLED = {
    "amount": "100",
    "currency": None,
    "merchant": "blorgo",
    "date": None,
    "payment": None,
    "payment_method": None,
    "category": "Entertainment",
}
"""What a model fills in of `blorgo 100`, a text that no rule can be sure of."""


class FakeClient:
    """`Client` that gives its answers in turn, the last one again and again; an error is raised."""

    def __init__(self, *answers: Reply | ModelError | Callable[[], Awaitable[Reply]]) -> None:
        self._answers = list(answers)
        self.asked: list[Question[Any]] = []

    async def ask(self, question: Question[A]) -> Reply:
        self.asked.append(question)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, ModelError):
            raise answer
        return answer if isinstance(answer, Reply) else await answer()


class FakeAsker:
    """`Asker` that fills in every form with the same words, or raises the same error."""

    def __init__(self, content: str | Exception, certainty: float | None = None) -> None:
        self._content = content
        self._certainty = certainty
        self.asked: list[Question[Any]] = []

    @property
    def backend(self) -> str:
        return BACKEND

    async def ask(self, question: Question[A]) -> Answered[A]:
        self.asked.append(question)
        if isinstance(self._content, Exception):
            raise self._content
        share = BackendAnswer(capability=question.capability, backend=BACKEND, method=ProcessingMethod.MODEL)
        return Answered(question.form.model_validate_json(self._content), self._certainty, share)


class OpenLimiter:
    """Lets every call through at once."""

    async def call(self, operation: Callable[[], Awaitable[T]]) -> T:
        return await operation()


def reply(content: str, usage: Usage | None = None, certainty: float | None = None) -> Reply:
    return Reply(content, usage or Usage(calls=1, input_tokens=100, output_tokens=10), certainty)


def no_answer(reason: str = "is gone", *, out: bool = False, capability: str = "text_extraction") -> NoAnswerError:
    share = BackendAnswer(capability=capability, backend=BACKEND, calls=0 if out else 1, method=ProcessingMethod.MODEL)
    return NoAnswerError(ErrorCode.BACKEND_UNAVAILABLE, reason, without_answer(share, reason), out=out)
