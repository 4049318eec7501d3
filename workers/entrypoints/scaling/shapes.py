"""The names of made-up traces. Apart from them, so that the command line need not load numpy."""

from __future__ import annotations

from enum import StrEnum


class Shape(StrEnum):
    """Traces that can be made up."""

    DAILY = "daily"
    BURST = "burst"
    HOT_PARTITION = "hot-partition"
    SLOW_BACKEND = "slow-backend"
    DEPLOY = "deploy"
