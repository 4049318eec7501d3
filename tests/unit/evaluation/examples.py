"""Cases and answers in few words."""

from __future__ import annotations

from workers.evaluation.cases import Answer, Case, Expected, Judged, Said, judge


def case(name: str = "c1", rejected: str | None = None, /, **expected: str | None) -> Case:
    """Expects each field to be just so."""
    wanted = {field: Expected(value or "nothing", frozenset({value})) for field, value in expected.items()}
    return Case(name, "amount", wanted, rejected)


def said(confidence: float = 0.9, whole: float = 0.8, /, **fields: str) -> Answer:
    """A reading that says just so, everything with one confidence."""
    return Answer(
        said={name: Said(value, frozenset({value}), confidence) for name, value in fields.items()}, confidence=whole
    )


def judged(amounts: list[tuple[float, bool]]) -> list[Judged]:
    """Cases whose amounts were right or wrong with a confidence."""
    return [
        judge(case(f"c{number}", amount="5"), said(confidence, confidence, amount="5" if right else "6"))
        for number, (confidence, right) in enumerate(amounts)
    ]
