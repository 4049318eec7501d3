"""`make terraform-check` fails on each kind of mistake."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

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
        ("environments/stage.tfvars", 'role = "privacy"', 'role = "privacey"', "A role is worker, privacy or operator"),
        ("environments/stage.tfvars", '"archive/" = 30', '"archive" = 30', "A folder ends with a slash"),
    ],
)
def test_a_planted_mistake_is_found(one_environment: Path, file: str, right: str, wrong: str, said: str) -> None:
    text = (one_environment / file).read_text()
    assert right in text, "the mistake cannot be planted"
    (one_environment / file).write_text(text.replace(right, wrong, 1))
    with terraform(one_environment) as ready, pytest.raises(CheckError) as raised:
        check(ready)
    assert said in " ".join(str(raised.value).split())


Planted: TypeAlias = Sequence[tuple[str, str, str, str]]

RIGHTS_OF_CACHE_AND_OBJECTS: Final = (
    ("cache/rights.tf", '"incrby", "multi"', '"incrby", "keys", "multi"', "A worker has other rights in Redis"),
    ("cache/rights.tf", '["scan", "unlink"]', '["scan", "flushdb"]', "Who erases has other rights in Redis"),
    ("cache/rights.tf", '? ["resetkeys"] :', '? ["~*"] :', "An operator reaches keys"),
    ("objects/rights.tf", "files}statement-rows/*", "files}x/*", "A worker has other rights in the bucket"),
    ("objects/rights.tf", "= [local.archive]", '= ["${local.files}*"]', "Somebody besides the area privacy may delete"),
    ("objects/rights.tf", "local.write, resources", "local.read, resources", "A producer may read"),
    ("objects/rights.tf", 'read   = ["s3:GetObject"]', 'read   = ["s3:*"]', "Somebody may do what nobody needs"),
    ("objects/rights.tf", 'SecureTransport" = "false"', 'SecureTransport" = "true"', "reached without TLS"),
    ("objects/rights.tf", "{ AWS = principals }", '{ AWS = ["*"] }', "lets somebody in who was not named"),
    ("objects/main.tf", "NoncurrentDays = local.versions_days", "NoncurrentDays = 365", "keeps what it ought to"),
    ("objects/main.tf", '"old-versions", Status = "Enabled"', '"old-versions", Status = "Disabled"', "does nothing"),
)
# What is not refused ends a file of tests, so of these there is one for each module at a time.
NOT_REFUSED: Final = (
    (
        ("cache/variables.tf", ' && name != "default"', "", "everybody_is_no_user"),
        (
            "objects/variables.tf",
            "_days <= 30",
            "_days <= 300",
            "versions_that_outlive_an_erasure_for_long_are_refused",
        ),
    ),
    (
        ("cache/variables.tf", "== length(var.users)", ">= 0", "two_users_never_share_a_password"),
        ("objects/variables.tf", '"^arn:[^*]+$"', '".*"', "everybody_is_no_principal"),
    ),
    (
        (
            "cache/variables.tf",
            "^(volatile|allkeys)-(ttl|lru|lfu|random)$",
            ".",
            "a_redis_that_forgets_nothing_is_refused",
        ),
        (
            "objects/variables.tf",
            'contains(["public',
            'contains(["lifecycle", "public',
            "a_store_without_a_lifecycle_is_refused",
        ),
    ),
)


def test_rights_that_are_too_wide_and_rules_that_are_too_loose_are_all_found(one_environment: Path) -> None:
    told = told_of(one_environment, RIGHTS_OF_CACHE_AND_OBJECTS)
    assert [said for *_, said in RIGHTS_OF_CACHE_AND_OBJECTS if said not in told] == []


@pytest.mark.parametrize("planted", NOT_REFUSED)
def test_what_is_not_refused_any_more_is_found(one_environment: Path, planted: Planted) -> None:
    told = told_of(one_environment, planted)
    assert [name for *_, name in planted if f'run "{name}"... fail' not in told] == []


def told_of(folder: Path, planted: Planted) -> str:
    """What the tests tell with these mistakes in two modules."""
    for file, right, wrong, _ in planted:
        path = folder / "modules" / file
        assert right in path.read_text(), f"{right} cannot be planted in {file}"
        path.write_text(path.read_text().replace(right, wrong, 1))
    with terraform(folder) as ready, pytest.raises(CheckError) as raised:
        ready.run("test", "-var-file=environments/stage.tfvars")
    return " ".join(str(raised.value).split())


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
