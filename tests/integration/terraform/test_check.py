"""`make terraform-check` fails on each kind of mistake."""

import re
from pathlib import Path

import pytest

from infra.tools.terraform import FOLDER, CheckError, MissingError, check, main, pinned, provider, terraform

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

DECLARED = re.compile(r'^variable "(?P<name>\w+)" \{\n(?P<body>.*?)^\}', re.MULTILINE | re.DOTALL)
TO_COMMANDS = 'name = "poon.${area}.commands", pattern = "Literal", operation = "Write"'
TO_EVERYTHING = 'name = "poon.", pattern = "Prefixed", operation = "Write"'


@pytest.fixture
def one_environment(folder: Path) -> Path:
    """The smallest there is to check."""
    for values in (folder / "environments").glob("*.tfvars"):
        if values.name != "stage.tfvars":
            values.unlink()
    return folder


@pytest.mark.parametrize(
    ("file", "right", "wrong", "said"),
    [
        ("main.tf", '  source = "./modules/release"', '  source =   "./modules/release"', "terraform fmt"),
        ("outputs.tf", "module.database.roles", "module.database.rolls", "terraform validate"),
        ("modules/topics/main.tf", "each.value.partitions", "each.value.partitions + 1", "another number"),
        ("modules/topics/rights.tf", TO_COMMANDS, TO_EVERYTHING, "A producer has other rights"),
        ("environments/stage.tfvars", "texts = 4", "texts = 13", "More workers than partitions"),
        ("environments/stage.tfvars", "min_insync         = 2", "min_insync         = 4", "No record could be written"),
        ("environments/stage.tfvars", '= ["privacy"]', '= ["privacey"]', "An area is named that has no topics"),
    ],
)
def test_a_planted_mistake_is_found(one_environment: Path, file: str, right: str, wrong: str, said: str) -> None:
    text = (one_environment / file).read_text()
    assert right in text, "the mistake cannot be planted"
    (one_environment / file).write_text(text.replace(right, wrong, 1))
    with terraform(one_environment) as ready, pytest.raises(CheckError) as raised:
        check(ready)
    assert said in " ".join(str(raised.value).split())


def test_every_variable_says_what_it_is_and_of_which_type() -> None:
    for file in FOLDER.rglob("variables.tf"):
        declared = list(DECLARED.finditer(file.read_text()))
        assert declared, file
        for variable in declared:
            assert "  description = " in variable["body"], (file, variable["name"])
            assert "  type " in variable["body"], (file, variable["name"])


def test_a_version_that_is_not_exact_is_refused(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr("infra.tools.terraform.FOLDER", folder)
    assert pinned() == ("Mongey/kafka", "0.13.1")
    (folder / "versions.tf").write_text((folder / "versions.tf").read_text().replace('"0.13.1"', '"0.13.2"'))
    with pytest.raises(CheckError, match="one provider pinned to one exact version"):
        pinned()


def test_without_terraform_nothing_is_checked_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main() == 0
    assert "not checked: there is no terraform here" in capsys.readouterr().err


def test_a_provider_that_was_not_built_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "terraform").write_text("#!/bin/sh\n")
    (tmp_path / "terraform").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingError, match="make terraform-check"), terraform(FOLDER):
        pass
    with pytest.raises(MissingError, match="there is no go here"):
        provider("0.13.1")


def test_a_failed_check_is_told_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / "outputs.tf").write_text("output {}\n")
    monkeypatch.setattr("infra.tools.terraform.FOLDER", folder)
    assert main() == 1
    assert "terraform" in capsys.readouterr().err
