"""What a lock holds, and what is known of it once it is installed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ROOT: Final = Path(__file__).parents[3]
SHIPPED: Final = ROOT / "requirements.lock"
LOCKS: Final = tuple(sorted(ROOT.glob("requirements*.lock")))
IMAGE: Final = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.11.9",
    "python_version": "3.11",
    "sys_platform": "linux",
}
"""What a lock's markers are asked for: the image, wherever this runs."""

_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class LockError(Exception):
    """A lock is not what it has to be, or what is installed is not what it says."""


@dataclass(frozen=True, slots=True)
class Locked:
    """A package of a lock: one version, and the hashes of the files it may come as."""

    name: NormalizedName
    version: str
    hashes: tuple[str, ...]
    in_image: bool

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def locked(text: str) -> list[Locked]:
    """The packages of a lock, by name.

    Raises:
        LockError: a package is not pinned to one version, or has no hash.
    """
    return sorted(map(_package, _entries(text)), key=lambda package: (package.name, package.version))


def _entries(text: str) -> Iterator[str]:
    """A package with its hashes is one line that was broken; comments stand between."""
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    entry = ""
    for line in lines:
        entry += line.removesuffix("\\").rstrip() + " "
        if not line.endswith("\\"):
            yield entry.strip()
            entry = ""


def _package(entry: str) -> Locked:
    requirement = Requirement(entry.partition("--hash")[0].strip())
    pins = [pin.version for pin in requirement.specifier if pin.operator == "==" and "*" not in pin.version]
    hashes = tuple(_HASH.findall(entry))
    if len(pins) != 1 or not hashes:
        raise LockError(f"{requirement.name}: not one version with its hashes")
    # A package without a marker is for everybody.
    in_image = requirement.marker is None or requirement.marker.evaluate(dict(IMAGE))
    return Locked(canonicalize_name(requirement.name), pins[0], hashes, in_image)


def shipped() -> list[Locked]:
    """What the image installs.

    Raises:
        LockError: the lock is no lock.
    """
    return [package for package in locked(SHIPPED.read_text()) if package.in_image]


def installed(package: Locked) -> Distribution:
    """What is installed of it here.

    Raises:
        LockError: nothing, or another version.
    """
    try:
        found = distribution(package.name)
    except PackageNotFoundError:
        raise LockError(f"{package.name} is locked and not installed: make setup") from None
    if found.version != package.version:
        raise LockError(f"{package.name} {found.version} is installed, {package.version} is locked: make setup")
    return found
