"""An evaluation as JSON, for programs: the names stay, new ones may be added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workers.evaluation.cases import Judged
from workers.evaluation.measures import Accepted, Bin, Share
from workers.evaluation.summary import Calibration, Summary, Wanted, confusion, wrong_verdicts

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Below:
    """A field that is not as right as was asked.

    Attributes:
        share: 0..1; None where nothing was judged.
        least: what was asked.
    """

    field: str
    share: float | None
    least: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything there is to tell.

    Attributes:
        kind: texts or receipts.
        source: the file or folder.
        left_out: rows of another kind, or pictures without a key.
        memory: the most memory of this process and of the largest that read pictures, megabytes.
        below: the fields that are not as right as was asked.
    """

    kind: str
    source: str
    left_out: int
    judged: Sequence[Judged]
    wanted: Wanted
    summary: Summary
    memory: tuple[int, int]
    below: Sequence[Below]


def fields_below(summary: Summary, least: Mapping[str, float]) -> list[Below]:
    """The fields whose share of right ones is less than asked, or not known."""
    shares = {name: share.value for name, share in summary.fields.items()}
    found = [Below(name, shares.get(name), asked) for name, asked in least.items()]
    return [one for one in found if one.share is None or one.share < one.least]


def as_json(evaluation: Evaluation, *, failures: bool, whole_confusion: bool) -> dict[str, Any]:
    """One object; see docs/operators.md for what the names mean."""
    summary, judged = evaluation.summary, evaluation.judged
    confused = confusion(judged, right_too=True) if whole_confusion else summary.confusion
    told = {
        "kind": evaluation.kind,
        "source": evaluation.source,
        "cases": summary.cases,
        "left_out": evaluation.left_out,
        "read": summary.read,
        "unanswered": dict(summary.unanswered),
        "degraded": summary.degraded,
        "fields": {name: _share(share) for name, share in summary.fields.items()},
        "false_refusals": _share(summary.false_refusals) | {"codes": dict(summary.refusal_codes)},
        "sure_and_wrong": {"sure": evaluation.wanted.sure} | _share(summary.sure_and_wrong),
        "calibration": {name: _calibration(one) for name, one in summary.calibration.items()},
        "thresholds": {name: [_accepted(one) for one in some] for name, some in summary.thresholds.items()},
        "confusion": [{"expected": pair[0], "got": pair[1], "count": count} for pair, count in confused.items()],
        "latency_seconds": _latency(summary),
        "memory_megabytes": {"process": evaluation.memory[0], "reading_process": evaluation.memory[1]},
        "backends": [
            {
                "capability": capability,
                "backend": name,
                "answers": one.answers,
                "unavailable": one.unavailable,
                "cost": {currency: str(cost) for currency, cost in one.cost.items()},
            }
            for (capability, name), one in summary.backends.items()
        ],
        "not_judged": dict(summary.unknown),
        "below": [{"field": one.field, "share": _rounded(one.share), "least": one.least} for one in evaluation.below],
    }
    return told | {"failures": failures_json(judged)} if failures else told


def failures_json(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """Every field that is not right, and every case that was not answered; without the words of a text."""
    wrong = [
        {
            "id": one.case.id,
            "field": verdict.field,
            "expected": verdict.expected,
            "got": verdict.got,
            "confidence": _rounded(verdict.confidence),
        }
        for one, verdict in wrong_verdicts(judged)
    ]
    unanswered = [
        {"id": one.case.id, "field": None, "expected": None, "got": one.answer.failure, "confidence": None}
        for one in judged
        if one.answer.failure is not None
    ]
    return wrong + unanswered


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval or (None, None)
    return {
        "count": share.count,
        "of": share.of,
        "share": _rounded(share.value),
        "low": _rounded(low),
        "high": _rounded(high),
    }


def _calibration(one: Calibration) -> dict[str, Any]:
    return {
        "answers": one.answers,
        "ece": _rounded(one.error) if one.answers else None,
        "bins": [_bin(each) for each in one.bins],
    }


def _bin(one: Bin) -> dict[str, Any]:
    return {
        "from": one.low,
        "to": one.high,
        "answers": one.right.of,
        "said": _rounded(one.said),
        "right": _rounded(one.right.value),
    }


def _accepted(one: Accepted) -> dict[str, Any]:
    return {
        "threshold": one.threshold,
        "taken": one.taken.count,
        "taken_share": _rounded(one.taken.value),
        "wrong": one.wrong.count,
        "wrong_share": _rounded(one.wrong.value),
    }


def _latency(summary: Summary) -> dict[str, float] | None:
    if summary.latency is None:
        return None
    return {name: round(value, 6) for name, value in zip(("median", "p95", "longest"), summary.latency, strict=True)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
