"""Which older release is taken out of git, and what of its packages differs."""

import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.rolling.releases import (
    LOCK,
    MIGRATIONS,
    RUNNER,
    NoReleaseError,
    Release,
    default_revision,
    differences,
    older_release,
    this_release,
)


class Repository:
    """A small repository; a commit is a file with something in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "--quiet", "--initial-branch", "main")

    def git(self, *arguments: str) -> str:
        about = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", *about, *arguments], cwd=self.root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, name: str, text: str = "") -> str:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"Add {name}")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "repository"
    root.mkdir()
    return Repository(root)


def resolved(repository: Repository, revision: str) -> str:
    return repository.git("rev-parse", revision)


def test_what_stood_before_the_newest_migration_is_the_older_release(repository: Repository) -> None:
    repository.commit(f"{MIGRATIONS}/pre_0001_first.py")
    before = repository.commit("code.py")
    repository.commit(f"{MIGRATIONS}/pre_0002_second.py")
    repository.commit("more.py")
    assert resolved(repository, default_revision(repository.root)) == before


def test_a_migration_that_came_by_a_merge_counts_where_it_was_merged(repository: Repository) -> None:
    repository.commit(f"{MIGRATIONS}/pre_0001_first.py")
    repository.git("switch", "--quiet", "--create", "branch")
    repository.commit(f"{MIGRATIONS}/pre_0002_second.py")
    repository.git("switch", "--quiet", "main")
    before = repository.commit("code.py")
    repository.git("merge", "--quiet", "--no-ff", "--no-edit", "branch")
    assert resolved(repository, default_revision(repository.root)) == before


def test_the_newest_tag_before_this_commit_comes_first(repository: Repository) -> None:
    tagged = repository.commit(f"{MIGRATIONS}/pre_0001_first.py")
    repository.git("tag", "v1")
    repository.commit(f"{MIGRATIONS}/pre_0002_second.py")
    repository.git("tag", "v2")
    assert resolved(repository, default_revision(repository.root)) == tagged


def test_an_older_release_is_taken_out_once_and_kept(repository: Repository) -> None:
    repository.commit(RUNNER, "first")
    second = repository.commit(RUNNER, "second")
    release = older_release("HEAD^", root=repository.root)
    assert ((release.root / RUNNER).read_text(), release.name) == ("first", "A")
    assert older_release("HEAD^", root=repository.root) == release
    assert older_release("HEAD", root=repository.root).root.name == second
    assert len(list(release.root.parent.iterdir())) == 2


def test_one_without_workers_to_start_is_refused(repository: Repository) -> None:
    repository.commit("code.py")
    with pytest.raises(NoReleaseError, match="too old"):
        older_release("HEAD", root=repository.root)


@pytest.mark.parametrize("revision", ["nothing-of-the-kind", None])
def test_a_history_that_does_not_go_so_far_is_told(repository: Repository, revision: str | None) -> None:
    repository.commit(f"{MIGRATIONS}/pre_0001_first.py")
    with pytest.raises(NoReleaseError):
        older_release(revision, root=repository.root)


def test_a_folder_without_history_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(NoReleaseError):
        older_release(root=tmp_path)


def test_packages_that_differ_from_the_lock_are_told(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text(
        f"pydantic==1.0.0 \\\n    --hash=sha256:00\nsqlalchemy=={version('sqlalchemy')} ; sys_platform == 'linux'\n"
        "not-for-this-platform==2.0\n"
    )
    assert differences(Release("A", "1", tmp_path)) == [f"pydantic 1.0.0, here {version('pydantic')}"]


def test_a_release_that_cannot_order_streams_is_told_from_one_that_does(tmp_path: Path) -> None:
    assert this_release().orders_streams
    assert not Release("A", "old", tmp_path).orders_streams
