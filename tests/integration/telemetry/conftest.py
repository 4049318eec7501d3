"""A collector, and logging that is afterwards as it was."""

from collections.abc import Iterator

import pytest

from tests.fakes.root_logging import logging_kept
from tests.integration.telemetry.collector import Collector, collecting


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    with logging_kept():
        yield


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as started:
        yield started
