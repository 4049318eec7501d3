"""A fleet of containers, one for each area as the chart has it, from empty services to outcomes and an orderly end."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

import pytest

from contracts.registry import AREAS
from infra.image.saved import Saved
from tests.image.containers import Image, Running
from tests.services.fixtures import note_finding
from tests.services.kafka import KafkaService
from tests.services.postgres import PostgresService
from tests.services.processes import free_ports
from tests.services.waiting import wait_until
from workers.config.values import PROJECTIONS

pytestmark = pytest.mark.timeout(900)

ROLES: Final = (*AREAS, PROJECTIONS)
READY_SECONDS: Final = 120.0
GRACE_SECONDS: Final = 60
RECEIPT: Final = "/opt/venv/lib/python3.11/site-packages/workers/entrypoints/demo_data/images/coffee-cash.jpg"


@dataclass(frozen=True, slots=True)
class Fleet:
    """Workers that are ready.

    Attributes:
        settings: of whoever works beside them.
        ready: seconds from the start of a container until it carries out commands, by its area.
    """

    image: Image
    settings: Mapping[str, str]
    workers: Mapping[str, Running]
    ready: Mapping[str, float]

    def outcome(self, *words: str) -> dict[str, Any]:
        """Send by a container of the same image, and wait for what becomes of it."""
        done = self.image.run("send", *words, "--wait", "--json", settings=self.settings, network="host")
        assert done.code == 0, done.told
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told


@pytest.fixture(scope="module")
def fleet(
    image: Image,
    kafka_service: KafkaService,
    postgres_service: PostgresService,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    with ExitStack() as stack:
        settings = {
            "POON_KAFKA__BOOTSTRAP_SERVERS": kafka_service.bootstrap_servers,
            "POON_DATABASE__URL": stack.enter_context(postgres_service.fresh_database()),
        }
        for words in (("topics", "apply"), ("migrate",)):
            done = image.run(*words, settings=settings, network="host")
            assert done.code == 0, done.told
        workers, ready = {}, {}
        for area, port in zip(ROLES, free_ports(len(ROLES)), strict=True):
            began = time.monotonic()
            told = settings | {"POON_HTTP__PORT": str(port)}
            worker = image.running(folder / f"{area}.log", "run", "--areas", area, settings=told)
            workers[area] = stack.enter_context(worker)
            wait_until(lambda: is_ready(workers[area], port), f"{area} to be ready", timeout=READY_SECONDS)  # noqa: B023  ended before the next
            ready[area] = time.monotonic() - began
        yield Fleet(image, settings, workers, ready)


def is_ready(worker: Running, port: int) -> bool:
    worker.process.ensure_running()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def test_every_role_is_ready_by_its_argument_alone(fleet: Fleet, pytestconfig: pytest.Config) -> None:
    assert list(fleet.ready) == list(ROLES)
    times = ", ".join(f"{area} {seconds:.1f}" for area, seconds in fleet.ready.items())
    note_finding(pytestconfig, f"from a container's start to /readyz, one after the other, s: {times}")


def test_a_text_and_a_receipt_come_to_their_outcomes(fleet: Fleet, pytestconfig: pytest.Config) -> None:
    text = fleet.outcome("text", "กาแฟ 65 บาท")
    receipt = fleet.outcome("image", RECEIPT)
    note_finding(pytestconfig, f"outcomes in the fleet of containers: {text} / {receipt}")
    assert "65" in json.dumps(text)
    assert "185" in json.dumps(receipt)


@pytest.mark.parametrize("area", ROLES)
def test_the_image_s_own_question_tells_that_each_is_well(fleet: Fleet, saved: Saved, area: str) -> None:
    check = saved.runs["Healthcheck"]["Test"]
    assert check[0] == "CMD"
    done = fleet.workers[area].ask(*check[1:])
    assert done.code == 0, done.told


def test_the_doctor_finds_nothing_that_fails(fleet: Fleet) -> None:
    done = fleet.image.run("doctor", settings=fleet.settings, network="host")
    assert done.code == 0, done.told


@pytest.mark.ends_the_fleet
def test_sigterm_ends_each_in_order(fleet: Fleet) -> None:
    codes = {area: worker.stop(GRACE_SECONDS) for area, worker in fleet.workers.items()}
    assert codes == dict.fromkeys(ROLES, 0)
