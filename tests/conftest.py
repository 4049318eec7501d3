"""What holds for every test: its place in the order, its access to the network, its examples."""

import gc
import logging
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings

from tests.weak_keys import forget_untraced

pytest_plugins = ["tests.services.fixtures", "tests.side_by_side"]

SIDE_BY_SIDE = "PYTEST_XDIST_WORKER" in os.environ

# In a process that has a share of the tests, coverage starts later.
if Coverage.current() is not None or SIDE_BY_SIDE:
    forget_untraced()

# pytest tells its processes how wide its own terminal is; what the command line prints is not for that one.
if SIDE_BY_SIDE:
    os.environ.pop("COLUMNS", None)

# Fast and telling tests come first, and a folder that is not named last. Side by side it is the other way round: what
# takes long and waits for services begins at once, what is marked slow before all else (with the rest of its file), and
# the many short files at the end keep every process busy.
ORDER = ("unit", "conformance", "architecture", "delivery", "charts", "integration", "e2e", "chaos")
HERE = Path(__file__).parent

# A busy machine must not fail a property, so no example has a deadline. In CI the same examples every time:
# what fails there fails at one's desk too. `HYPOTHESIS_PROFILE=thorough` looks for new ones.
settings.register_profile("desk", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("desk"), derandomize=True, print_blob=True)
settings.register_profile("thorough", parent=settings.get_profile("desk"), max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "desk"))


@pytest.fixture(autouse=True)
def root_logger_as_it_was() -> Iterator[None]:
    """Whatever a test before has told the root logger, or this one tells it, no other test hears of it."""
    root = logging.getLogger()
    root.setLevel(logging.WARNING)
    yield
    root.setLevel(logging.WARNING)


def area(path: Path) -> str:
    """The folder under tests a test lives in."""
    return path.relative_to(HERE).parts[0] if path.is_relative_to(HERE) else ""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What collecting makes stays to the end: a million objects the collector of garbage need not walk again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Areas in their order, within each at random as pytest-randomly left it; no network in unit tests."""
    ranks = {name: rank for rank, name in enumerate(ORDER)}
    slow = {item.path for item in items if SIDE_BY_SIDE and item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path in slow, ranks.get(area(item.path), len(ORDER))), reverse=SIDE_BY_SIDE)
    for item in items:
        if area(item.path) == "unit":
            item.add_marker(pytest.mark.disable_socket)
