"""What the projection `quality` counts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from contracts.base import Event
from contracts.errors import ErrorCode
from contracts.events.categories import MappingProposed
from contracts.events.outcomes import LocalizedText
from contracts.events.texts import TextRejected
from contracts.events.workflows import WorkflowCompleted
from contracts.readings import BackendAnswer, Processing
from contracts.registry import AREAS
from contracts.values import ProcessingMethod
from tests.fakes.commands import parsed
from tests.fakes.projections import Rows
from workers.ports.projections import Change, QualityCell, Tally
from workers.projections.catalogue import PROJECTIONS, TOPICS
from workers.projections.projection import Happened, change, placed
from workers.projections.quality import ProcessingQuality

QUALITY = ProcessingQuality()
NO_FIELDS: dict[str, Any] = {}
AT = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


def rejected() -> TextRejected:
    code = ErrorCode.NO_AMOUNT
    return TextRejected(command_id="c-1", code=code, message=LocalizedText.of(code), reason="no number")


def happened(identity: str, event: Event | None, at: datetime = AT) -> Happened:
    return Happened(identity, "acme", "nok", at, event)


def counted(*events: Happened) -> Rows:
    rows = Rows()
    for event in events:
        decided = change(QUALITY, placed(QUALITY, [event]), rows.followed)
        assert isinstance(decided, Change)
        rows.change(decided)
    return rows


def test_outcomes_are_counted_by_how_they_came_about_and_once_each() -> None:
    rows = counted(happened("1", parsed()), happened("2", parsed()), happened("1", parsed()), happened("3", rejected()))
    good = QualityCell("acme", date(2026, 3, 2), "texts", "poon.text.parsed.v1", "", "", degraded=False)
    bad = replace(good, outcome="poon.text.rejected.v1", code="no_amount")
    assert rows.cells == {good: Tally(2, Decimal("2.000")), bad: Tally(1, Decimal(0))}


def test_backends_are_told_in_order_and_once_with_what_was_degraded() -> None:
    answers = tuple(BackendAnswer(capability=what, backend=name) for what, name in (("a", "x"), ("b", "y"), ("c", "x")))
    processing = Processing(method=ProcessingMethod.RULES, duration_ms=12.34567, backends=answers, degraded=True)
    rows = counted(happened("1", parsed().model_copy(update={"processing": processing})))
    ((cell, tally),) = rows.cells.items()
    assert isinstance(cell, QualityCell)
    assert (cell.backend, cell.degraded, tally) == ("x+y", True, Tally(1, Decimal("12.346")))


def test_a_day_is_one_of_utc() -> None:
    bangkok = timezone(timedelta(hours=7))
    rows = counted(happened("1", parsed(), datetime(2026, 3, 3, 6, 30, tzinfo=bangkok)))
    assert [cell.day for cell in rows.cells if isinstance(cell, QualityCell)] == [date(2026, 3, 2)]


@pytest.mark.parametrize(
    "event",
    [None, MappingProposed.model_construct(**NO_FIELDS), WorkflowCompleted.model_construct(**NO_FIELDS)],
    ids=str,
)
def test_what_ends_no_command_is_not_counted(event: Event | None) -> None:
    assert QUALITY.place(happened("1", event)) is None
    assert QUALITY.follow("", happened("1", None)) == ""
    assert QUALITY.cells("acme", "") == {}


def test_the_projections_follow_the_outcomes_of_every_area() -> None:
    assert sorted(TOPICS) == sorted(f"poon.{area}.events" for area in AREAS)
    assert sorted(PROJECTIONS) == ["quality", "spending"]
    assert all(one.about and one.scanned.types for one in PROJECTIONS.values())
