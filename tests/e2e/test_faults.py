"""What a newcomer gets wrong: each gives a clear message naming cause and cure, and the documented exit code."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.command_line import poon as typed
from tests.e2e.fleet_process import FleetProcess
from tests.ledger.observe import delete_topics
from tests.services.kafka import KafkaService
from workers.entrypoints.exits import ExitCode

pytestmark = pytest.mark.e2e

UNREACHABLE = "127.0.0.1:1"


def poon(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `poon` with just these settings, named as their variables without POON_."""
    root = Path(__file__).parents[2]
    environment = {"PATH": "", "PYTHONPATH": str(root), "POON_DATA_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", "from workers.entrypoints.cli import main; main()", *arguments],
        env=environment | {f"POON_{name}": value for name, value in settings.items()},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"KAFKA__BOTSTRAP_SERVERS": "x:1"}, ["POON_KAFKA__BOTSTRAP_SERVERS", "did you mean"]),
        ({"RUNTIME__MAX_IN_FLIGHT": "many"}, ["POON_RUNTIME__MAX_IN_FLIGHT"]),
        ({"DATABASE__URL": "mysql://db"}, ["POON_DATABASE__URL", "postgresql://"]),
        ({"KAFKA__SECURITY_PROTOCOL": "SASL_SSL", "KAFKA__BOOTSTRAP_SERVERS": "k:1"}, ["SASL_USERNAME"]),
    ],
)
def test_a_wrong_setting_names_itself_and_its_cure(tmp_path: Path, settings: dict[str, str], told: list[str]) -> None:
    ended = poon(tmp_path, "run", **settings)
    assert ended.returncode == ExitCode.CONFIGURATION
    assert all(words in ended.stderr for words in told), ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_unreachable_broker_is_named_with_its_setting(tmp_path: Path) -> None:
    ended = poon(tmp_path, "run", KAFKA__BOOTSTRAP_SERVERS=UNREACHABLE)
    assert ended.returncode == ExitCode.UNAVAILABLE
    assert UNREACHABLE in ended.stderr
    assert "bootstrap_servers" in ended.stderr.lower()
    assert "Traceback" not in ended.stderr


def test_an_unreachable_database_is_named(tmp_path: Path) -> None:
    ended = poon(tmp_path, "run", DATABASE__URL=f"postgresql://poon:secret@{UNREACHABLE}/poon")
    assert ended.returncode == ExitCode.UNAVAILABLE
    assert UNREACHABLE in ended.stderr
    assert "secret" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_missing_topic_is_named_with_the_command_that_creates_it(tmp_path: Path, kafka_service: KafkaService) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker creates a topic that is asked for")
    delete_topics(kafka_service.bootstrap_servers)
    ended = poon(tmp_path, "run", "--areas", "texts", KAFKA__BOOTSTRAP_SERVERS=kafka_service.bootstrap_servers)
    assert ended.returncode == ExitCode.UNAVAILABLE
    assert "poon.texts.commands" in ended.stderr
    assert "poon topics apply" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.fixture(scope="module")
def reading_fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a fleet that reads receipts."""
    folder = tmp_path_factory.mktemp("receipts")
    fleet = FleetProcess({"POON_OCR__PROCESSES": "1"}, folder, areas="receipts")
    fleet.start_and_wait()
    yield folder
    assert fleet.terminate() == ExitCode.OK


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xd8\xff\xe0" + bytes(400), "image_unreadable"),
        (b"this is no image at all", "image_unsupported"),
    ],
)
def test_an_image_that_cannot_be_read_is_rejected_with_its_code(
    reading_fleet: Path, tmp_path: Path, content: bytes, code: str
) -> None:
    image = tmp_path / "receipt.jpg"
    image.write_bytes(content)
    ended = typed(reading_fleet, "send", "image", str(image), "--wait")
    assert ended.returncode == ExitCode.NO
    assert code in ended.stdout


def test_an_image_that_is_not_there_is_named_and_nothing_is_sent(reading_fleet: Path) -> None:
    ended = typed(reading_fleet, "send", "image", "nowhere.jpg", "--wait")
    assert ended.returncode in {ExitCode.BAD_INPUT, ExitCode.USAGE}
    assert "nowhere.jpg" in ended.stderr
