"""What many judged cases come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from workers.evaluation.cases import REJECTION, Judged, Verdict, answers_to, whole_answers
from workers.evaluation.measures import (
    Accepted,
    Answered,
    Bin,
    Share,
    accepted,
    calibration_error,
    quantile,
    reliability,
)

CATEGORY: Final = "category"
WHOLE: Final = "whole"
"""The confidence of a reading as a whole, which the thresholds of chains and `min_confidence` are held against."""

Confusion = Mapping[tuple[str, str], int]
"""How often what was expected was taken for what."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to sum up.

    Attributes:
        main: the field that tells how much was paid.
        fields: in the order they are told.
        sure: the confidence an answer counts as sure from, 0..1.
        thresholds: to tell of.
    """

    main: str
    fields: tuple[str, ...]
    sure: float
    thresholds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far confidences can be believed.

    Attributes:
        answers: how many.
        error: the expected calibration error, 0..1.
    """

    answers: int
    error: float
    bins: Sequence[Bin]


@dataclass(frozen=True, slots=True)
class Backend:
    """What one backend had to do with the answers.

    Attributes:
        answers: it had a share in.
        unavailable: readings it was to be asked for and gave no usable answer.
        cost: of its calls, by currency.
    """

    answers: int
    unavailable: int
    cost: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that is told of an evaluation.

    Attributes:
        cases: all of them.
        read: those with a reading.
        unanswered: why cases were not answered, by reason; they are judged in nothing.
        degraded: readings for which a backend could not be asked.
        fields: right ones of those judged, `REJECTION` among them.
        false_refusals: purchases that were refused, of all purchases that were answered.
        refusal_codes: with which codes.
        sure_and_wrong: of the amounts given with at least the sure confidence, the wrong ones.
        calibration: of the amount and the category.
        thresholds: for the amount, the category and the reading as a whole (right where its amount is).
        confusion: of categories that were read wrong.
        latency: median, 95th percentile and longest, seconds; None without cases.
        backends: by capability and name.
        unknown: names in the keys that no field has, and how often.
    """

    cases: int
    read: int
    unanswered: Mapping[str, int]
    degraded: int
    fields: Mapping[str, Share]
    false_refusals: Share
    refusal_codes: Mapping[str, int]
    sure_and_wrong: Share
    calibration: Mapping[str, Calibration]
    thresholds: Mapping[str, Sequence[Accepted]]
    confusion: Confusion
    latency: tuple[float, float, float] | None
    backends: Mapping[tuple[str, str], Backend]
    unknown: Mapping[str, int]


def sum_up(judged: Sequence[Judged], wanted: Wanted) -> Summary:
    """Sum judged cases up."""
    answered = [one for one in judged if one.answer.failure is None]
    paid = answers_to(judged, wanted.main)
    by_field = {wanted.main: paid, CATEGORY: answers_to(judged, CATEGORY)}
    refused = [one for one in answered if one.is_refused_wrongly]
    return Summary(
        cases=len(judged),
        read=sum(one.is_read for one in judged),
        unanswered=Counter(one.answer.failure for one in judged if one.answer.failure is not None),
        degraded=sum(one.answer.degraded for one in judged),
        fields=_fields(judged, wanted.fields),
        false_refusals=Share(len(refused), sum(one.case.rejected is None for one in answered)),
        refusal_codes=Counter(one.answer.refused for one in refused if one.answer.refused is not None),
        sure_and_wrong=accepted(paid, len(judged), wanted.sure).wrong,
        calibration={
            name: Calibration(len(answers), calibration_error(answers), reliability(answers))
            for name, answers in by_field.items()
        },
        thresholds={
            name: _thresholds(answers, len(answered), wanted.thresholds)
            for name, answers in (*by_field.items(), (WHOLE, whole_answers(judged)))
        },
        confusion=confusion(judged),
        latency=_latency([one.answer.seconds for one in answered]),
        backends=_backends(judged),
        unknown=Counter(name for one in judged for name in one.case.unknown),
    )


def wrong_verdicts(judged: Sequence[Judged]) -> list[tuple[Judged, Verdict]]:
    """Every field that is not right, case by case."""
    return [(one, verdict) for one in judged for verdict in one.verdicts.values() if not verdict.right]


def confusion(judged: Sequence[Judged], *, right_too: bool = False) -> Confusion:
    """How often a category was taken for another; the most frequent first, and then by name.

    Args:
        judged: the cases.
        right_too: count those that were read right as well, for a whole matrix.
    """
    found = Counter(
        # Where another one is right as well, what was read is what was expected.
        (verdict.got if verdict.right else verdict.expected.partition(" or ")[0], verdict.got)
        for one in judged
        if one.is_read and (verdict := one.verdicts.get(CATEGORY)) is not None and (right_too or not verdict.right)
    )
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _fields(judged: Sequence[Judged], names: Sequence[str]) -> dict[str, Share]:
    shares = {
        name: Share.of_flags([one.verdicts[name].right for one in judged if name in one.verdicts])
        for name in (*names, REJECTION)
    }
    return {name: share for name, share in shares.items() if share.of}


def _thresholds(answers: Sequence[Answered], cases: int, thresholds: Sequence[float]) -> list[Accepted]:
    return [accepted(answers, cases, threshold) for threshold in thresholds]


def _latency(seconds: Sequence[float]) -> tuple[float, float, float] | None:
    median, high = quantile(seconds, 0.5), quantile(seconds, 0.95)
    return None if median is None or high is None else (median, high, max(seconds))


def _backends(judged: Sequence[Judged]) -> dict[tuple[str, str], Backend]:
    answers, missing = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    costs: dict[tuple[str, str], dict[str, Decimal]] = {}
    for share in (share for one in judged for share in one.answer.shares):
        place = (share.capability, share.backend)
        (missing if share.unavailable else answers)[place] += 1
        if share.cost is not None:
            exact = share.cost.amount if share.exact_cost is None else share.exact_cost
            total = costs.setdefault(place, {})
            total[share.cost.currency] = total.get(share.cost.currency, Decimal(0)) + exact
    return {
        place: Backend(answers[place], missing[place], costs.get(place, {}))
        for place in sorted(answers.keys() | missing.keys())
    }
