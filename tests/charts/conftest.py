"""Without the tools a developer's run skips and says how to get them; CI gets them, and fails without."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.charts.tools import ToolMissingError, formula_program, install, stop_helm
from tests.services.service import in_ci


@pytest.fixture(scope="session", autouse=True)
def tools() -> Iterator[None]:
    if in_ci():
        install()
    yield
    stop_helm()


@pytest.fixture(scope="session")
def formula(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return formula_program(tmp_path_factory.mktemp("formula"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None]:
    with _skipped_without_tools():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None]:
    with _skipped_without_tools():
        return (yield)


@contextmanager
def _skipped_without_tools() -> Iterator[None]:
    """Fixtures ask for the tools as tests do."""
    try:
        yield
    except ToolMissingError as error:
        if in_ci():
            raise
        pytest.skip(str(error))
