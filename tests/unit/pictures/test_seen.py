"""What Prometheus answered is kept step by step, and found by the query that asked."""

import math
from datetime import date

import pytest

from infra.dashboards.model import Query
from tests.pictures.seen import Answer, OtherDefinitionsError, Seen, rate_interval, sampled
from tests.services.prometheus import Series

START = 1_700_000_000.098
ASKED = Query("sum(poon_commands_waiting)", "waiting")


def seen(*values: float | None) -> Seen:
    answers = (Answer(labels={"area": "texts"}, values=values),)
    return Seen(
        taken=date(2026, 11, 27),
        conditions={"fleet": "one process"},
        seconds=6,
        step=3,
        answers={ASKED.expression: answers},
    )


def spread(points: list[tuple[float, float]]) -> tuple[float | None, ...]:
    series: list[Series] = [({"area": "texts"}, points)]
    (answer,) = sampled(series, START, step=3, count=4)
    assert answer.labels == {"area": "texts"}
    return answer.values


def test_every_step_has_its_value_and_what_prometheus_left_out_is_a_gap() -> None:
    assert spread([(START, 1.0), (START + 3, 2.0), (START + 9, 4.0)]) == (1.0, 2.0, None, 4.0)


def test_a_time_rounded_by_prometheus_is_of_its_step() -> None:
    assert spread([(START - 0.0004, 1.0), (START + 5.9996, 3.0)]) == (1.0, None, 3.0, None)


def test_what_is_no_finite_number_is_a_gap() -> None:
    assert spread([(START, math.nan), (START + 3, math.inf), (START + 6, -math.inf)]) == (None,) * 4


def test_only_digits_that_can_be_seen_are_kept() -> None:
    assert spread([(START, 0.333333), (START + 3, 123_456.0)]) == (0.3333, 123_500.0, None, None)


def test_what_was_kept_comes_back() -> None:
    told = seen(1.0, None, 0.3333)
    assert Seen.kept(told.keep()) == told
    assert told.keep() == told.keep()


def test_runs_are_told_apart_by_their_digest() -> None:
    assert seen(1.0).digest == Seen.kept(seen(1.0).keep()).digest
    assert seen(1.0).digest != seen(2.0).digest


def test_a_query_that_was_not_asked_is_named() -> None:
    assert seen(1.0).of(ASKED)[0].values == (1.0,)
    with pytest.raises(OtherDefinitionsError, match="poon_outage"):
        seen(1.0).of(Query("max(poon_outage)", "outage"))


def test_rates_are_over_four_scrapes_as_grafana_works_it_out() -> None:
    assert rate_interval(3) == 12
