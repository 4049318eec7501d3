"""Images with a mistake in them: each check names its own."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from infra.image.rules import every
from infra.image.saved import Saved
from tests.image.containers import Image
from tests.image.test_start import PLACES, READS

pytestmark = pytest.mark.timeout(600)

KEY: Final = "aws = AKIA" + "IOSFODNN7EXAMPLQ\n"
ALL_AT_ONCE: Final = """
FROM {image}
USER root
COPY key /etc/poon.conf
RUN ["rm", "/etc/poon.conf"]
COPY program /usr/bin/gcc
COPY program /var/lib/apt/lists/some_Packages
COPY program /etc/.netrc
COPY --chown=10001 program /opt/venv/bin/poon-two
LABEL org.opencontainers.image.version=""
HEALTHCHECK CMD poon health
ENTRYPOINT poon
"""
WITHOUT_MODELS: Final = """
FROM {image}
USER root
RUN ["rm", "-r", "/opt/venv/lib/python3.11/site-packages/rapidocr/models"]
USER 10001:10001
"""


Plant = Callable[[Path, str], Image]


@pytest.fixture(scope="module")
def plant(image: Image) -> Iterator[Plant]:
    """Makes images on top of the one that was built."""
    made: list[str] = []

    def derived(folder: Path, dockerfile: str) -> Image:
        (folder / "Dockerfile").write_text(dockerfile.format(image=image.name))
        name = f"localhost/poon-planted:{len(made)}"
        made.append(name)
        image.engine.say("build", "--tag", name, str(folder))
        return replace(image, name=name)

    yield derived
    for name in made:
        image.engine.say("image", "rm", "--force", name)


@pytest.fixture(scope="module")
def wrong(plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saved]:
    """One image with every mistake that can be seen in its file."""
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "key").write_text(KEY)
    (folder / "program").write_bytes(b"\0")
    planted = plant(folder, ALL_AT_ONCE)
    planted.engine.say("image", "save", "--output", str(folder / "image.tar"), planted.name)
    yield Saved.read(folder / "image.tar")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def findings(wrong: Saved, base_layers: int) -> list[str]:
    return every(wrong, base_layers)


@pytest.mark.parametrize(
    "said",
    [
        "it runs as 'root'",
        "signals end at a shell",
        "its health is asked by a shell",
        "it does not say its org.opencontainers.image.version",
        "an AWS key is in /etc/poon.conf",
        "/usr/bin/gcc builds programs",
        "/var/lib/apt/lists/some_Packages is of the build",
        "/etc/.netrc may hold credentials",
        "/opt/venv/bin/poon-two can be changed by a worker",
    ],
)
def test_a_mistake_that_the_file_shows_is_named(findings: list[str], said: str) -> None:
    assert [finding for finding in findings if said in finding]


def test_one_that_runs_as_root_is_noticed_when_it_runs(plant: Plant, tmp_path: Path) -> None:
    done = plant(tmp_path, "FROM {image}\nUSER root\n").python(PLACES, "/tmp")  # noqa: S108
    assert done.code != 0
    assert "AssertionError: (0, 0)" in done.stderr


def test_one_that_is_started_by_a_shell_does_not_start(plant: Plant, tmp_path: Path) -> None:
    planted = plant(tmp_path, "FROM {image}\nENTRYPOINT exec poon --version\n")
    assert planted.run().code != 0
    assert replace(planted, shells=()).run().code == 0


def test_one_that_writes_beside_its_volume_does_not_work(plant: Plant, tmp_path: Path) -> None:
    done = plant(tmp_path, "FROM {image}\nENV POON_DATA_DIR=/opt/data\n").run("migrate")
    assert done.code != 0
    assert "/opt/data" in done.stdout + done.stderr


def test_one_without_its_models_reads_nothing(plant: Plant, tmp_path: Path) -> None:
    """As one whose list of what is left out went too far."""
    done = plant(tmp_path, WITHOUT_MODELS).python(READS)
    assert done.code != 0
