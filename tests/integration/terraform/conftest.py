"""Where Terraform is missing, or its provider was not built, these tests are skipped and say so."""

import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from infra.tools.terraform import FOLDER, MissingError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the configuration, to plant mistakes in."""
    return Path(shutil.copytree(FOLDER, tmp_path / "terraform"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None]:
    try:
        return (yield)
    except MissingError as error:
        pytest.skip(str(error))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None]:
    try:
        return (yield)
    except MissingError as error:
        pytest.skip(str(error))
