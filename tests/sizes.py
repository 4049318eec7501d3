"""How much of something a test takes: what its property needs, or as much as there may be in production.

`make test` takes the smaller size; `make full-size` the larger, of the tests that have two.
"""

import os
from typing import Final

FULL: Final = os.environ.get("POON_TEST_SIZES") == "full"


def size(enough: int, full: int) -> int:
    """The size of this run: `enough` to see the property broken, where it is broken."""
    return full if FULL else enough
