"""What must hold of every dashboard as Grafana gets it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapters.telemetry.instruments import BACKEND_GAUGES, COUNTERS, FOLLOWER_GAUGES, GAUGES, HISTOGRAMS
from infra.objectives.objectives import OBJECTIVES, WINDOWS

Json = Mapping[str, Any]

_OF_TARGETS: Final = frozenset({"job", "instance", "namespace"})
"""Labels that a scrape adds."""

_BUILT_IN: Final = frozenset({"__rate_interval", "__range"})


def _exposed() -> dict[str, frozenset[str]]:
    """Every series a query may name, with its labels."""
    known = {one.exposed: frozenset(one.labels) for one in (*COUNTERS, *GAUGES, *BACKEND_GAUGES, *FOLLOWER_GAUGES)}
    for one in HISTOGRAMS:
        labels = frozenset(one.labels)
        known |= {f"{one.exposed}_{suffix}": labels for suffix in ("count", "sum")}
        known[f"{one.exposed}_bucket"] = labels | {"le"}
    known |= {objective.series(window): frozenset({"area"}) for objective in OBJECTIVES for window in WINDOWS}
    known["ALERTS"] = frozenset({"alertname", "alertstate", "severity", "area"})
    return {name: labels | _OF_TARGETS for name, labels in known.items()}


EXPOSED: Final = _exposed()
_SERIES: Final = re.compile(r"(?<![\w:$\"])((?:area:)?(?:poon|messaging)_\w+(?::\w+)?|ALERTS)\b(\{[^}]*\})?")
_GROUPED: Final = re.compile(r"\b(?:by|on|ignoring|group_left) \(([^)]*)\)")
_MATCHED: Final = re.compile(r"(\w+)(?:=~|!~|!=|=)\"")
_LEGEND: Final = re.compile(r"{{(\w+)}}")
_CHOICE: Final = re.compile(r"\$(\w+)")


def problems(dashboard: Json) -> Iterator[str]:
    """One line for each thing that must not be."""
    variables = dashboard["templating"]["list"]
    choices = [variable["name"] for variable in variables]
    yield from (f"no {name}" for name in ("title", "description", "uid") if not dashboard.get(name))
    if "datasource" not in choices:
        yield "no choice of the data source"
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    yield from _twice("id", dashboard["panels"])
    yield from _twice("title", panels)
    yield from _overlaps(dashboard["panels"])
    for panel in panels:
        yield from (f"{panel['title'] or 'a panel'}: {problem}" for problem in _panel_problems(panel, choices))
    for variable in (variable for variable in variables if variable["type"] == "query"):
        yield from (f"${variable['name']}: {problem}" for problem in _choice_problems(variable, choices))


def _twice(what: str, panels: list[Json]) -> Iterator[str]:
    counts = Counter(panel[what] for panel in panels)
    yield from (f"{what} {value} is there {number} times" for value, number in counts.items() if number > 1)


def _overlaps(panels: list[Json]) -> Iterator[str]:
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (column, line)
            for column in range(place["x"], place["x"] + place["w"])
            for line in range(place["y"], place["y"] + place["h"])
        }
        if cells & taken or place["x"] + place["w"] > 24:
            yield f"{panel['title']} lies over another panel or the edge"
        taken |= cells


def _panel_problems(panel: Json, choices: list[str]) -> Iterator[str]:
    if not panel["title"]:
        yield "no title"
    if len(panel.get("description") or "") < 20:
        yield "no description worth its name"
    if not panel.get("fieldConfig", {}).get("defaults", {}).get("unit"):
        yield "no unit"
    if not panel["targets"]:
        yield "no query"
    for source in (panel.get("datasource"), *(target.get("datasource") for target in panel["targets"])):
        if (source or {}).get("uid") != "${datasource}":
            yield "a data source that nobody can choose"
    for target in panel["targets"]:
        yield from query_problems(target["expr"], target["legendFormat"], choices)


def query_problems(expression: str, legend: str, choices: list[str]) -> Iterator[str]:
    """Series, labels and choices that there are not."""
    series = _SERIES.findall(_GROUPED.sub("", expression))
    if not series and "vector(" not in expression:
        yield f"names no series of the fleet: {expression}"
    known: set[str] = set()
    for name, matchers in series:
        labels = EXPOSED.get(name)
        if labels is None:
            yield f"{name} is not exposed"
            continue
        known |= labels
        yield from (f"{name} has no label {label}" for label in _MATCHED.findall(matchers) if label not in labels)
    grouped = [label.strip() for found in _GROUPED.findall(expression) for label in found.split(",")]
    yield from (f"groups by {label}, which nothing there has" for label in grouped if label and label not in known)
    shown = set(_LEGEND.findall(legend))
    yield from (f"the legend shows {label}, which is not there" for label in sorted(shown - (set(grouped) or known)))
    used = set(_CHOICE.findall(expression)) - _BUILT_IN
    yield from (f"${name} is no choice" for name in sorted(used - set(choices)))


def _choice_problems(variable: Json, choices: list[str]) -> Iterator[str]:
    if not variable.get("label"):
        yield "no label"
    found = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"])
    if found is None:
        yield f"not understood: {variable['query']}"
        return
    yield from query_problems(found[1], f"{{{{{found[2]}}}}}", choices)
