"""Alerts from series that only a cluster has: KEDA's, kube-state-metrics' and kafka_exporter's. The chart renders them.

What differs from release to release stands as a word in capitals, which the chart replaces (`_monitoring.tpl`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from infra.objectives.alerts import Alert, Severity

NAMESPACE: Final = "POON_NAMESPACE"
FULLNAME: Final = "POON_FULLNAME"
MATCHERS: Final = "POON_MATCHERS"
GROUP: Final = "POON_GROUP"

LAG: Final = "area:poon_lag:messages"
DRAIN: Final = "area:poon_drain:seconds"
TARGET: Final = "area:poon_drain_target:seconds"
"""The chart records it from `scaling.timeToDrainSeconds` of each area."""

_NAMES: Final = re.compile(
    r"(?P<recorded>\barea:poon_\w+:\w+)|(?P<raw>(?<![:\w])(?:poon|messaging)_\w+)(?P<brace>\{)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording rule."""

    series: str
    expression: str


def scoped(expression: str) -> str:
    """The same of one release only: `MATCHERS` for what workers expose, its namespace for what is recorded of it."""

    def narrowed(found: re.Match[str]) -> str:
        if found["recorded"]:
            return f'{found["recorded"]}{{namespace="{NAMESPACE}"}}'
        return f"{found['raw']}{{{MATCHERS}{',' if found['brace'] else '}'}"

    return _NAMES.sub(narrowed, expression)


def _of_release(metric: str, matchers: str, rises_within: str = "") -> str:
    """A series that names a namespace itself; a scrape that does not honour labels renames that one."""
    both = [f'{metric}{{{matchers},{label}="{NAMESPACE}"}}' for label in ("namespace", "exported_namespace")]
    return f"({' or '.join(f'increase({one}[{rises_within}])' if rises_within else one for one in both)})"


_SCALED: Final = f'scaledObject=~"{FULLNAME}-.+"'
_SCALER: Final = 'metric=~"s[0-9]+-kafka-.+"'


def _by_area(expression: str, label: str, prefix: str) -> str:
    return f'sum by (area) (label_replace({expression}, "area", "$1", "{label}", "{prefix}-(.+)"))'


def _autoscaler(what: str) -> str:
    name = f"keda-hpa-{FULLNAME}"
    series = _of_release(f"kube_horizontalpodautoscaler_{what}", f'horizontalpodautoscaler=~"{name}-.+"')
    return _by_area(series, "horizontalpodautoscaler", name)


_BEHIND: Final = f"{DRAIN} > on (area) {TARGET}"

KEDA_RECORDED: Final = (
    Recorded(LAG, _by_area(_of_release("keda_scaler_metrics_value", f"{_SCALED},{_SCALER}"), "scaledObject", FULLNAME)),
    # Nothing waits: 0, also where nothing was finished either.
    Recorded(
        DRAIN,
        f"({LAG} > 0) / on (area) sum by (area) (rate(poon_commands_settled_total[10m])) or on (area) {LAG} == 0",
    ),
)

KEDA_ALERTS: Final = (
    Alert(
        "PoonDrainTimeOverTarget",
        _BEHIND,
        "15m",
        Severity.TICKET,
        "What waits for the area {{ $labels.area }} takes longer to work off than the time to drain it was given",
    ),
    Alert(
        "PoonAtCeilingAndBehind",
        f"{_BEHIND} and on (area)"
        f" {_autoscaler('status_current_replicas')} >= on (area) {_autoscaler('spec_max_replicas')}",
        "10m",
        Severity.TICKET,
        "The area {{ $labels.area }} has all the workers it may have, and they do not keep up",
    ),
    Alert(
        "PoonScalerErrors",
        f"sum by (scaledObject) {_of_release('keda_scaler_detail_errors_total', _SCALED, '10m')} > 3",
        "5m",
        Severity.TICKET,
        "KEDA cannot read what {{ $labels.scaledObject }} is scaled on, its workers no longer follow the work",
    ),
    Alert(
        "PoonScalingPaused",
        f"max by (scaledObject) {_of_release('keda_scaled_object_paused', _SCALED)} == 1",
        "1h",
        Severity.NOTICE,
        "{{ $labels.scaledObject }} is paused: nothing scales its workers",
    ),
)

KAFKA_ALERTS: Final = (
    # Where nothing has been deleted yet nothing can be lost soon, and with few messages a share says nothing.
    Alert(
        "PoonRetentionRisk",
        f'max by (consumergroup, topic) (kafka_consumergroup_lag{{consumergroup=~"{GROUP}[.].+"}} > 100'
        " and on (topic, partition) kafka_topic_partition_oldest_offset > 0"
        " and kafka_consumergroup_lag > on (topic, partition) group_left ()"
        " 0.8 * (kafka_topic_partition_current_offset - kafka_topic_partition_oldest_offset))",
        "5m",
        Severity.PAGE,
        "{{ $labels.consumergroup }} is so far behind on {{ $labels.topic }} that messages will be deleted unread",
    ),
)

CLUSTER_ALERTS: Final = (*KEDA_ALERTS, *KAFKA_ALERTS)
