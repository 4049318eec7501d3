"""Does the image understand what the chart tells it? Judged by the fleet's own code."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from contracts.topics import FLEET_TOPICS
from tests.charts.rendering import Manifest, containers, of_kind, pods
from workers.bootstrap.clients import topics_of_area
from workers.bootstrap.signals import MARGIN
from workers.config import WORKER_AREAS, Settings, SettingsError
from workers.config.loading import load_settings

_PARTITIONS: Final = {topic.name: topic.partitions for topic in FLEET_TOPICS}
_SECRETS: Final = {
    "POON_DATABASE__URL": "postgresql://poon@db/poon",
    "POON_CACHE__URL": "redis://redis:6379/0",
    "POON_MODELS__API_KEYS": "vllm=key",
}
"""What a Secret would hold; anything else holds the name of its key."""


def settings_of(container: Manifest, folder: Path) -> Settings:
    """The settings as the program in a container would read them.

    Raises:
        SettingsError: it would end with 78.
    """
    environ = {entry["name"]: _value(entry) for entry in container["env"]}
    return load_settings(environ, folder)


def _value(entry: Mapping[str, Any]) -> str:
    if "value" in entry:
        return str(entry["value"])
    return _SECRETS.get(entry["name"], str(entry["valueFrom"]["secretKeyRef"]["key"]))


def problems(manifests: list[Manifest], folder: Path) -> Iterator[str]:
    """Settings the program refuses, areas it does not know, an end that comes before the drain's."""
    for owner, pod in pods(manifests):
        for container in containers(pod):
            about = f"{owner['kind']}/{owner['metadata']['name']}"
            try:
                settings = settings_of(container, folder)
            except SettingsError as error:
                yield f"{about}: {error}"
                continue
            if owner["kind"] == "Deployment":
                yield from (f"{about}: {problem}" for problem in _worker_problems(owner, pod, settings))
    for scaled in of_kind(manifests, "ScaledObject"):
        yield from (f"ScaledObject/{scaled['metadata']['name']}: {problem}" for problem in _scaling_problems(scaled))


def _worker_problems(owner: Manifest, pod: Manifest, settings: Settings) -> Iterator[str]:
    container = pod["spec"]["containers"][0]
    area = owner["metadata"]["labels"]["app.kubernetes.io/component"]
    if container["args"] != ["run", "--areas", area] or area not in WORKER_AREAS:
        yield f"{container['args']} is not how an area is worked for"
    waiting = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    by_type = [policy.handler_timeout_seconds or 0 for policy in settings.runtime.by_type.values()]
    longest = max([settings.runtime.handler_timeout_seconds, *by_type])
    if settings.runtime.drain_timeout_seconds < longest:
        yield f"the drain is over before an attempt of {longest:g} s is"
    needed = waiting + settings.runtime.drain_timeout_seconds + MARGIN
    if pod["spec"]["terminationGracePeriodSeconds"] < needed:
        yield f"killed after {pod['spec']['terminationGracePeriodSeconds']} s, and it may need {needed:g} s"


def _scaling_problems(scaled: Manifest) -> Iterator[str]:
    area = scaled["metadata"]["labels"]["app.kubernetes.io/component"]
    triggers = [trigger["metadata"] for trigger in scaled["spec"]["triggers"] if trigger["type"] == "kafka"]
    if [trigger["topic"] for trigger in triggers] != list(topics_of_area(area)):
        yield "does not look at the topics its workers consume"
    if {trigger["consumerGroup"].rpartition(".")[2] for trigger in triggers} != {area}:
        yield "does not look at the group of its workers"
