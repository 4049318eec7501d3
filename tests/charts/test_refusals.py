"""What the chart refuses, each with the reason its user reads; and beside it what it takes."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.charts.rendering import RefusedError, example, merged, render

Values = Mapping[str, Any]


def texts(**worker: object) -> Values:
    return {"workers": {"texts": worker}}


def scaled(**scaling: object) -> Values:
    return {"keda": {"enabled": True}, **texts(scaling=scaling)}


def trigger(**flags: bool) -> Values:
    return scaled(trigger=flags)


REFUSED: dict[str, tuple[Values, str]] = {
    "brokers that are not named": ({"kafka": {"bootstrapServers": ""}}, "kafka.bootstrapServers: name your brokers"),
    "the broker in the process": ({"kafka": {"bootstrapServers": "embedded"}}, "bootstrapServers"),
    "a database in the pod": ({"database": {"existingSecret": ""}}, "database.existingSecret: name the Secret"),
    "a password without its Secret": ({"kafka": {"sasl": {"mechanism": "PLAIN"}}}, "kafka.sasl.existingSecret"),
    "a certificate without its Secret": (
        {"kafka": {"tls": {"clientCertificate": True}}},
        "kafka.tls.clientCertificate",
    ),
    "a misspelt value": ({"imagePullPolicy": "Always"}, "imagePullPolicy"),
    "a misspelt value of a worker": (texts(replica=2), "replica"),
    "an area nobody works for": ({"workers": {"text": {}}}, "text"),
    "a setting there is not": ({"settings": {"POON_LOG_LEVEL": "debug"}}, "POON_LOG_LEVEL"),
    "a setting that has a value of its own": (
        {"settings": {"POON_RUNTIME__DRAIN_TIMEOUT_SECONDS": 5}},
        "DRAIN_TIMEOUT",
    ),
    "a secret for all to read": ({"settings": {"POON_MODELS__API_KEYS": "openai=key"}}, "POON_MODELS__API_KEYS"),
    "a password within a URL": ({"settings": {"POON_CACHE__URL": "redis://:word@redis:6379/0"}}, "POON_CACHE__URL"),
    "half a secret": ({"secretSettings": {"POON_CACHE__URL": {"secret": "redis"}}}, "key"),
    "a digest that is none": ({"image": {"digest": "sha256:abc"}}, "digest"),
    "more workers than partitions": (texts(replicas=13), "replicas"),
    "more workers than partitions at most": (scaled(maxReplicas=13), "maxReplicas"),
    "more workers than partitions, for all": (
        {"keda": {"enabled": True}, "defaults": {"scaling": {"maxReplicas": 13}}},
        "workers.categories.scaling.maxReplicas: 13 workers for 12 partitions",
    ),
    "more workers than partitions that were added": (
        {"keda": {"enabled": True}, **texts(partitions=24, scaling={"maxReplicas": 25})},
        "workers.texts.scaling.maxReplicas: 25 workers for 24 partitions",
    ),
    "more fixed workers than partitions that were added": (
        texts(partitions=24, replicas=25),
        "workers.texts.replicas: 25 workers for 24 partitions",
    ),
    "partitions taken away": (texts(partitions=6), "no topic loses partitions"),
    "fewest above most": (scaled(minReplicas=5, maxReplicas=4), "5 is more than maxReplicas, 4"),
    "a scrape that the network policy denies": (
        {"monitoring": {"podMonitor": {"enabled": True}}},
        "networkPolicy.metricsFrom: name the namespace of your Prometheus",
    ),
    "a time between scrapes that is none": ({"monitoring": {"podMonitor": {"interval": "15 s"}}}, "interval"),
    "alerts about everybody's workers": ({"monitoring": {"rules": {"matchers": ""}}}, "matchers"),
    "a fallback above most": (scaled(maxReplicas=4, fallback={"replicas": 5}), "fallback.replicas: 5"),
    "timers without a worker": (
        {"keda": {"enabled": True}, "workers": {"workflows": {"scaling": {"minReplicas": 0}}}},
        "workers.workflows.scaling.minReplicas: timers fire only while a worker runs",
    ),
    "nobody at work": ({"defaults": {"enabled": False}}, "every area is switched off"),
    "idle consumers with a limit to lag": (trigger(limitToPartitionsWithLag=True, allowIdleConsumers=True), "trigger"),
    "a limit to lag with even shares": (
        trigger(allowIdleConsumers=False, limitToPartitionsWithLag=True, ensureEvenDistributionOfPartitions=True),
        "trigger",
    ),
    "idle consumers with even shares": (
        trigger(allowIdleConsumers=True, ensureEvenDistributionOfPartitions=True),
        "trigger",
    ),
    "a cap below which it sticks": (trigger(allowIdleConsumers=False), "sticks below maxReplicas"),
    "lag that is worked on counted as none": (trigger(excludePersistentLag=True), "worked on would count as none"),
    "a grace period shorter than the drain": (
        texts(terminationGracePeriodSeconds=134),
        "workers.texts.terminationGracePeriodSeconds: 134 s is shorter",
    ),
    "a grace period without the pre-stop": (
        texts(terminationGracePeriodSeconds=135, preStopSeconds=1),
        "at least 136 s",
    ),
    "a grace period shorter than one type's attempt": (
        texts(
            terminationGracePeriodSeconds=135,
            settings={"POON_RUNTIME__BY_TYPE": '{"poon.text.parse.v1": {"handler_timeout_seconds": 300}}'},
        ),
        "at least 315 s",
    ),
    "IAM without a region": ({"keda": {"authentication": {"awsMskIam": {"enabled": True}}}}, "awsMskIam.region"),
}

TAKEN: dict[str, Values] = {
    "as many workers as partitions": texts(replicas=12),
    "as many workers as partitions that were added": texts(partitions=24, replicas=24),
    "an area that sleeps": scaled(minReplicas=0),
    "a limit to lag alone": trigger(allowIdleConsumers=False, limitToPartitionsWithLag=True),
    "even shares alone": trigger(allowIdleConsumers=False, ensureEvenDistributionOfPartitions=True),
    "a cap well above the most": {
        "keda": {"enabled": True},
        **texts(scaling={"maxReplicas": 6, "trigger": {"allowIdleConsumers": False}}),
    },
    "persistent lag left out where attempts are short": {
        "keda": {"enabled": True},
        **texts(handlerTimeoutSeconds=10, scaling={"trigger": {"excludePersistentLag": True}}),
    },
    "a URL without a password": {"settings": {"POON_CACHE__URL": "redis://redis:6379/0"}},
    "the shortest grace period": texts(terminationGracePeriodSeconds=135),
    "values of a chart that this one is part of": {"global": {"imageRegistry": "x"}},
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_its_reason(name: str) -> None:
    values, reason = REFUSED[name]
    with pytest.raises(RefusedError) as refusal:
        render(merged(example("minimal"), values))
    assert reason in str(refusal.value)


@pytest.mark.parametrize("name", TAKEN)
def test_taken(name: str) -> None:
    assert render(merged(example("minimal"), TAKEN[name]))
