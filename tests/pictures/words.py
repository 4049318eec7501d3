"""Names and figures as Grafana writes them, near enough."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Final

from infra.dashboards.model import Unit

_LABEL: Final = re.compile(r"{{\s*(\w+)\s*}}")
_DIGITS: Final = 3
_TIMES: Final = ((3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))
_COUNTS: Final = ((1e9, " Bil"), (1e6, " Mil"), (1e3, " K"), (1.0, ""))


def name_of(legend: str, labels: Mapping[str, str]) -> str:
    """A legend with the labels' values in it; of a label that is not there nothing."""
    return _LABEL.sub(lambda found: labels.get(found[1], ""), legend).strip()


def value_text(value: float, unit: Unit) -> str:
    """A value of this unit, in three digits."""
    match unit:
        case Unit.SECONDS:
            return _scaled(value, _TIMES, " ")
        case Unit.PER_SECOND:
            return f"{_scaled(value, _COUNTS)}/s"
        case Unit.COUNT:
            return _scaled(value, _COUNTS)
        case Unit.SHARE:
            return f"{_short(value * 100)}%"
        case Unit.YES_OR_NO:
            return "Yes" if value else "No"


def _scaled(value: float, steps: tuple[tuple[float, str], ...], space: str = "") -> str:
    """By the largest step it reaches; what is below the smallest is told by that, and nothing by one."""
    ones = next(name for step, name in steps if step == 1)
    if not value:
        return f"0{space}{ones}"
    # As it will be rounded: 999.9 are 1 K.
    size = float(f"{abs(value):.{_DIGITS}g}")
    step, name = next((pair for pair in steps if size >= pair[0]), steps[-1])
    return f"{_short(value / step)}{space}{name}"


def _short(value: float) -> str:
    if not value:
        return "0"
    decimals = max(0, _DIGITS - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(decimals, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def fitted(words: str, width: float, measure: Callable[[str], float]) -> str:
    """As much of both ends as fits, with an ellipsis between: what tells long names apart is at either."""
    if measure(words) <= width:
        return words
    shorter = (f"{words[: (kept + 1) // 2]}…{words[len(words) - kept // 2 :]}" for kept in range(len(words) - 1, 0, -1))
    return next((short for short in shorter if measure(short) <= width), "…")


def clock_text(seconds: float) -> str:
    """Minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
