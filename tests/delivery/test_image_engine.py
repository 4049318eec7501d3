"""What the image is built and started by, as far as it can be judged without it."""

import os
import subprocess
import sys
from pathlib import Path

from infra.image.engine import podman
from tests.architecture.tree import ROOT


def test_a_machine_without_an_engine_is_told_apart_from_a_wrong_image(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.image"]
    bare = {**os.environ, "PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 125
    assert "no Docker engine answers and there is no Podman" in done.stderr


def test_a_machine_that_started_anew_has_none_of_the_mounts_that_were_noted(tmp_path: Path) -> None:
    podman(tmp_path)
    noted = tmp_path / "run" / "mounts"
    noted.touch()
    podman(tmp_path)
    assert noted.exists()
    (tmp_path / "run" / "boot").write_text("another")
    podman(tmp_path)
    assert not noted.exists()


def test_podman_keeps_to_its_own_folder(tmp_path: Path) -> None:
    engine = podman(tmp_path)
    for name in ("CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF"):
        settings = Path(engine.environment[name])
        assert settings.is_relative_to(tmp_path)
        assert str(tmp_path / "run") in settings.read_text()
