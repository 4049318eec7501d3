"""What is tried: a burst of commands, workers of a known rate, and the chart's values for both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import yaml

from tests.bench.head_of_line.calls import Calls
from tests.charts.rendering import CHART, Manifest, merged, named, render
from workers.domain.scaling.values import ScalingValues
from workers.entrypoints.scaling.manifests import scaling_values
from workers.entrypoints.scaling.traces import Numbers

AREA: Final = "spending"
DEPLOYMENT: Final = f"poon-workers-{AREA}"
IMAGE: Final = "poon-workers:slow-calls"
SECRET: Final = "poon-database"
GROUP: Final = "cluster-test"
STEP: Final = 1.0
"""Seconds between two looks, and a step of every prediction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The burst, and who meets it.

    Attributes:
        in_flight: commands a worker works on at a time.
        call: seconds each takes on average.
        own: seconds a worker itself adds to each: one of 10 calls of 0.2 s at a time does 46.6 a second in
            `make bench ARGS=scaling`, not 50.
        burst: commands a second.
        before: seconds of silence ahead of it.
        lasts: seconds of the burst.
        after: seconds within which all has to be over and asleep.
        workers: the most.
        threshold: `lagThreshold`.
    """

    in_flight: int = 8
    call: float = 0.4
    own: float = 0.015
    burst: float = 85.0
    before: float = 10.0
    lasts: float = 60.0
    after: float = 240.0
    workers: int = 4
    threshold: int = 150

    @property
    def rate(self) -> float:
        """Commands a second of one worker: its calls leave it no choice about it."""
        return self.in_flight / (self.call + self.own)

    @property
    def end(self) -> float:
        """Seconds until the last command is sent."""
        return self.before + self.lasts

    @property
    def calls(self) -> Calls:
        """Nearly alike."""
        return Calls.of(self.call, self.call * 1.2, self.call * 2)

    def arrivals(self, seconds: float) -> Numbers:
        """Commands a second in each step of so many seconds."""
        times = np.arange(0.0, seconds, STEP)
        return np.where((times >= self.before) & (times < self.end), self.burst, 0.0)

    def values(self, bootstrap_servers: str) -> dict[str, Any]:
        """For the chart: one area, which may sleep, and times that let a run end within minutes.

        No period is a multiple of another one's: which of two looks comes first must not be left to chance.
        """
        policy = {"selectPolicy": "Max", "policies": [{"type": "Pods", "value": 1, "periodSeconds": 10}]}
        worker = {
            "enabled": True,
            "settings": {
                "POON_RUNTIME__MAX_IN_FLIGHT": self.in_flight,
                "POON_LOGGING__LEVEL": "warning",
                "POON_TELEMETRY__METRICS": "false",
            },
            "scaling": {
                "minReplicas": 0,
                "maxReplicas": self.workers,
                "lagThreshold": self.threshold,
                "pollingIntervalSeconds": 5,
                "cooldownSeconds": 72,
                "behavior": {
                    "scaleUp": {"stabilizationWindowSeconds": 0, **policy},
                    "scaleDown": {"stabilizationWindowSeconds": 40, **policy},
                },
            },
        }
        return {
            "image": {"repository": IMAGE.partition(":")[0], "tag": IMAGE.partition(":")[2]},
            "kafka": {"bootstrapServers": bootstrap_servers, "groupId": GROUP},
            "database": {"existingSecret": SECRET},
            "keda": {"enabled": True},
            "workers": {AREA: worker},
        }

    def manifests(self, bootstrap_servers: str) -> list[Manifest]:
        """The rendered chart without its hooks, which Helm would run before it."""
        known = yaml.safe_load((CHART / "values.yaml").read_text())["workers"]
        alone = {"workers": {area: {"enabled": False} for area in known if area != AREA}}
        rendered = render(merged(alone, self.values(bootstrap_servers)))
        return [each for each in rendered if "helm.sh/hook" not in each["metadata"].get("annotations", {})]


def scaling_of(manifests: list[Manifest]) -> ScalingValues:
    """The scaling values as they were rendered."""
    text = yaml.safe_dump(named(manifests, "ScaledObject", DEPLOYMENT))
    return scaling_values(text, "the chart's ScaledObject")
