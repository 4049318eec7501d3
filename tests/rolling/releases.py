"""The releases of a rolling update: this tree, and an older one beside it that runs in the same environment."""

import io
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
MIGRATIONS: Final = "adapters/database/migrations/versions"
RUNNER: Final = "tests/chaos/runner.py"
LOCK: Final = "requirements.lock"
ORDERS_STREAMS: Final = "workers/runtime/stream_order.py"
"""What keeps the order of a workflow's events: releases without it do not promise it."""
_PIN: Final = re.compile(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)")


class NoReleaseError(Exception):
    """There is no older release to be had here: no history, or one that is too old."""


@dataclass(frozen=True, slots=True)
class Release:
    """Code that workers run.

    Attributes:
        name: what tables call it.
        revision: of git, or that it is this tree.
        root: the folder it is imported from.
    """

    name: str
    revision: str
    root: Path

    @property
    def orders_streams(self) -> bool:
        """Whether it promises that a workflow's events come to their topic in their order."""
        return (self.root / ORDERS_STREAMS).exists()


def this_release(name: str = "B") -> Release:
    """This tree, as it stands."""
    return Release(name, _told(ROOT), ROOT)


def older_release(revision: str | None = None, name: str = "A", root: Path = ROOT) -> Release:
    """An older release, taken out of git into the user's cache.

    Args:
        revision: which; by default the newest tag before this commit, or else what stood before the newest migration.
        name: what tables call it.
        root: the repository.

    Raises:
        NoReleaseError: git does not know it, or it has no workers that a run can start.
    """
    chosen = _commit(root, revision or default_revision(root))
    folder = _cache() / chosen
    if not folder.exists():
        _check_out(root, chosen, folder)
    if not (folder / RUNNER).exists():
        raise NoReleaseError(f"{chosen[:9]} is too old: it has no {RUNNER}")
    return Release(name, chosen[:9], folder)


def default_revision(root: Path = ROOT) -> str:
    """The newest tag before this commit; without one, the main line as it was before its newest migration.

    Raises:
        NoReleaseError: there is no such history.
    """
    with suppress(NoReleaseError):
        return _git(root, "describe", "--tags", "--abbrev=0", "HEAD^")
    added = _git(root, "log", "--first-parent", "-m", "--diff-filter=A", "-1", "--format=%H", "--", MIGRATIONS)
    if not added:
        raise NoReleaseError("no commit that adds a migration is known here")
    return f"{added}^1"


def differences(release: Release) -> list[str]:
    """Packages of which a release's lock names another version than this environment holds, a phrase each."""
    return list(_differences((release.root / LOCK).read_text()))


def _differences(lock: str) -> Iterator[str]:
    for line in lock.splitlines():
        if pin := _PIN.match(line):
            package, wanted = pin.groups()
            # A package that is not there is one of another platform: what an import lacked a worker would tell.
            with suppress(PackageNotFoundError):
                if (found := version(package)) != wanted:
                    yield f"{package} {wanted}, here {found}"


def _check_out(root: Path, commit: str, folder: Path) -> None:
    """Whole or not at all, beside others that do the same."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    archive = subprocess.run(["git", "archive", "--format=tar", commit], cwd=root, check=True, capture_output=True)
    fresh = Path(tempfile.mkdtemp(prefix="fresh-", dir=folder.parent))
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as content:
        content.extractall(fresh, filter="data")
    try:
        fresh.rename(folder)
    except OSError:
        shutil.rmtree(fresh)
        if not folder.exists():
            raise


def _commit(root: Path, revision: str) -> str:
    return _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")


def _told(root: Path) -> str:
    try:
        return _git(root, "describe", "--always", "--dirty", "--exclude", "*")
    except NoReleaseError:
        return "this tree"


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        raise NoReleaseError("there is no git here") from None
    if done.returncode != 0:
        raise NoReleaseError(f"git {' '.join(arguments)}: {done.stderr.strip() or 'nothing found'}")
    return done.stdout.strip()


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "poon-workers" / "releases"
