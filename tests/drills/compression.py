"""The product's rules with their time divided, so that what takes a quarter of an hour takes half a minute. Pure.

Divided are the windows and offsets of expressions, how long they have to hold, and how often they are evaluated. What
is counted or measured stays as it is: numbers of messages, shares, latencies. A limit on the age of a command is a time
that has to be lived through; it is divided only where a drill is about it, and then it is named.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

SCRAPE_SECONDS: Final = 15.0
"""How often `infra/prometheus/prometheus.yaml` has workers scraped."""
LOOKBACK_SECONDS: Final = 300.0
"""How long Prometheus takes an old value for the present one unless told otherwise."""

_UNITS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DURATION: Final = r"\d+(?:ms|[smhdw])"
_TIMES: Final = re.compile(rf"(?P<before>\[|\boffset\s+)(?P<duration>{_DURATION})")
_AGES: Final = re.compile(r"(?P<before>\b(?P<series>poon_\w+_age_seconds)\)* > )(?P<limit>\d+(?:\.\d+)?)")


def seconds_of(duration: str) -> float:
    """A duration as Prometheus writes it.

    Raises:
        ValueError: it is none, or one of several units.
    """
    if not re.fullmatch(_DURATION, duration):
        raise ValueError(f"{duration} is no duration of one unit")
    number, unit = re.split(r"(?<=\d)(?=\D)", duration)
    return int(number) * _UNITS[unit]


def shorter(duration: str, factor: float) -> str:
    """The duration divided, to the millisecond; what is not nothing does not become nothing."""
    seconds = seconds_of(duration)
    return f"{max(1, round(seconds * 1_000 / factor))}ms" if seconds else "0s"


def expression(text: str, factor: float, ages: Collection[str] = ()) -> str:
    """PromQL with its windows and offsets divided.

    Args:
        text: the expression.
        factor: what time is divided by.
        ages: series of ages whose limits are divided too.
    """

    def time(found: re.Match[str]) -> str:
        return found["before"] + shorter(found["duration"], factor)

    def age(found: re.Match[str]) -> str:
        limit = float(found["limit"])
        return f"{found['before']}{limit / factor if found['series'] in ages else limit:g}"

    return _AGES.sub(age, _TIMES.sub(time, text))


def compressed(rules: Mapping[str, Any], factor: float, ages: Collection[str] = ()) -> dict[str, Any]:
    """A rule file, as YAML reads it, with all its time divided by the factor."""
    return {"groups": [_group(group, factor, ages) for group in rules["groups"]]}


def _group(group: Mapping[str, Any], factor: float, ages: Collection[str]) -> dict[str, Any]:
    rules = [_rule(rule, factor, ages) for rule in group["rules"]]
    return {**group, "interval": shorter(group["interval"], factor), "rules": rules}


def _rule(rule: Mapping[str, Any], factor: float, ages: Collection[str]) -> dict[str, Any]:
    lasting = {"for": shorter(rule["for"], factor)} if "for" in rule else {}
    return {**rule, "expr": expression(rule["expr"], factor, ages), **lasting}
