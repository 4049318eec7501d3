"""What Prometheus sees in a cluster: a release `poon-workers` in the namespace `poon`, KEDA in another one."""

from collections.abc import Mapping
from typing import Final

from tests.integration.alerts.scenarios import Scenario

HERE: Final = 'namespace="poon"'
TEXTS: Final = {"area": "texts"}
OBJECT: Final = "poon-workers-texts"


def lag(messages: str, area: str = "texts") -> dict[str, str]:
    """As KEDA tells it to a Prometheus that does not honour labels."""
    labels = f'scaledObject="poon-workers-{area}",scaler="lag_0",triggerIndex="0",type="scaledobject"'
    where = 'namespace="keda",exported_namespace="poon"'
    return {f'keda_scaler_metrics_value{{{where},{labels},metric="s0-kafka-poon-{area}-commands"}}': messages}


def finished(counts: str, area: str = "texts") -> dict[str, str]:
    return {
        f'poon_commands_settled_total{{{HERE},area="{area}",command_type="t",outcome="success",code=""}}': counts,
    }


def replicas(current: str, most: str, area: str = "texts") -> dict[str, str]:
    name = f'{HERE},horizontalpodautoscaler="keda-hpa-poon-workers-{area}"'
    return {
        f"kube_horizontalpodautoscaler_status_current_replicas{{{name}}}": current,
        f"kube_horizontalpodautoscaler_spec_max_replicas{{{name}}}": most,
    }


def errors(counts: str) -> dict[str, str]:
    labels = f'{HERE},scaledObject="{OBJECT}",scaler="lag_0",triggerIndex="0",type="scaledobject"'
    return {f'keda_scaler_detail_errors_total{{{labels},metric="s0-kafka-poon-texts-commands"}}': counts}


def kept(lag_: str, oldest: str, newest: str, group: str = "poon-workers.texts") -> dict[str, str]:
    where = 'topic="poon.texts.commands",partition="0"'
    return {
        f'kafka_consumergroup_lag{{consumergroup="{group}",{where}}}': lag_,
        f"kafka_topic_partition_oldest_offset{{{where}}}": oldest,
        f"kafka_topic_partition_current_offset{{{where}}}": newest,
    }


PAUSED: Final = f'keda_scaled_object_paused{{{HERE},scaledObject="{OBJECT}"}}'

CLUSTER_SCENARIOS: Final[Mapping[str, Scenario]] = {
    # 1 a second is finished: 1,000 messages take 1,000 s, and the area is given 30.
    "PoonDrainTimeOverTarget": Scenario({**lag("0x20 1000x40 0x40"), **finished("0+60x200")}, 50, 80, TEXTS),
    "PoonAtCeilingAndBehind": Scenario(
        {**lag("0x20 1000x60 0x40"), **finished("0+60x200"), **replicas("3x30 12x30 12x60", "12x120")}, 55, 100, TEXTS
    ),
    "PoonScalerErrors": Scenario(errors("0x10 0+1x20 20x60"), 25, 60, {"scaledObject": OBJECT}),
    "PoonScalingPaused": Scenario({PAUSED: "0x10 1x80 0x30"}, 85, 110, {"scaledObject": OBJECT}),
    "PoonRetentionRisk": Scenario(
        kept("10x10 900x20 10x40", "500x80", "1500x80"),
        25,
        45,
        {"consumergroup": "poon-workers.texts", "topic": "poon.texts.commands"},
    ),
}

QUIET: Final[Mapping[str, dict[str, str]]] = {
    "all workers and nothing waits": {**lag("0x120"), **finished("0+60x120"), **replicas("12x120", "12x120")},
    "an area at rest": {**lag("0x120"), **finished("5x120"), **replicas("1x120", "12x120")},
    "a little, soon gone": {**lag("20x120"), **finished("0+60x120"), **replicas("12x120", "12x120")},
    "nothing was deleted yet": kept("900x120", "0x120", "1000x120"),
    "another fleet's group": kept("900x120", "500x120", "1500x120", group="others.texts"),
    "another release's area": {
        name.replace('exported_namespace="poon"', 'exported_namespace="other"').replace(HERE, 'namespace="other"'): told
        for name, told in {
            **lag("5000x120"),
            **finished("0+60x120"),
            **replicas("12x120", "12x120"),
            **errors("0+5x120"),
            PAUSED: "1x120",
        }.items()
    },
    "another release's outage": {
        'poon_outage{namespace="other",area="texts",ground="database"}': "1x120",
        'poon_worker_started{namespace="other",area="texts",instance="pod-1"}': "0x120",
    },
}
"""Nothing of this release is wrong for two hours."""
