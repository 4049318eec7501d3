"""A tag is the version of everything under it, and the image stays small."""

import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from infra.tools.delivery.image_size import LIMIT_MB, Part, of_stream, parts, pulled_mb, table
from infra.tools.delivery.version import versions, wrong
from tests.architecture.tree import ROOT

FILES = ("pyproject.toml", "contracts/pyproject.toml", "charts/poon-workers/Chart.yaml", "Dockerfile")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What says a version, to be changed."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "contracts/schemas/released" / version()).mkdir(parents=True)
    return tmp_path


def version() -> str:
    return versions(ROOT)["pyproject.toml"]


def test_everything_that_is_released_together_has_one_version() -> None:
    assert len(set(versions(ROOT).values())) == 1


def test_the_tag_of_that_version_may_be_released(project: Path) -> None:
    assert not list(wrong(f"v{version()}", project))


@pytest.mark.parametrize("name", FILES)
def test_a_planted_version_of_another_release_is_noticed(name: str, project: Path) -> None:
    path = project / name
    path.write_text(path.read_text().replace(version(), "7.7.7"))
    assert any("7.7.7" in said for said in wrong(f"v{version()}", project))


def test_schemas_that_are_not_frozen_keep_a_tag_from_being_released(project: Path) -> None:
    (project / "contracts/schemas/released" / version()).rmdir()
    assert any("not frozen" in said for said in wrong(f"v{version()}", project))


@pytest.mark.parametrize("tag", ["", "0.1.0", "v0.1", "v0.1.0-rc1"])
def test_a_tag_that_is_no_version_is_refused(tag: str, project: Path) -> None:
    assert list(wrong(tag, project))


@pytest.mark.slow
def test_the_image_is_small_with_recognition_in_it() -> None:
    weights = parts()
    assert "openvino" in table(weights)
    assert 150 < pulled_mb(weights) < LIMIT_MB


def test_a_planted_heavy_package_is_noticed() -> None:
    assert pulled_mb([Part("planted", 900_000_000, 500_000_000)]) > LIMIT_MB


def test_what_was_built_is_weighed_compressed() -> None:
    assert 0 < of_stream(BytesIO(b"poon" * 1_000_000)) < 0.1


def test_the_built_image_is_refused_over_the_limit() -> None:
    command = [sys.executable, "-c", "from infra.tools.delivery import image_size as size; size.LIMIT_MB = -1; "]
    command[-1] += "import sys; sys.argv = ['', '--built']; sys.exit(size.main())"
    assert subprocess.run(command, cwd=ROOT, input=b"x", capture_output=True, check=False).returncode == 1
