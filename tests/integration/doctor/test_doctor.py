"""`poon doctor` as a whole: on what is healthy, on what hangs, and on settings that cannot be loaded."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from contracts.topics import FLEET_TOPICS
from tests.ledger.observe import reset_topics
from tests.services.kafka import KafkaService, fresh_name
from tests.services.kafka_admin import has_topic
from workers.entrypoints.cli import app
from workers.entrypoints.exits import ExitCode

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POON_DATA_DIR", str(tmp_path))


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of somebody who takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def poon(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ["doctor", *arguments], env=environment)


def told(result: Result) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def with_all_topics(kafka: KafkaService) -> KafkaService:
    for topic in FLEET_TOPICS:
        if not has_topic(kafka.bootstrap_servers, topic.name, topic.partitions):
            kafka.create_topic(topic.name, topic.partitions, topic.config)
    return kafka


def test_a_stack_without_workers_lacks_only_them(kafka_service: KafkaService, postgres_url: str) -> None:
    reset_topics(kafka_service.bootstrap_servers)
    kafka = with_all_topics(kafka_service)
    result = poon(
        "--json",
        "--area",
        "texts",
        "--timeout",
        "60",
        POON_KAFKA__BOOTSTRAP_SERVERS=kafka.bootstrap_servers,
        POON_KAFKA__GROUP_ID=fresh_name("group"),
        POON_DATABASE__URL=postgres_url,
        POON_DATABASE__POOL_SIZE="2",
    )
    report = told(result)
    named = [finding["what"] for finding in report["findings"] if "are stamped later" not in finding["what"]]
    assert len(named) <= 1, report
    assert all(what.startswith("nobody works for texts") for what in named), named
    skipped = [check for check in report["checks"] if check["skipped_because_of"]]
    assert skipped == []


def test_what_hangs_is_a_finding_and_all_ends_in_time(silent: int) -> None:
    result = poon(
        "--json",
        "--timeout",
        "2",
        "--worker",
        f"http://127.0.0.1:{silent}",
        POON_KAFKA__BOOTSTRAP_SERVERS=f"127.0.0.1:{silent}",
        POON_DATABASE__URL=f"postgresql://ben@127.0.0.1:{silent}/poon",
        POON_CACHE__URL=f"redis://127.0.0.1:{silent}/0",
        POON_MODELS__SERVERS=json.dumps({"ollama": {"base_url": f"http://127.0.0.1:{silent}/v1", "model": "m"}}),
        POON_CHAINS__CATEGORIZATION="rules>=0.7,ollama",
    )
    report = told(result)
    broken = {finding["check"] for finding in report["findings"]}
    assert broken == {"broker", "database", "cache", "model server ollama", f"worker http://127.0.0.1:{silent}"}
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert {check["name"] for check in report["checks"] if check["skipped_because_of"]} >= {"topics", "workflows"}


def test_settings_that_cannot_be_loaded_are_findings(tmp_path: Path) -> None:
    result = poon("--json", POON_KAFKA__BOOTSTRAP_SERVERS="no port", POON_DATA_DIR=str(tmp_path))
    report = told(result)
    assert "POON_KAFKA__BOOTSTRAP_SERVERS" in report["findings"][0]["what"]
    assert result.exit_code == ExitCode.CONFIGURATION


def test_an_address_that_is_none_of_a_worker_is_a_finding() -> None:
    result = poon("--json", "--worker", "nonsense")
    assert any("no address of a fleet" in finding["what"] for finding in told(result)["findings"])


def test_people_are_told_what_to_do(tmp_path: Path) -> None:
    result = poon()
    for words in ("CRITICAL  broker:", "start one with `poon run`", "→", "docs/runbooks/PoonOutage.md"):
        assert words in result.stdout
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert list(tmp_path.iterdir()) == []
