"""Time is divided, whatever is counted stays."""

import re

import pytest
import yaml

from infra.objectives.alerts import ALERTS
from infra.objectives.rules import rules_text
from tests.drills.compression import compressed, expression, seconds_of, shorter

AGES = ("poon_oldest_unfinished_age_seconds",)


@pytest.mark.parametrize(("duration", "seconds"), [("500ms", 0.5), ("30s", 30), ("4m", 240), ("3d", 259_200)])
def test_a_duration_is_read(duration: str, seconds: float) -> None:
    assert seconds_of(duration) == seconds


@pytest.mark.parametrize("text", ["", "5", "1h30m", "m", "5 m"])
def test_what_is_no_duration_of_one_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        seconds_of(text)


@pytest.mark.parametrize(
    ("duration", "factor", "short"), [("5m", 30, "10000ms"), ("4m", 60, "4000ms"), ("0m", 30, "0s"), ("1ms", 30, "1ms")]
)
def test_a_duration_is_divided_and_does_not_become_nothing(duration: str, factor: float, short: str) -> None:
    assert shorter(duration, factor) == short


@pytest.mark.parametrize(
    ("text", "divided"),
    [
        ("increase(a_total[30m]) > 10", "increase(a_total[60000ms]) > 10"),
        ("rate(a_bucket[1d] offset 1h)", "rate(a_bucket[2880000ms] offset 120000ms)"),
        ('a{le="30.0"} > 0.144', 'a{le="30.0"} > 0.144'),
        ("area:poon_success_bad:ratio_rate5m > 0.0144", "area:poon_success_bad:ratio_rate5m > 0.0144"),
        ("max by (area) (poon_watermark_distance) > 1000", "max by (area) (poon_watermark_distance) > 1000"),
    ],
)
def test_windows_and_offsets_are_divided_and_thresholds_are_not(text: str, divided: str) -> None:
    assert expression(text, 30, AGES) == divided


def test_a_limit_of_an_age_is_divided_only_where_it_is_named() -> None:
    text = "max by (area, instance) (poon_oldest_unfinished_age_seconds) > 900"
    assert expression(text, 30) == text
    assert expression(text, 30, AGES) == "max by (area, instance) (poon_oldest_unfinished_age_seconds) > 30"


def test_all_time_of_the_products_rules_is_divided_and_nothing_else() -> None:
    whole = yaml.safe_load(rules_text())
    (group,), (before,) = compressed(whole, 30)["groups"], whole["groups"]
    assert group["interval"] == "1000ms"
    for rule, old in zip(group["rules"], before["rules"], strict=True):
        assert rule.keys() == old.keys()
        assert {name: rule[name] for name in rule if name not in {"expr", "for"}} == {
            name: old[name] for name in old if name not in {"expr", "for"}
        }
        assert not re.search(r"(?:\[|offset )\d+[smhdw]\b", rule["expr"])
        numbers = r"[<>=]=? (?:bool )?[\d.]+"
        assert re.findall(numbers, rule["expr"]) == re.findall(numbers, old["expr"])


def test_the_age_that_a_drill_divides_is_one_an_alert_has() -> None:
    limits = [
        alert.name for alert in ALERTS if expression(alert.expression, 9) != expression(alert.expression, 9, AGES)
    ]
    assert limits == ["PoonStuckCommand"]
