"""Figures and names are written as Grafana writes them, and never wider than their place."""

import pytest

from infra.dashboards.model import Unit
from tests.pictures.words import clock_text, fitted, name_of, value_text


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.0, Unit.SECONDS, "0 s"),
        (0.00025, Unit.SECONDS, "250 µs"),
        (0.04637, Unit.SECONDS, "46.4 ms"),
        (0.9996, Unit.SECONDS, "1 s"),
        (9.875, Unit.SECONDS, "9.88 s"),
        (75.0, Unit.SECONDS, "1.25 min"),
        (7200.0, Unit.SECONDS, "2 h"),
        (-90.0, Unit.SECONDS, "-1.5 min"),
        (0.0, Unit.PER_SECOND, "0/s"),
        (0.3336, Unit.PER_SECOND, "0.334/s"),
        (1250.0, Unit.PER_SECOND, "1.25 K/s"),
        (12.0, Unit.COUNT, "12"),
        (999.9, Unit.COUNT, "1 K"),
        (3_602_001.0, Unit.COUNT, "3.6 Mil"),
        (0.0005, Unit.COUNT, "0.0005"),
        (0.0608, Unit.SHARE, "6.08%"),
        (-26.126, Unit.SHARE, "-2,613%"),
        (0.0, Unit.SHARE, "0%"),
        (1.0, Unit.YES_OR_NO, "Yes"),
        (0.0, Unit.YES_OR_NO, "No"),
    ],
)
def test_a_value_is_told_in_its_unit_and_three_digits(value: float, unit: Unit, expected: str) -> None:
    assert value_text(value, unit) == expected


def test_a_legend_names_what_its_labels_say_and_nothing_of_those_that_are_not_there() -> None:
    labels = {"area": "texts", "code": "timeout"}
    assert name_of("{{area}} {{ code }}, at most", labels) == "texts timeout, at most"
    assert name_of("{{area}} {{instance}}", labels) == "texts"
    assert name_of("p95", labels) == "p95"


def test_what_fits_is_written_as_it_is() -> None:
    assert fitted("texts", 5.0, len) == "texts"


@pytest.mark.parametrize(("width", "expected"), [(9.0, "inst…most"), (8.0, "inst…ost"), (2.0, "i…"), (0.0, "…")])
def test_of_what_does_not_fit_both_ends_are_kept(width: float, expected: str) -> None:
    assert fitted("instance one, at most", width, len) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "0:00"), (59.4, "0:59"), (59.6, "1:00"), (60, "1:00"), (305, "5:05"), (3600, "60:00")]
)
def test_times_are_minutes_and_seconds(seconds: float, expected: str) -> None:
    assert clock_text(seconds) == expected
