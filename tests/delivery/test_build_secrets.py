"""What pip is told on a machine goes into a build as a secret, and only that."""

from pathlib import Path

import pytest

from infra.tools.delivery.build_secrets import AUTHORITIES, options, settings
from tests.architecture.tree import ROOT


def test_where_pip_is_told_nothing_a_build_is_given_nothing(tmp_path: Path) -> None:
    assert not options(tmp_path / "secrets", settings([]))
    assert not (tmp_path / "secrets").exists()


@pytest.mark.parametrize(
    ("lines", "used"),
    [
        (["global.proxy='one'"], "one"),
        (["global.proxy='one'", "install.proxy='two'"], "two"),
        ([":env:.proxy='three'", "global.proxy='one'", "install.proxy='two'"], "three"),
        (["download.proxy='four'", "global.proxy='one'"], "one"),
    ],
)
def test_of_several_settings_the_one_that_an_installation_uses_is_taken(lines: list[str], used: str) -> None:
    assert settings(lines) == {"proxy": used}


def test_what_means_the_same_in_a_build_is_handed_over_for_its_owner_s_eyes_only(tmp_path: Path) -> None:
    told = settings([
        "global.index-url='https://me:word@mirror.example/simple'",
        "global.extra-index-url='\\nhttps://one.example\\nhttps://two.example'",
        ":env:.find-links='/opt/wheels'",
    ])  # fmt: skip
    (option,) = options(tmp_path / "secrets", told)
    file = tmp_path / "secrets/pip.conf"
    assert option == f"--secret=id=pip,src={file}"
    assert file.stat().st_mode & 0o077 == 0
    assert file.read_text().splitlines() == [
        "[global]",
        "index-url = https://me:word@mirror.example/simple",
        "extra-index-url = ",
        "    https://one.example",
        "    https://two.example",
    ]


def test_authorities_of_this_machine_are_a_secret_of_their_own(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("certificates")
    given = options(tmp_path / "secrets", settings([f"global.cert='{bundle}'"]))
    assert given[1] == f"--secret=id=authorities,src={bundle}"
    assert f"cert = {AUTHORITIES}" in (tmp_path / "secrets/pip.conf").read_text()


def test_authorities_that_are_not_there_are_not_handed_over(tmp_path: Path) -> None:
    assert not options(tmp_path / "secrets", settings(["global.cert='/nowhere/bundle.pem'"]))


def test_the_dockerfile_asks_for_these_secrets_where_it_asks_the_index_and_nowhere_else() -> None:
    first, second = (ROOT / "Dockerfile").read_text().split("\nFROM ")[1:]
    assert "PIP_CONFIG_FILE=/run/secrets/pip" in first
    assert first.count("--mount=type=secret,id=pip ") == first.count("--mount=type=secret,id=authorities") == 1
    assert AUTHORITIES == "/run/secrets/authorities"
    assert "secret" not in second.replace("secrets", "").lower()
    assert "PIP_" not in second
