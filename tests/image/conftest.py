"""The image to look at: one that `make image-test` has built, or any other that `POON_TEST_IMAGE` names."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.image.engine import found
from infra.image.saved import Saved
from tests.image.build import BASE_VARIABLE, CACHE, IMAGE_VARIABLE
from tests.image.containers import Image

# Without an image there is nothing to look at: `make test` does not build one.
collect_ignore_glob = [] if os.environ.get(IMAGE_VARIABLE) else ["test_*.py"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What ends the fleet comes last, wherever chance has put it."""
    items.sort(key=lambda item: item.get_closest_marker("ends_the_fleet") is not None)


@pytest.fixture(scope="session")
def image() -> Image:
    return Image(found(CACHE), os.environ[IMAGE_VARIABLE])


@pytest.fixture(scope="session")
def saved(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saved]:
    """The image as a file."""
    yield from _saved(image, tmp_path_factory.mktemp("saved") / "image.tar")


@pytest.fixture(scope="session")
def base_layers(image: Image) -> int:
    """How many layers the base has."""
    base = os.environ[BASE_VARIABLE]
    return len(image.engine.say("image", "inspect", "--format", "{{range .RootFS.Layers}}{{.}} {{end}}", base).split())


def _saved(image: Image, archive: Path) -> Iterator[Saved]:
    image.engine.say("image", "save", "--output", str(archive), image.name)
    yield Saved.read(archive)
    archive.unlink()
