"""What every committed file must keep: a readable size, no registry, no machine path, no secret."""

import re
from pathlib import Path

import pytest

from infra.tools.secrets import findings
from tests.architecture.tree import ROOT, committed_files, committed_texts

LONGEST = 400

# Written in pieces, so that this file does not name one.
REGISTRIES = re.compile(
    "|".join(
        re.escape(name.replace(" ", "."))
        for name in (
            "pypi org",
            "pythonhosted org",
            "registry npmjs",
            "npmjs org",
            "yarnpkg com",
            "repo maven apache",
            "repo1 maven",
            "proxy golang",
            "sum golang",
            "index crates",
        )
    )
)
MACHINE_PATHS = re.compile(r"(?<![\w.$}-])/(?:work|farm|root|home/\w+|Users/\w+|tmp/bash_jobs\S*)/")


def too_long(text: str) -> bool:
    return text.count("\n") > LONGEST


def test_no_python_file_is_longer_than_a_reader_can_hold() -> None:
    sources = [(path, text) for path, text in committed_texts() if path.suffix == ".py"]
    assert not [str(path.relative_to(ROOT)) for path, text in sources if too_long(text)]


def test_a_planted_long_file_is_noticed() -> None:
    assert not too_long("x\n" * LONGEST)
    assert too_long("x\n" * (LONGEST + 1))


def test_every_python_folder_is_a_package() -> None:
    folders = {path.parent for path in committed_files() if path.suffix == ".py"}
    assert not [str(folder) for folder in folders if not (folder / "__init__.py").exists()]


def test_no_file_names_a_registry() -> None:
    assert not [str(path.relative_to(ROOT)) for path, text in committed_texts() if REGISTRIES.search(text)]


@pytest.mark.parametrize("host", ["files pythonhosted org", "registry npmjs org", "repo1 maven org"])
def test_a_planted_registry_is_noticed(host: str) -> None:
    assert REGISTRIES.search(f"see https://{host.replace(' ', '.')}/packages")


def test_no_file_holds_the_path_of_a_machine() -> None:
    found = [str(path.relative_to(ROOT)) for path, text in committed_texts() if MACHINE_PATHS.search(text)]
    assert not found


@pytest.mark.parametrize("path", ["/{}/main/x", "open('/{}/x')"])
@pytest.mark.parametrize("top", ["work", "root", "home/me", "Users/me"])
def test_a_planted_machine_path_is_noticed(path: str, top: str) -> None:
    assert MACHINE_PATHS.search(path.format(top))


@pytest.mark.parametrize("innocent", ["adapters/work/x", "https://example.org/work/x", "${HOME}/work/", "framework/"])
def test_a_relative_path_is_no_machine_path(innocent: str) -> None:
    assert not MACHINE_PATHS.search(innocent)


def test_no_file_holds_a_secret() -> None:
    assert not [finding for path in committed_files() for finding in findings(path)]


@pytest.mark.parametrize(
    "planted",
    [
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "key = AKIA" + "IOSFODNN7EXAMPLQ",
        "token: ghp_" + "a1B2" * 9,
        "OPENAI_API_KEY=sk-" + "proj-" + "a1B2" * 10,
        "url = postgresql://poon:" + "hunter2horse" + "@db.example.org/poon",
        'client_secret = "' + "9f8e7d6c5b4a39281706" + '"',
    ],
)
def test_a_planted_secret_is_noticed(planted: str, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(planted)
    assert findings(tmp_path / "settings.toml")
