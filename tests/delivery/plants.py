"""Mistakes to plant: locks, packages and workflows that no check may let pass."""

from pathlib import Path

from packaging.utils import canonicalize_name

from infra.tools.delivery.locked import Locked


def lock(folder: Path, *pins: str) -> Path:
    """A lock with these pins."""
    path = folder / "requirements-planted.lock"
    path.write_text("".join(f"{pin} \\\n    --hash=sha256:{'0' * 64}\n" for pin in pins))
    return path


def package(name: str, version: str = "1.0") -> Locked:
    return Locked(canonicalize_name(name), version, ("0" * 64,), in_image=True)


def install(folder: Path, name: str, *metadata: str) -> None:
    """A package that says so much of itself, importable from the folder."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    lines = ("Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *metadata)
    (info / "METADATA").write_text("\n".join(lines) + "\n")
