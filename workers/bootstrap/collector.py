"""The cyclic garbage collector, tuned to how a worker makes and drops objects."""

import gc
from typing import Final

THRESHOLDS: Final = (20_000, 10, 10)
"""Objects that came and did not go since the last look at the youngest, and looks until the older ones are included."""


def spare_the_collector() -> None:
    """Have the collector look seldom, and never at what importing left.

    Records in flight are many objects that live for a moment and end by their reference counts; with the interpreter's
    thresholds the collector walks them again and again, for a third of a busy worker's time (`make bench` tells).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
