"""Every check bites: a mistake is planted in what the chart renders, and the check names it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.charts import fleet, policies, schemas
from tests.charts.rendering import Manifest, containers, named, rendered

Plant = Callable[[list[Manifest]], object]
TEXTS: Final = "poon-workers-texts"


def deployment(manifests: list[Manifest]) -> Manifest:
    return named(manifests, "Deployment", TEXTS)


def pod(manifests: list[Manifest]) -> dict[str, Any]:
    spec: dict[str, Any] = deployment(manifests)["spec"]["template"]["spec"]
    return spec


def container(manifests: list[Manifest]) -> Manifest:
    return containers(deployment(manifests)["spec"]["template"])[0]


def secured(**context: object) -> Plant:
    return lambda manifests: container(manifests)["securityContext"].update(context)


def scaled(manifests: list[Manifest]) -> dict[str, Any]:
    spec: dict[str, Any] = named(manifests, "ScaledObject", TEXTS)["spec"]
    return spec


def monitored(manifests: list[Manifest]) -> dict[str, Any]:
    spec: dict[str, Any] = named(manifests, "PodMonitor", "poon-workers")["spec"]
    return spec


def rules(manifests: list[Manifest]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = named(manifests, "PrometheusRule", "poon-workers")["spec"]["groups"][0]["rules"]
    return found


def trigger(**metadata: object) -> Plant:
    return lambda manifests: scaled(manifests)["triggers"][0]["metadata"].update(metadata)


def environment(name: str, value: str) -> Plant:
    def plant(manifests: list[Manifest]) -> None:
        kept = [entry for entry in container(manifests)["env"] if entry["name"] != name]
        container(manifests)["env"] = [*kept, {"name": name, "value": value}]

    return plant


SCHEMAS: Final[dict[str, tuple[Plant, str]]] = {
    "a misspelt field of a pod": (lambda all_: pod(all_).update(terminationGracePeriod=30), "terminationGracePeriod"),
    "a text where a number belongs": (
        lambda all_: deployment(all_)["spec"].update(minReadySeconds="5"),
        "minReadySeconds",
    ),
    "a kind there is not": (lambda all_: deployment(all_).update(kind="Deploymint"), "no such kind"),
    "an API that is gone": (lambda all_: deployment(all_).update(apiVersion="extensions/v1beta1"), "no such kind"),
    "a field of a later Kubernetes": (lambda all_: pod(all_).update(hostnameOverride="x"), "(1.30)"),
    "a misspelt field of KEDA's": (lambda all_: scaled(all_).update(coolDownPeriod=1), "coolDownPeriod"),
    "a kind KEDA has not": (
        lambda all_: named(all_, "ScaledObject", TEXTS).update(kind="ScaledThing"),
        "no such kind",
    ),
    "a fallback KEDA does not know": (lambda all_: scaled(all_)["fallback"].update(behavior="more"), "behavior"),
    "fewest above most, by KEDA's own rule": (
        lambda all_: scaled(all_).update(minReplicaCount=13),
        "minReplicaCount must be less than or equal to maxReplicaCount",
    ),
    "a scaler there is not": (lambda all_: scaled(all_)["triggers"][0].update(type="kafak"), "no scaler of that type"),
    "metadata nobody reads": (trigger(lagTreshold="5"), "lagTreshold is not read"),
    "metadata that is no text": (trigger(lagThreshold=5), "lagThreshold"),
    "a choice there is not": (trigger(sasl="scram"), "sasl: 'scram' is none of its values"),
    "a flag that is none": (trigger(allowIdleConsumers="yes"), "allowIdleConsumers"),
    "a number that is none": (trigger(lagThreshold="many"), "lagThreshold"),
    "metadata that is missing": (
        lambda all_: scaled(all_)["triggers"][0]["metadata"].pop("consumerGroup"),
        "consumerGroup is missing",
    ),
    "a misspelt field of the Prometheus operator's": (
        lambda all_: monitored(all_)["podMetricsEndpoints"][0].update(intervall="15s"),
        "intervall",
    ),
    "a time between scrapes that is none": (
        lambda all_: monitored(all_)["podMetricsEndpoints"][0].update(interval="15 seconds"),
        "does not match",
    ),
    "a misspelt field of a rule": (lambda all_: rules(all_)[0].update(expression="up"), "expression"),
    "a rule without its expression": (lambda all_: rules(all_)[0].pop("expr"), "expr"),
    "a secret nobody reads": (
        lambda all_: named(all_, "TriggerAuthentication", "poon-workers-kafka")["spec"]["secretTargetRef"].append(
            {"parameter": "pasword", "name": "x", "key": "x"}
        ),
        "pasword is not read from an authentication",
    ),
}

POLICIES: Final[dict[str, tuple[Plant, str]]] = {
    "a privileged container": (secured(privileged=True), "privileged"),
    "a way to more rights": (secured(allowPrivilegeEscalation=True), "allowPrivilegeEscalation"),
    "root": (secured(runAsUser=0), "may run as root"),
    "root not excluded": (lambda all_: pod(all_)["securityContext"].pop("runAsNonRoot"), "may run as root"),
    "root for the pod": (lambda all_: pod(all_)["securityContext"].update(runAsUser=0), "runAsUser 0"),
    "capabilities kept": (secured(capabilities={}), "does not drop all capabilities"),
    "a capability added": (secured(capabilities={"drop": ["ALL"], "add": ["SYS_ADMIN"]}), "adds capabilities"),
    "no seccomp": (lambda all_: pod(all_)["securityContext"].pop("seccompProfile"), "no seccomp profile"),
    "a process file system unmasked": (secured(procMount="Unmasked"), "procMount"),
    "the node's network": (lambda all_: pod(all_).update(hostNetwork=True), "hostNetwork"),
    "a port of the node": (lambda all_: container(all_)["ports"][0].update(hostPort=8080), "hostPort"),
    "a folder of the node": (
        lambda all_: pod(all_)["volumes"].append({"name": "node", "hostPath": {"path": "/"}}),
        "volume of kind hostPath",
    ),
    "a root file system to write on": (secured(readOnlyRootFilesystem=False), "root file system can be written"),
    "nowhere to write": (lambda all_: container(all_)["volumeMounts"].pop(0), "/var/lib/poon cannot be written"),
    "service links": (lambda all_: pod(all_).pop("enableServiceLinks"), "service links"),
    "a token": (lambda all_: pod(all_).update(automountServiceAccountToken=True), "token"),
    "memory without limit": (lambda all_: container(all_)["resources"].pop("limits"), "no limit of memory"),
    "nothing requested": (lambda all_: container(all_)["resources"].pop("requests"), "no requests"),
    "a hook before its account": (
        lambda all_: named(all_, "Job", "poon-workers-migrate")["spec"]["template"]["spec"].update(
            serviceAccountName="poon-workers"
        ),
        "which is made after it",
    ),
    "traffic let out": (
        lambda all_: named(all_, "NetworkPolicy", "poon-workers")["spec"].update(policyTypes=["Ingress"]),
        "no network policy",
    ),
    "a pod no policy is about": (
        lambda all_: deployment(all_)["spec"]["template"]["metadata"]["labels"].pop("app.kubernetes.io/instance"),
        "no network policy",
    ),
    "replicas under KEDA": (lambda all_: deployment(all_)["spec"].update(replicas=1), "replicas under KEDA"),
    "nobody to say how many": (
        lambda all_: all_.remove(named(all_, "ScaledObject", TEXTS)),
        "nobody says how many replicas",
    ),
    "KEDA without its Deployment": (
        lambda all_: scaled(all_)["scaleTargetRef"].update(name="poon-workers-text"),
        "there is no Deployment of that name",
    ),
    "a selector of all areas": (
        lambda all_: deployment(all_)["spec"]["selector"]["matchLabels"].pop("app.kubernetes.io/component"),
        "selects the pods of",
    ),
    "a budget for nobody": (
        lambda all_: named(all_, "PodDisruptionBudget", TEXTS)["spec"]["selector"]["matchLabels"].update(a="b"),
        "not about exactly one Deployment",
    ),
    "a scrape of nobody": (lambda all_: monitored(all_)["selector"]["matchLabels"].update(a="b"), "is not scraped"),
    "a scrape of no port": (
        lambda all_: monitored(all_)["podMetricsEndpoints"][0].update(port="metrics"),
        "is not scraped",
    ),
    "workers spread among others": (
        lambda all_: pod(all_)["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"].pop(
            "app.kubernetes.io/component"
        ),
        "spread over the pods of others",
    ),
    "a name too long for KEDA": (
        lambda all_: (
            deployment(all_)["metadata"].update(name="x" * 55),
            scaled(all_)["scaleTargetRef"].update(name="x" * 55),
        ),
        "too long",
    ),
}

FLEET: Final[dict[str, tuple[Plant, str]]] = {
    "a setting there is not": (environment("POON_KAFKA__BROKERS", "kafka:9092"), "POON_KAFKA__BROKERS"),
    "a setting with a wrong value": (
        environment("POON_KAFKA__SECURITY_PROTOCOL", "TLS"),
        "POON_KAFKA__SECURITY_PROTOCOL",
    ),
    "an area there is not": (lambda all_: container(all_).update(args=["run", "--areas", "text"]), "is not how"),
    "a kill before the drain is over": (
        lambda all_: pod(all_).update(terminationGracePeriodSeconds=139),
        "killed after",
    ),
    "a drain shorter than an attempt": (environment("POON_RUNTIME__DRAIN_TIMEOUT_SECONDS", "60"), "the drain is over"),
    "another topic": (trigger(topic="poon.texts.events"), "does not look at the topics"),
    "another group": (trigger(consumerGroup="poon-workers.receipts"), "does not look at the group"),
}


def planted(plant: Plant) -> list[Manifest]:
    manifests = rendered("production")
    plant(manifests)
    return manifests


def told(lines: Iterator[str], expected: str) -> bool:
    return any(expected in line for line in lines)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_planted_mistake_against_a_schema_is_named(name: str) -> None:
    plant, expected = SCHEMAS[name]
    # That the others are right as they are is what test_examples.py says.
    assert told(schemas.problems(planted(plant), looked_at=rendered("production")), expected)


@pytest.mark.parametrize("name", POLICIES)
def test_a_planted_mistake_against_a_policy_is_named(name: str) -> None:
    plant, expected = POLICIES[name]
    assert told(policies.problems(planted(plant)), expected)


@pytest.mark.parametrize("name", FLEET)
def test_a_planted_mistake_the_fleet_would_stumble_over_is_named(name: str, tmp_path: Path) -> None:
    plant, expected = FLEET[name]
    assert told(fleet.problems(planted(plant), tmp_path), expected)
