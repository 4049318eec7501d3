"""Both wheels hold what they must, and the contracts can be used with pydantic alone."""

import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from tests.architecture.tree import ROOT, committed_files

USE = """
import pkgutil, sys
import contracts
for module in pkgutil.walk_packages(contracts.__path__, "contracts."):
    __import__(module.name)
print(len([name for name in sys.modules if name.startswith("contracts.")]))
"""


def build(project: Path, target: Path) -> ZipFile:
    """Build a wheel with what is installed; no network."""
    hatchling = str(Path(sys.executable).with_name("hatchling"))
    done = subprocess.run(
        [hatchling, "build", "-t", "wheel", "-d", str(target)], cwd=project, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return ZipFile(next(target.glob("*.whl")))


@pytest.fixture(scope="module")
def contracts_wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    return build(ROOT / "contracts", tmp_path_factory.mktemp("contracts"))


@pytest.fixture(scope="module")
def workers_wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    return build(ROOT, tmp_path_factory.mktemp("workers"))


def needed_by(name: str) -> set[str]:
    """A distribution and, without extras, everything it needs."""
    found = {name}
    for line in distribution(name).requires or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            found |= needed_by(re.sub(r"[-_.]+", "-", requirement.name).lower())
    return found


def only(names: set[str], folder: Path) -> Path:
    """A folder to import from that holds these distributions and nothing else."""
    folder.mkdir()
    for name in names:
        installed = distribution(name)
        for top in {file.parts[0] for file in installed.files or () if not file.parts[0].startswith("..")}:
            if not (folder / top).exists():
                (folder / top).symlink_to(Path(str(installed.locate_file(top))))
    return folder


def sources(*packages: str) -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for path in committed_files()
        if path.relative_to(ROOT).parts[0] in packages and path.name not in {"pyproject.toml", "README.md"}
    }


def test_the_contracts_wheel_holds_the_code_its_types_and_the_schemas(contracts_wheel: ZipFile) -> None:
    packed = {name for name in contracts_wheel.namelist() if ".dist-info/" not in name}
    assert packed == sources("contracts")
    assert "contracts/py.typed" in packed


def test_the_workers_wheel_holds_both_packages_and_not_the_contracts(workers_wheel: ZipFile) -> None:
    packed = {name for name in workers_wheel.namelist() if ".dist-info/" not in name}
    assert packed == sources("workers", "adapters")


def test_the_workers_need_the_contracts(workers_wheel: ZipFile) -> None:
    metadata = next(name for name in workers_wheel.namelist() if name.endswith(".dist-info/METADATA"))
    assert "Requires-Dist: poon-contracts" in workers_wheel.read(metadata).decode()


def test_the_contracts_can_be_used_with_pydantic_alone(contracts_wheel: ZipFile, tmp_path: Path) -> None:
    contracts_wheel.extractall(tmp_path / "unpacked")
    pydantic = only(needed_by("pydantic"), tmp_path / "pydantic")
    path = [str(tmp_path / "unpacked"), str(pydantic)]
    # -I and -S: no folder of this environment, nor its .pth files, is on the path.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path += {path!r}\n{USE}"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10
