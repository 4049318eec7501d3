"""A receipt processed by `poon run` with nothing configured, and an operator who looks at it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command_line import poon
from tests.e2e.fleet_process import FleetProcess
from tests.services.waiting import wait_until
from workers.entrypoints.demo.material import DATA
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.images import inline_image

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of a fleet on the embedded broker."""
    folder = tmp_path_factory.mktemp("workflows")
    fleet = FleetProcess({"POON_OCR__PROCESSES": "1"}, folder, areas="receipts,spending,workflows")
    fleet.start_and_wait()
    yield folder
    assert fleet.terminate() == ExitCode.OK


def listed(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    result = poon(folder, "workflows", "list", "--json", *arguments)
    assert result.returncode == ExitCode.OK, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_receipt_is_processed_and_what_is_over_cannot_be_aborted(folder: Path) -> None:
    image = (DATA / "images" / "coffee-cash.jpg").read_bytes()
    data = {"image": inline_image(image), "reference_date": "2025-06-15"}
    command = json.dumps({"type": "poon.receipt.process.v1", "data": data})
    begun = poon(folder, "send", "json", "-", "--wait", "--json", given=command)
    assert begun.returncode == ExitCode.OK, begun.stderr
    (outcome,) = (json.loads(line) for line in begun.stdout.splitlines())
    assert outcome["type"] == "poon.workflow.started.v1"
    workflow_id = outcome["data"]["workflow_id"]

    wait_until(lambda: listed(folder, "--phase", "completed"), "the workflow to complete", timeout=240)
    (run,) = listed(folder, "--phase", "completed")
    assert run["id"] == workflow_id
    shown = poon(folder, "workflows", "show", workflow_id)
    assert "workflow.completed" in shown.stdout

    traced = poon(folder, "trace", outcome["data"]["workflow_id"], "--json")
    assert traced.returncode == ExitCode.OK, traced.stderr
    (command,) = json.loads(traced.stdout)["commands"]
    assert command["workflow"]["stands"]["phase"] == "completed"
    sent = [event["command"] for one in command["workflow"]["transitions"] for event in one["events"]]
    assert {one["outcome"]["verdict"] for one in sent if one is not None} == {"succeeded"}

    areas = [word for area in ("receipts", "spending", "workflows") for word in ("--area", area)]
    doctor = poon(folder, "doctor", "--json", "--timeout", "60", *areas)
    assert doctor.returncode == ExitCode.OK, doctor.stdout

    late = poon(folder, "workflows", "abort", workflow_id, "--reason", "sent by mistake")
    assert late.returncode == ExitCode.NO, late.stderr
    assert "illegal_transition" in late.stdout
