"""What a ScaledObject says about scaling, under KEDA's own names and with its defaults."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    """Read by KEDA's names; what concerns no scaling (addresses, secrets) is passed over."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore")


class KafkaTrigger(_Part):
    """The metadata of a trigger `type: kafka`.

    Attributes:
        lag_threshold: messages behind that one replica is for.
        activation_lag_threshold: the lag above which a fleet at zero (or idle) wakes.
        allow_idle_consumers: whether the lag may ask for more replicas than there are partitions.
        limit_to_partitions_with_lag: no more replicas than partitions that are behind.
        ensure_even_distribution_of_partitions: only numbers of replicas that divide the partitions.
        exclude_persistent_lag: partitions whose offset has not moved since the last reading count as not behind.
        scale_to_zero_on_invalid_offset: partitions nobody has committed yet count as not behind.
        offset_reset_policy: where a group that has committed nothing begins.
    """

    lag_threshold: Annotated[int, Field(gt=0)] = 10
    activation_lag_threshold: Count = 0
    allow_idle_consumers: bool = False
    limit_to_partitions_with_lag: bool = False
    ensure_even_distribution_of_partitions: bool = False
    exclude_persistent_lag: bool = False
    scale_to_zero_on_invalid_offset: bool = False
    offset_reset_policy: Literal["latest", "earliest"] = "latest"

    @model_validator(mode="after")
    def _is_accepted_by_keda(self) -> Self:
        if self.allow_idle_consumers and self.limit_to_partitions_with_lag:
            raise ValueError("allowIdleConsumers and limitToPartitionsWithLag cannot be set together: KEDA refuses it")
        return self

    @property
    def is_capped(self) -> bool:
        """Whether KEDA cuts the lag it reports at what the partitions can make use of."""
        return (
            not self.allow_idle_consumers
            or self.limit_to_partitions_with_lag
            or self.ensure_even_distribution_of_partitions
        )


class Policy(_Part):
    """How far replicas may change within a period."""

    type: Literal["Pods", "Percent"]
    value: Annotated[int, Field(gt=0)]
    period_seconds: Annotated[int, Field(gt=0, le=1800)]


class Rules(_Part):
    """One direction of the autoscaler's behaviour; what is None has Kubernetes' default."""

    stabilization_window_seconds: Annotated[int | None, Field(ge=0, le=3600)] = None
    select_policy: Literal["Max", "Min", "Disabled"] | None = None
    policies: tuple[Policy, ...] | None = None
    tolerance: Annotated[float | None, Field(ge=0, lt=1)] = None


class Behavior(_Part):
    """The autoscaler's behaviour in both directions."""

    scale_up: Rules = Rules()
    scale_down: Rules = Rules()


class HpaConfig(_Part):
    """What KEDA hands on to the autoscaler it creates."""

    behavior: Behavior | None = None


class Advanced(_Part):
    """The part `advanced` of a ScaledObject."""

    horizontal_pod_autoscaler_config: HpaConfig = HpaConfig()


class ScalingValues(_Part):
    """The `spec` of a ScaledObject, as far as it decides on replicas.

    Attributes:
        min_replica_count: 0 lets the fleet go to zero.
        idle_replica_count: replicas while no trigger is active, instead of `min_replica_count`.
        polling_interval: seconds between two looks that wake the fleet or let it sleep, and nothing between.
        cooldown_period: seconds without activity after which the fleet sleeps, at once and from any number.
        triggers: one lag each; the one that asks for most decides.
        sync_period_seconds: how often the autoscaler looks; set in the cluster's controller manager, not here.
        tolerance: set there as well: a change below this share is none.
    """

    min_replica_count: Count = 0
    max_replica_count: Annotated[int, Field(gt=0)] = 100
    idle_replica_count: Count | None = None
    polling_interval: Annotated[int, Field(gt=0)] = 30
    cooldown_period: Seconds = 300
    triggers: tuple[KafkaTrigger, ...] = (KafkaTrigger(),)
    advanced: Advanced = Advanced()
    sync_period_seconds: Annotated[float, Field(gt=0)] = 15.0
    tolerance: Annotated[float, Field(ge=0, lt=1)] = 0.1

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Self:
        if not self.triggers:
            raise ValueError("there is no kafka trigger")
        if self.min_replica_count > self.max_replica_count:
            raise ValueError("minReplicaCount is above maxReplicaCount")
        if self.idle_replica_count is not None and self.idle_replica_count >= max(1, self.min_replica_count):
            raise ValueError("idleReplicaCount has to be below minReplicaCount")
        return self

    @property
    def behavior(self) -> Behavior | None:
        """The autoscaler's behaviour; None where it has the one of before there were behaviours."""
        return self.advanced.horizontal_pod_autoscaler_config.behavior

    @property
    def least_awake(self) -> int:
        """Replicas while at least one trigger is active: the autoscaler knows no zero."""
        return max(1, self.min_replica_count)


DEFAULT_DOWN_WINDOW: Final = 300
"""Seconds a lower number has to last, unless said otherwise (`--horizontal-pod-autoscaler-downscale-stabilization`)."""
UP_POLICIES: Final = (
    Policy(type="Pods", value=4, period_seconds=15),
    Policy(type="Percent", value=100, period_seconds=15),
)
DOWN_POLICIES: Final = (Policy(type="Percent", value=100, period_seconds=15),)
