"""After which of many writes a test kills: one in three, or every single one.

A fault between two writes is seen after either of them or at the next, so a third finds most of them in a third of the
time. `make kill-points` kills after every single one, in turn.
"""

import os
from typing import Final

STRIDE: Final = 1 if os.environ.get("POON_TEST_KILL_POINTS") == "all" else 3


def moments(case: int, end: int, *, start: int = 0) -> range:
    """Numbers of writes from `start` to below `end`; cases whose numbers differ share out among them where to begin."""
    return range(start + case % STRIDE, end, STRIDE)
