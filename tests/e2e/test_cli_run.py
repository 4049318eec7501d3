"""`poon run` with nothing configured, and everything a newcomer does with it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contracts.registry import AREAS
from contracts.topics import FLEET_TOPICS, consumed_topics
from tests.e2e.command_line import Typed, poon
from tests.e2e.fleet_process import FleetProcess
from tests.services.waiting import wait_until
from workers.entrypoints.exits import ExitCode

pytestmark = pytest.mark.e2e

POON = (sys.executable, "-c", "from workers.entrypoints.cli import main; main()")


@dataclass(frozen=True)
class Terminal:
    """Where somebody types `poon`."""

    folder: Path
    environment: dict[str, str]

    def poon(self, *arguments: str, given: str = "") -> Typed:
        return poon(self.folder, *arguments, given=given)

    def process(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The program itself, told by its environment alone."""
        return subprocess.run(
            [*POON, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embedded")


@pytest.fixture(scope="module")
def terminal(folder: Path, pytestconfig: pytest.Config) -> Terminal:
    environment = {"PATH": "", "PYTHONPATH": str(pytestconfig.rootpath), "POON_DATA_DIR": str(folder)}
    return Terminal(folder, environment)


@pytest.fixture(scope="module")
def fleet(folder: Path, terminal: Terminal) -> Iterator[FleetProcess]:
    process = FleetProcess(terminal.environment, folder)
    process.start_and_wait()
    yield process
    assert process.terminate() == ExitCode.OK


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.usefixtures("fleet")
def test_a_text_becomes_an_outcome(terminal: Terminal) -> None:
    result = terminal.process("send", "text", "กาแฟ 65 บาท", "--wait", "--json")

    assert result.returncode == ExitCode.OK, result.stderr
    (outcome,) = objects(result.stdout)
    assert outcome["type"] == "poon.text.parsed.v1"
    assert outcome["data"]["amount"]["value"] == {"amount": "65.00", "currency": "THB"}
    assert outcome["owner"] == "me"


@pytest.mark.usefixtures("fleet")
def test_a_text_without_an_amount_is_rejected_with_its_code(terminal: Terminal) -> None:
    result = terminal.poon("send", "text", "bought some snacks", "--wait")

    assert result.returncode == ExitCode.NO
    assert "no_amount: The text tells no amount of money." in result.stdout


@pytest.mark.usefixtures("fleet")
def test_a_command_sent_twice_has_one_outcome_id(terminal: Terminal) -> None:
    sent = [terminal.poon("send", "text", "taxi 120", "--id", "twice-1", "--wait", "--json") for _ in range(2)]

    first, second = (objects(result.stdout)[0] for result in sent)
    assert first["id"] == second["id"]


@pytest.mark.usefixtures("fleet")
def test_json_commands_are_carried_out(terminal: Terminal) -> None:
    command = {
        "type": "poon.spending.record.v1",
        "data": {"amount": {"amount": "120.00", "currency": "THB"}, "merchant": "Taxi"},
    }

    result = terminal.poon("send", "json", "-", "--wait", "--json", given=json.dumps(command))

    assert [outcome["type"] for outcome in objects(result.stdout)] == ["poon.spending.recorded.v1"]


@pytest.mark.usefixtures("fleet")
def test_tail_shows_what_has_become_of_commands(terminal: Terminal) -> None:
    terminal.poon("send", "text", "tea 40 baht", "--owner", "tailed", "--wait")

    result = terminal.poon("tail", "--area", "texts", "--from-beginning", "--timeout", "3")

    assert "✓ parsed    tailed  40.00 THB" in result.stdout


@pytest.mark.usefixtures("fleet")
def test_a_second_fleet_on_the_same_data_folder_is_refused(terminal: Terminal) -> None:
    result = terminal.process("run", "--areas", "texts")

    assert result.returncode == ExitCode.UNAVAILABLE
    assert "an embedded broker runs already" in result.stderr


@pytest.mark.usefixtures("fleet")
def test_a_running_fleet_is_healthy(terminal: Terminal) -> None:
    wait_until(lambda: terminal.poon("health").returncode == ExitCode.OK, "the fleet to be healthy")
    assert "is running" in terminal.process("health").stdout


@pytest.mark.usefixtures("fleet")
def test_lag_is_told_for_every_area(terminal: Terminal) -> None:
    terminal.poon("send", "text", "tea 40 baht", "--wait")
    wait_until(lambda: objects(terminal.poon("lag", "--json").stdout)[0]["lag"] == 0, "everything to be committed")

    (told,) = objects(terminal.poon("lag", "--json").stdout)
    groups = {group["topic"]: group for group in told["groups"]}
    assert list(groups) == [topic for area in sorted(AREAS) for topic in consumed_topics(area)]
    assert sum(part["committed"] or 0 for part in groups["poon.texts.commands"]["partitions"]) > 0


@pytest.mark.usefixtures("fleet")
def test_the_live_view_finds_the_fleet_and_its_lag(terminal: Terminal) -> None:
    result = terminal.poon("top", "--once", "--json", "--interval", "0.2")

    assert result.returncode == ExitCode.OK, result.stderr
    (frame,) = objects(result.stdout)
    assert list(frame["fleets"].values()) == ["running"]
    assert [(worker["area"], worker["partitions"]) for worker in frame["workers"]] == [("texts", 12), ("spending", 12)]
    assert frame["lag_problem"] is None
    assert {line["lag"]["messages"] for line in frame["partitions"]} == {0}


@pytest.mark.usefixtures("fleet")
def test_the_embedded_broker_says_honestly_that_it_keeps_no_topic_settings(terminal: Terminal) -> None:
    shown = terminal.poon("topics", "show", "--json")
    compared = terminal.poon("topics", "diff")

    found = {topic["name"]: topic["broker"]["partitions"] for topic in json.loads(shown.stdout)}
    assert found == {topic.name: topic.partitions for topic in FLEET_TOPICS}
    assert compared.returncode == ExitCode.OK
