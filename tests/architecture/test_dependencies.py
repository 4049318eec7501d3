"""What the layers may install and import, and that the locks know of it."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from itertools import chain
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.architecture.tree import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS: dict[str, Any] = tomllib.loads((ROOT / "contracts/pyproject.toml").read_text())
CORE: dict[str, Any] = next(
    contract for contract in PROJECT["tool"]["importlinter"]["contracts"] if contract["id"] == "core"
)
ALLOWED_IN_THE_CORE = {"pydantic", "poon-contracts"}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: list[str | dict[str, str]]) -> set[str]:
    """The names of requirements such as `redis>=6` and `psycopg[binary]>=3`."""
    found = (re.match(r"[\w.-]+", item) for item in requirements if isinstance(item, str))
    return {normalised(match.group()) for match in found if match}


def locked(lock: str) -> Iterator[tuple[str, int]]:
    """Each package of a lock file, and how many hashes it has."""
    for entry in re.split(r"\n(?=\w)", (ROOT / lock).read_text()):
        if match := re.match(r"([\w.-]+)(?:\[[\w,-]+\])?==", entry):
            yield normalised(match.group(1)), entry.count("--hash=sha256:")


def test_contracts_depend_on_pydantic_only() -> None:
    assert names(CONTRACTS["project"]["dependencies"]) == {"pydantic"}


def test_every_framework_we_install_is_forbidden_in_the_core() -> None:
    modules: dict[str, set[str]] = {}
    for module, distributions in packages_distributions().items():
        for distribution in distributions:
            modules.setdefault(normalised(distribution), set()).add(module)
    dependencies = names(PROJECT["project"]["dependencies"]) - ALLOWED_IN_THE_CORE
    importable = set(chain.from_iterable(modules[name] for name in dependencies))
    assert {name for name in importable if name.isidentifier()} <= set(CORE["forbidden_modules"])


def test_every_package_of_the_core_is_guarded() -> None:
    inner = ("domain", "ports", "handlers", "runtime", "workflows", "projections", "queries", "evaluation")
    present = {f"workers.{name}" for name in inner if (ROOT / "workers" / name).exists()}
    assert present | {"contracts"} == set(CORE["source_modules"])


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-build.lock", "requirements-dev.lock", "requirements-model.lock"]
)
def test_every_locked_package_has_hashes(lock: str) -> None:
    packages = list(locked(lock))
    assert packages
    assert not [name for name, hashes in packages if hashes == 0]


def test_the_locks_hold_every_declared_dependency() -> None:
    runtime = names(PROJECT["project"]["dependencies"]) - {"poon-contracts"}
    groups = PROJECT["dependency-groups"]
    assert runtime <= {name for name, _ in locked("requirements.lock")}
    assert names(groups["build"]) <= {name for name, _ in locked("requirements-build.lock")}
    assert runtime | names(groups["build"]) | names(groups["dev"]) <= {
        name for name, _ in locked("requirements-dev.lock")
    }


def test_faststream_acknowledges_no_cancelled_handler() -> None:
    """Releases before 0.7.8 do, on shutdown."""
    (declared,) = [line for line in PROJECT["project"]["dependencies"] if line.startswith("faststream")]
    allowed = Requirement(declared).specifier
    assert "0.7.8" in allowed
    assert not [older for older in ("0.7.7", "0.7.0", "0.6.9") if older in allowed]
    assert Version(version("faststream")) in allowed


def test_both_distributions_have_one_version() -> None:
    assert PROJECT["project"]["version"] == CONTRACTS["project"]["version"]
