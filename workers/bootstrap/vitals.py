"""Wires a fleet's eye on itself: the limits its settings imply, and how it asks the services it stands on."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from importlib.metadata import version
from typing import Final

from adapters.kafka.connection import KafkaConnection, TlsFileError
from adapters.kafka.diagnosis import find_obstacle
from contracts.registry import COMMANDS
from workers.bootstrap.clients import kafka_connection
from workers.bootstrap.parts import Parts
from workers.bootstrap.policies import retry_policy
from workers.config import Settings
from workers.ports.clock import Clock
from workers.ports.errors import UnavailableError
from workers.runtime.health import HealthLimits, lane_budget
from workers.runtime.vitals import Identity, Ping, Vitals

DISTRIBUTION: Final = "poon-workers"
_POLL_GRACE: Final = 30.0
_REBALANCES: Final = 3
"""The client keeps control for as long as a rebalance takes, and one often follows another."""


def make_vitals(settings: Settings, clock: Clock) -> Vitals:
    """The eye of a fleet that has no workers yet."""
    identity = Identity(socket.gethostname(), os.getpid(), version(DISTRIBUTION))
    return Vitals(clock, health_limits(settings), identity)


def health_limits(settings: Settings) -> HealthLimits:
    """Beyond what the fleet counts as dead."""
    runtime = settings.runtime
    tries = [(retry_policy(runtime.retry_of(name)), runtime.handler_timeout_of(name)) for name in COMMANDS]
    return HealthLimits(
        poll_silence=_POLL_GRACE + _REBALANCES * settings.kafka.rebalance_timeout_seconds,
        lane_budget=lane_budget(tries),
    )


def pings(settings: Settings, parts: Parts) -> Mapping[str, Ping]:
    """How to ask broker and database for a sign of life."""
    connection = kafka_connection(settings)
    return {"broker": lambda: _ask_broker(connection), "database": parts.ask_database}


async def _ask_broker(connection: KafkaConnection) -> None:
    try:
        obstacle = await find_obstacle(connection)
    except TlsFileError as error:  # replaced by an unusable one while the fleet runs
        raise UnavailableError(str(error)) from None
    if obstacle is not None:
        raise obstacle
