"""A fleet with a model server, scraped by a real Prometheus, and commands of every fate: what dashboards are shown."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from contracts.base import Command
from contracts.codec import encode
from contracts.commands.spending import CorrectSpending, RecordSpending
from contracts.commands.texts import ParseText
from contracts.commands.workflows import CloseMonth, SteerWorkflow, WorkflowAction
from contracts.envelope import Envelope
from contracts.money import Money
from contracts.topics import TopicRole, topic_name
from contracts.values import Category
from tests.architecture.tree import ROOT
from tests.e2e.fleet_process import FleetProcess
from tests.fakes.commands import TEXT_COMMANDS
from tests.fakes.models import FILLED
from tests.services.model_server import ModelServer, Response, completion
from tests.services.prometheus import NativePrometheus
from workers.ports.messages import OutgoingRecord

AREAS: Final = ("texts", "spending", "insights", "workflows")
UNREADABLE: Final = "blorgo nothing"
NO_COMMAND: Final = OutgoingRecord(TEXT_COMMANDS, None, b"{", ())
"""Dead-lettered as it is."""


def answers(request: dict[str, Any]) -> Response:
    """As a model server would, but for one text."""
    return completion("I would rather not." if UNREADABLE in json.dumps(request) else json.dumps(FILLED))


def successes(wave: str, texts: int) -> dict[str, Command]:
    """By their ids: texts, one of them answered from memory; an entry; a workflow."""
    return {
        **{f"{wave}-text-{number}": ParseText(text=f"blorgo 100 {wave} {number}") for number in range(texts)},
        f"{wave}-again": ParseText(text="blorgo 100 again"),
        f"{wave}-meal": RecordSpending(
            amount=Money.of("65"), merchant="Cafe", category=Category.FOOD, spent_on=date(2025, 6, 10)
        ),
        f"{wave}-close": CloseMonth(month="2025-06"),
    }


def failures(wave: str) -> dict[str, Command]:
    """By their ids: one that fails after another attempt, and two that are rejected."""
    return {
        f"{wave}-unreadable": ParseText(text=f"{UNREADABLE} {wave}"),
        f"{wave}-wrong": CorrectSpending.model_validate(
            {"entry_id": UUID(int=7), "expected_version": 1, "changes": {"merchant": "Cafe"}}
        ),
        f"{wave}-steer": SteerWorkflow(
            workflow_id=UUID(int=8), action=WorkflowAction.RESUME, by="somchai", reason="there is no such workflow"
        ),
    }


def records(commands: Mapping[str, Command], time: datetime, owner: str = "nok") -> Iterable[OutgoingRecord]:
    """What is published to send commands of one owner."""
    for command_id, command in commands.items():
        about = Envelope(id=command_id, source="/test", type=command.type, time=time, tenant="acme", owner=owner)
        topic = topic_name(command.area, TopicRole.COMMANDS)
        yield OutgoingRecord(topic, about.key.encode(), encode(command), about.headers())


def observed_fleet(
    models: ModelServer,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    server: Mapping[str, float] | None = None,
) -> FleetProcess:
    """A fleet that asks the model server and pays for it; not started.

    Args:
        models: the server.
        folder: its data.
        environment: more of its settings, with their whole names.
        server: more of its settings of the model server.
    """
    priced = {"base_url": models.base_url, "model": "test-model", "input_price": "1000", "output_price": "1000"}
    settings = {
        "HTTP__PORT": "0",
        "MODELS__SERVERS": json.dumps({"test": {**priced, **(server or {})}}),
        "CHAINS__TEXT_EXTRACTION": "test",
        "RUNTIME__RETRY__ATTEMPTS": "2",
        "RUNTIME__RETRY__BASE_DELAY_SECONDS": "0.05",
    }
    own = {f"POON_{name}": value for name, value in settings.items()}
    return FleetProcess({**own, **(environment or {})}, folder, areas=",".join(AREAS))


def observer(fleet: FleetProcess, folder: Path, seconds: int = 1) -> NativePrometheus:
    """A Prometheus that scrapes a running fleet, with the product's rules; not started.

    Args:
        fleet: the fleet.
        folder: where its rules are written.
        seconds: between two scrapes, and two looks at the rules.

    Raises:
        ServiceUnavailableError: it is not installed.
    """
    lines = [json.loads(line) for line in fleet.log.read_text().splitlines() if line.startswith("{")]
    address = next(line["url"] for line in lines if line["event"] == "answers over HTTP").removeprefix("http://")
    # As often as what is scraped here; otherwise as they are.
    rules = folder / "rules.yaml"
    told = (ROOT / "infra/prometheus/rules.yaml").read_text()
    rules.write_text(told.replace("interval: 30s", f"interval: {seconds}s"))
    return NativePrometheus([address], rules, f"{seconds}s")


def filled_in(expression: str, rate_interval: str = "10m", shown: str = "10m") -> str:
    """As Grafana asks, with all values of each choice chosen."""
    for name in ("job", "area", "instance", "namespace"):
        expression = expression.replace(f'"${name}"', '".*"')
    return expression.replace("$__rate_interval", rate_interval).replace("$__range", shown)
