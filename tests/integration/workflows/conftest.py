import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """What deaths left behind is collected where `LEFT_BEHIND` still holds; `tests/conftest.py` made that cheap."""
    gc.collect()
    yield
    gc.collect()
