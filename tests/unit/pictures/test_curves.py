"""A panel's curves: which there are, what they are called, where they have gaps."""

from datetime import date

import pytest

from infra.dashboards.model import Panel, Query, Unit
from tests.pictures.curves import Curve, curves_of
from tests.pictures.seen import Answer, OtherDefinitionsError, Seen

BAD = Query("sum by (area) (bad)", "{{area}} bad")
LIMIT = Query("vector(0.01)", "what may be")


def panel(*queries: Query) -> Panel:
    return Panel("Bad", "Share of bad commands.", Unit.SHARE, queries)


def seen(**answers: tuple[Answer, ...]) -> Seen:
    by_query = {BAD.expression: answers.get("bad", ()), LIMIT.expression: answers.get("limit", ())}
    return Seen(taken=date(2026, 11, 27), conditions={}, seconds=6, step=3, answers=by_query)


def answer(area: str, *values: float | None) -> Answer:
    return Answer(labels={"area": area} if area else {}, values=values)


def test_curves_come_query_by_query_with_the_names_of_their_legends() -> None:
    told = seen(bad=(answer("texts", 0.1, 0.2), answer("spending", 0.0, 0.0)), limit=(answer("", 0.01, 0.01),))
    curves = curves_of(panel(BAD, LIMIT), told)
    assert [curve.name for curve in curves] == ["texts bad", "spending bad", "what may be"]
    assert [curve.is_limit for curve in curves] == [False, False, True]


def test_a_series_without_any_value_is_no_curve() -> None:
    assert curves_of(panel(BAD), seen(bad=(answer("texts", None, None),))) == []


def test_a_query_that_was_not_asked_is_no_empty_panel() -> None:
    with pytest.raises(OtherDefinitionsError):
        curves_of(panel(Query("sum(new)", "new")), seen())


def test_the_last_value_is_the_newest_there_is() -> None:
    (curve,) = curves_of(panel(BAD), seen(bad=(answer("texts", 0.1, 0.3, None),)))
    assert curve.last == 0.3


def test_the_peak_is_the_highest_value_whatever_is_missing() -> None:
    (curve,) = curves_of(panel(BAD), seen(bad=(answer("texts", None, 0.3, 0.1, None),)))
    assert curve.peak == 0.3


@pytest.mark.parametrize(
    ("values", "alone"),
    [
        ((1.0, 2.0, 3.0), []),
        ((1.0, None, 3.0, 4.0), [0]),
        ((None, 2.0, None), [1]),
        ((1.0, 2.0, None, 4.0), [3]),
        ((None, None), []),
    ],
)
def test_a_value_between_gaps_is_noticed_for_no_line_leads_to_it(
    values: tuple[float | None, ...], alone: list[int]
) -> None:
    curve = Curve("it", {}, tuple(float("nan") if value is None else value for value in values))
    assert curve.alone == alone
