"""The backends of a capability one after the other: the first that is sure enough answers, else the surest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple, TypeVar

from adapters.inference.models.asking import NoAnswerError
from contracts.errors import ErrorCode
from contracts.readings import BackendAnswer
from workers.ports.errors import (
    BackendBusyError,
    BackendError,
    CapabilityOutageError,
    RejectionError,
    UnavailableError,
)

B = TypeVar("B")
T = TypeVar("T")

OVERTURNED: Final = frozenset({ErrorCode.NO_AMOUNT, ErrorCode.NO_TOTAL_FOUND, ErrorCode.NO_TEXT_FOUND})
"""Refusals that only say that a backend found nothing: the next one may. All others are about the input, and final."""


@dataclass(frozen=True, slots=True)
class Step(Generic[B]):
    """One backend of a chain.

    Attributes:
        name: for what is told of it while it gives no answer.
        threshold: how sure its answer has to be for no other backend to be asked, 0..1.
        informed: whether its answers already weigh what the steps before it that are not say, as a model's weigh the
            rules'. They count instead of those then, also where doubt has grown.
    """

    name: str
    backend: B
    threshold: float
    informed: bool = False


class Given(NamedTuple, Generic[T]):
    """One backend's answer.

    Attributes:
        confidence: of the whole, 0..1.
        shares: of the backends that took part in it.
    """

    value: T
    confidence: float
    shares: tuple[BackendAnswer, ...]


class Chosen(NamedTuple, Generic[T]):
    """What a chain answered.

    Attributes:
        own: the shares of the backends that took part in the answer.
        others: of those that were asked, or to be asked, as well.
    """

    value: T
    own: tuple[BackendAnswer, ...]
    others: tuple[BackendAnswer, ...]


@dataclass(slots=True)
class _Course(Generic[T]):
    """What has happened along the chain so far."""

    best: Given[T] | None = None
    is_informed: bool = False
    refusal: RejectionError | None = None
    shares: list[BackendAnswer] = field(default_factory=list)
    failures: list[BackendError | UnavailableError] = field(default_factory=list)


async def first_sure(capability: str, steps: Sequence[Step[B]], ask: Callable[[B], Awaitable[Given[T]]]) -> Chosen[T]:
    """Ask the backends in order until one is sure enough; else take the surest answer, of equals the first.

    Does not wait for anything but the backends: as long as they answer at once, so does this.

    Raises:
        RejectionError: a backend refused the input for good, or none of those that could be asked found anything.
        CapabilityOutageError: each of them is known to be out.
        BackendBusyError: none answered, and one would when it is this call's turn.
        BackendError: none answered.
    """
    course: _Course[T] = _Course()
    for step in steps:
        try:
            given = await ask(step.backend)
        except RejectionError as refusal:
            _refused(course, refusal)
        except (BackendError, UnavailableError) as failure:
            course.failures.append(failure)
            course.shares.append(_failed_share(capability, step.name, failure))
        else:
            course.shares.extend(given.shares)
            if given.confidence >= step.threshold:
                course.best = given
                break
            _weigh(course, given, informed=step.informed)
    return _chosen(capability, course)


def _weigh(course: _Course[T], given: Given[T], *, informed: bool) -> None:
    replaces = informed and not course.is_informed
    if course.best is None or replaces or given.confidence > course.best.confidence:
        course.best, course.is_informed = given, informed


def _refused(course: _Course[T], refusal: RejectionError) -> None:
    """A later backend cannot refuse what an earlier one has read: only that one knew more of it."""
    if course.best is None:
        if refusal.code not in OVERTURNED:
            raise refusal
        course.refusal = course.refusal or refusal


def _chosen(capability: str, course: _Course[T]) -> Chosen[T]:
    if course.best is not None:
        own = _distinct(course.best.shares)
        others = [share for share in _distinct(course.shares) if not _among(share, own)]
        return Chosen(course.best.value, own, tuple(others))
    if course.refusal is not None:
        raise _incomplete(course.refusal, [share for share in course.shares if share.unavailable])
    raise _failure(capability, course.failures)


def _incomplete(refusal: RejectionError, missing: Sequence[BackendAnswer]) -> RejectionError:
    """The refusal; it says so where a backend that might have found something gave no answer."""
    if not missing:
        return refusal
    names = "; ".join(f"{share.backend} {share.unavailable}" for share in missing)
    return type(refusal)(refusal.code, f"{refusal.reason} (degraded: {names})", field=refusal.field)


def _failure(capability: str, failures: Sequence[BackendError | UnavailableError]) -> BackendError | UnavailableError:
    """What it means that no backend answered."""
    busy = next((failure for failure in failures if isinstance(failure, BackendBusyError)), None)
    if busy is not None:
        return busy
    if all(_is_out(failure) for failure in failures):
        return CapabilityOutageError(capability, "; ".join(_reason(failure) for failure in failures))
    # Of several, one that was really asked tells more than one that was not.
    return next((failure for failure in failures if not _is_out(failure)), failures[0])


def _is_out(failure: BackendError | UnavailableError) -> bool:
    return isinstance(failure, CapabilityOutageError) or (isinstance(failure, NoAnswerError) and failure.out)


def _reason(failure: BackendError | UnavailableError) -> str:
    return failure.reason if isinstance(failure, BackendError) else str(failure)


def _failed_share(capability: str, name: str, failure: BackendError | UnavailableError) -> BackendAnswer:
    if isinstance(failure, NoAnswerError):
        return failure.share
    calls = 0 if isinstance(failure, UnavailableError) else 1
    return BackendAnswer(capability=capability, backend=name, calls=calls, unavailable=_reason(failure)[:300])


def _distinct(shares: Collection[BackendAnswer]) -> tuple[BackendAnswer, ...]:
    """Each backend once for each capability, its last word: a model asks the rules again that were asked before it."""
    return tuple({(share.capability, share.backend): share for share in shares}.values())


def _among(share: BackendAnswer, others: Collection[BackendAnswer]) -> bool:
    return any((share.capability, share.backend) == (other.capability, other.backend) for other in others)
