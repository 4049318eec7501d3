"""docs/deploy.md keeps its promise: three commands to a processed command, one back; and each of them would work."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.exceptions import TyperException

from tests.charts.rendering import CHART, RELEASE, Manifest, containers, named, pods, render
from tests.charts.tools import ROOT
from workers.entrypoints.cli import app

PAGE = (ROOT / "docs/deploy.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


def section(title: str) -> str:
    """A part of the page, up to the next heading."""
    return re.split(r"^##+ ", PAGE.partition(f"## {title}\n")[2], flags=re.MULTILINE)[0]


def typed(text: str) -> list[list[str]]:
    """What a reader types, as the shell divides it."""
    blocks = re.findall(r"^```console\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [shlex.split(line[2:]) for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def mentioned(program: str) -> list[list[str]]:
    """Commands of a program in the running text; what stands for something else is left out."""
    spans = re.findall(rf"`({program} [^`<…]+)`", PAGE)
    return [shlex.split(span) for span in spans]


class NoCommandError(Exception):
    """`poon` would not take these arguments."""


def parsed(arguments: list[str]) -> str:
    """The name of the command of `poon` that these arguments are for, which takes all of them.

    Raises:
        NoCommandError: there is none, or it does not take them.
    """
    # The command classes are private to typer.
    command: Any = typer.main.get_command(app)
    rest = list(arguments)
    while inner := getattr(command, "commands", None):
        name = rest.pop(0)
        if name not in inner:
            raise NoCommandError(name)
        command = inner[name]
    try:
        command.make_context(command.name, rest)
    except TyperException as error:
        raise NoCommandError(arguments) from error
    return str(command.name)


def set_values(helm: list[str]) -> dict[str, Any]:
    """What `--set` makes of its arguments."""
    values: dict[str, Any] = {}
    pairs = [helm[place + 1].partition("=") for place, word in enumerate(helm) if word == "--set"]
    for path, _, value in pairs:
        *folders, name = path.split(".")
        inner = values
        for folder in folders:
            inner = inner.setdefault(folder, {})
        inner[name] = value
    return values


@pytest.fixture(scope="module")
def commands() -> list[list[str]]:
    return typed(section("From nothing to a processed command"))


@pytest.fixture(scope="module")
def manifests(commands: list[list[str]]) -> list[Manifest]:
    return render(set_values(commands[1]))


def secrets(manifests: list[Manifest]) -> Iterator[tuple[str, str]]:
    for _, pod in pods(manifests):
        for container in containers(pod):
            for variable in container.get("env", ()):
                reference = variable.get("valueFrom", {}).get("secretKeyRef")
                if reference:
                    yield reference["name"], reference["key"]


def test_three_commands_lead_from_nothing_to_a_processed_command(commands: list[list[str]]) -> None:
    assert [command[0] for command in commands] == ["kubectl", "helm", "kubectl"]
    assert "--wait" in commands[1]
    assert "--wait" in commands[2]


def test_one_command_leads_back() -> None:
    assert [command[:3] for command in typed(section("Back"))] == [["helm", "rollback", RELEASE]]


def test_the_secret_that_is_made_is_the_one_that_is_read(commands: list[list[str]], manifests: list[Manifest]) -> None:
    create = commands[0]
    key = next(word for word in create if word.startswith("--from-literal=")).removeprefix("--from-literal=")
    assert create[:4] == ["kubectl", "create", "secret", "generic"]
    assert set(secrets(manifests)) == {(create[4], key.partition("=")[0])}


def test_the_values_that_are_set_are_enough_to_install(commands: list[list[str]], manifests: list[Manifest]) -> None:
    install = commands[1]
    assert install[1:4] == ["install", RELEASE, str(CHART.relative_to(ROOT))]
    assert manifests


def test_the_command_that_proves_it_is_sent_from_a_worker_that_was_installed(
    commands: list[list[str]], manifests: list[Manifest]
) -> None:
    prove = commands[2]
    kind, _, name = prove[2].partition("/")
    assert (prove[1], kind) == ("exec", "deploy")
    assert named(manifests, "Deployment", name)
    sent = prove[prove.index("--") + 1 :]
    assert sent[0] == "poon"
    assert parsed(sent[1:]) == "text"


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl here")
def test_kubectl_takes_the_command_that_makes_the_secret(commands: list[list[str]]) -> None:
    done = subprocess.run([*commands[0], "--dry-run=client", "--output=yaml"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", mentioned("poon"), ids=" ".join)
def test_every_command_of_the_fleet_that_is_named_exists(command: list[str]) -> None:
    assert parsed([word.rstrip(",;") for word in command[1:]])


@pytest.mark.parametrize("command", mentioned("make"), ids=" ".join)
def test_every_make_target_that_is_named_exists(command: list[str]) -> None:
    assert re.search(rf"^{command[1]}:", MAKEFILE, flags=re.MULTILINE)


@pytest.mark.parametrize("arguments", [["send", "txt", "a"], ["send", "text", "a", "--wiat"], ["send", "text"]])
def test_a_planted_command_that_is_none_is_noticed(arguments: list[str]) -> None:
    with pytest.raises(NoCommandError):
        parsed(arguments)
