"""What a ScaledObject says, read and refused."""

import pytest
from pydantic import ValidationError

from tests.unit.domain.scaling.examples import values
from workers.domain.scaling.values import KafkaTrigger, ScalingValues


def test_what_is_left_out_has_kedas_defaults() -> None:
    given = ScalingValues()
    assert (given.min_replica_count, given.max_replica_count) == (0, 100)
    assert (given.polling_interval, given.cooldown_period) == (30, 300)
    assert given.triggers[0].lag_threshold == 10
    assert given.behavior is None
    assert given.least_awake == 1


def test_metadata_are_texts_in_a_manifest() -> None:
    trigger = KafkaTrigger.model_validate(
        {"lagThreshold": "50", "allowIdleConsumers": "true", "topic": "poon.texts.commands"}
    )
    assert (trigger.lag_threshold, trigger.allow_idle_consumers, trigger.is_capped) == (50, True, False)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"trigger": {"allowIdleConsumers": True, "limitToPartitionsWithLag": True}}, "cannot be set together"),
        ({"minReplicaCount": 5, "maxReplicaCount": 4}, "above maxReplicaCount"),
        ({"triggers": []}, "no kafka trigger"),
        ({"minReplicaCount": 2, "idleReplicaCount": 2}, "idleReplicaCount"),
        ({"trigger": {"lagThreshold": 0}}, "greater than 0"),
    ],
)
def test_what_keda_refuses_is_refused(spec: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        values(**spec)


@pytest.mark.parametrize("flag", ["limitToPartitionsWithLag", "ensureEvenDistributionOfPartitions"])
def test_either_flag_has_the_lag_cut(flag: str) -> None:
    assert KafkaTrigger.model_validate({flag: True}).is_capped
