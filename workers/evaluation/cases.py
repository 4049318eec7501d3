"""One case: what is expected, what was answered, and which fields are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from contracts.readings import BackendAnswer
from workers.evaluation.measures import Answered

REJECTION: Final = "rejection"
"""The field that is judged where a case is to be refused."""

NOTHING: Final = "nothing"

Form = str | None
"""What is compared; None is that nothing is there."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is right for a field.

    Attributes:
        shown: as people read it.
        forms: any of them is right.
    """

    shown: str
    forms: frozenset[Form]


@dataclass(frozen=True, slots=True)
class Said:
    """What was read of a field.

    Attributes:
        shown: as people read it.
        forms: it is right if one of them is expected.
        confidence: 0..1; None where the reading gives none for this field.
    """

    shown: str
    forms: frozenset[Form]
    confidence: float | None = None


UNSAID: Final = Said(NOTHING, frozenset({None}))


@dataclass(frozen=True, slots=True)
class Case:
    """What a careful person makes of a text or a picture.

    Attributes:
        id: its name, unique among the cases.
        main: the field that tells how much was paid.
        expected: by field; what is missing is not judged.
        rejected: the code it is to be refused with, None where it tells a purchase.
        unknown: names in its key that no field has.
    """

    id: str
    main: str
    expected: Mapping[str, Expected]
    rejected: str | None = None
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a case.

    Attributes:
        said: by field; empty where it was refused or not answered.
        confidence: of the reading as a whole, 0..1.
        refused: the code it was refused with.
        failure: why it was not answered at all: a backend that was out, and nobody's mistake in reading.
        seconds: it took.
        shares: of the backends, where they are known.
        degraded: a backend that was to be asked could not be.
    """

    said: Mapping[str, Said] = field(default_factory=dict)
    confidence: float | None = None
    refused: str | None = None
    failure: str | None = None
    seconds: float = 0.0
    shares: tuple[BackendAnswer, ...] = ()
    degraded: bool = False


class Verdict(NamedTuple):
    """One field, judged."""

    field: str
    expected: str
    got: str
    confidence: float | None
    right: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A case beside its answer.

    Attributes:
        verdicts: by field; of a case to be refused that of `REJECTION` alone, of one not answered none.
    """

    case: Case
    answer: Answer
    verdicts: Mapping[str, Verdict]

    @property
    def is_read(self) -> bool:
        """Whether there is a reading, be it right or wrong."""
        return self.answer.refused is None and self.answer.failure is None

    @property
    def is_refused_wrongly(self) -> bool:
        """Whether a purchase was refused."""
        return self.answer.refused is not None and self.case.rejected is None

    @property
    def main_right(self) -> bool:
        """Whether what was paid is right; never where the case was to be refused."""
        return self.case.main in self.verdicts and self.verdicts[self.case.main].right


def judge(case: Case, answer: Answer) -> Judged:
    """Judge every field that is known; a purchase that was refused has them all wrong."""
    if answer.failure is not None:
        return Judged(case, answer, {})
    if case.rejected is not None:
        got = answer.refused or _main_of(case, answer).shown
        verdict = Verdict(REJECTION, case.rejected, got, None, answer.refused == case.rejected)
        return Judged(case, answer, {REJECTION: verdict})
    if answer.refused is not None:
        refused = Said(answer.refused, frozenset())
        return Judged(case, answer, {name: _verdict(name, one, refused) for name, one in case.expected.items()})
    return Judged(
        case,
        answer,
        {name: _verdict(name, one, answer.said.get(name, UNSAID)) for name, one in case.expected.items()},
    )


def answers_to(judged: Sequence[Judged], name: str) -> list[Answered]:
    """Confidence and right or wrong of every reading's field; what was paid for what tells no purchase is wrong."""
    found = []
    for one in judged:
        if not one.is_read:
            continue
        confidence = one.answer.said.get(name, UNSAID).confidence
        known = name in one.verdicts or (one.case.rejected is not None and name == one.case.main)
        if known and confidence is not None:
            found.append((confidence, name in one.verdicts and one.verdicts[name].right))
    return found


def whole_answers(judged: Sequence[Judged]) -> list[Answered]:
    """Confidence of every reading as a whole, and whether what was paid is right."""
    return [
        (one.answer.confidence, one.main_right)
        for one in judged
        if one.answer.confidence is not None and (one.case.rejected is not None or one.case.main in one.verdicts)
    ]


def _main_of(case: Case, answer: Answer) -> Said:
    return answer.said.get(case.main, UNSAID)


def _verdict(name: str, expected: Expected, said: Said) -> Verdict:
    return Verdict(name, expected.shown, said.shown, said.confidence, bool(expected.forms & said.forms))
