"""The dependency rule holds, and breaking it is noticed: one planted violation for each way to break it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

INWARD = "Dependencies point inward"
PLACES = "Every package under workers has a place"
INDEPENDENT = "Adapters are independent"
CORE = "No framework in the core"
RUNTIME = "The runtime knows no domain"

MINIATURE = (
    "contracts/__init__.py",
    "contracts/money.py",
    "workers/__init__.py",
    "workers/domain/__init__.py",
    "workers/ports/__init__.py",
    "workers/handlers/__init__.py",
    "workers/runtime/__init__.py",
    "workers/workflows/__init__.py",
    "workers/projections/__init__.py",
    "workers/queries/__init__.py",
    "workers/evaluation/__init__.py",
    "workers/config/__init__.py",
    "workers/bootstrap/__init__.py",
    "workers/entrypoints/__init__.py",
    "adapters/__init__.py",
    "adapters/database/__init__.py",
    "adapters/kafka/__init__.py",
    "adapters/clock.py",
)

PLANTED = [
    (INWARD, "contracts/money.py", "import workers.domain"),
    (INWARD, "workers/domain/entry.py", "from workers import ports"),
    (INWARD, "workers/ports/clock.py", "import workers.runtime"),
    (INWARD, "workers/runtime/loop.py", "from workers import handlers"),
    (INWARD, "workers/handlers/texts.py", "import workers.runtime"),
    (INWARD, "workers/handlers/texts.py", "from workers import config"),
    (INWARD, "workers/handlers/texts.py", "from adapters.database import engine"),
    (INWARD, "workers/runtime/loop.py", "import workers.config"),
    (INWARD, "workers/workflows/machine.py", "import workers.runtime"),
    (INWARD, "workers/workflows/machine.py", "import workers.handlers"),
    (INWARD, "workers/queries/entries.py", "import workers.runtime"),
    (INWARD, "workers/projections/totals.py", "import workers.runtime"),
    (INWARD, "workers/queries/pages.py", "import workers.projections"),
    (INWARD, "workers/evaluation/cases.py", "import workers.handlers"),
    (INWARD, "workers/bootstrap/wiring.py", "import workers.entrypoints"),
    (INWARD, "adapters/kafka/consumer.py", "import workers.runtime"),
    (INWARD, "adapters/kafka/consumer.py", "import workers.handlers"),
    (INWARD, "adapters/kafka/consumer.py", "from workers import config"),
    (INWARD, "adapters/kafka/consumer.py", "import workers.bootstrap"),
    (PLACES, "workers/helpers/__init__.py", ""),
    (PLACES, "workers/utils.py", ""),
    (INDEPENDENT, "adapters/kafka/consumer.py", "import adapters.database"),
    (INDEPENDENT, "adapters/clock.py", "from adapters import kafka"),
    (CORE, "contracts/money.py", "import sqlalchemy"),
    (CORE, "workers/domain/entry.py", "from rich import print"),
    (CORE, "workers/ports/store.py", "from sqlalchemy.ext.asyncio import AsyncEngine"),
    (CORE, "workers/handlers/texts.py", "import pydantic_settings"),
    (CORE, "workers/workflows/machine.py", "import sqlalchemy"),
    (CORE, "workers/queries/entries.py", "import sqlalchemy"),
    (CORE, "workers/projections/totals.py", "import sqlalchemy"),
    (CORE, "workers/queries/pages.py", "import orjson"),
    (CORE, "workers/evaluation/measures.py", "import numpy"),
    (CORE, "workers/runtime/loop.py", "from faststream.kafka import KafkaBroker"),
    (CORE, "workers/runtime/loop.py", "def later():\n    import aiokafka"),
    (RUNTIME, "workers/runtime/loop.py", "import workers.domain"),
]


def lint_imports(folder: Path) -> tuple[int, str]:
    """Run the import rules in a folder."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def broken(output: str) -> set[str]:
    """The names of the contracts that are reported as broken."""
    return set(re.findall(r"^(.+) BROKEN", output, flags=re.MULTILINE))


def plant(folder: Path, name: str, code: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'"""Planted."""\n{code}\n')


@pytest.fixture
def miniature(tmp_path: Path) -> Path:
    """The architecture without the code: every package, and the project's own rules."""
    for name in MINIATURE:
        plant(tmp_path, name, "")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    return tmp_path


def test_the_code_keeps_the_import_rules() -> None:
    status, output = lint_imports(ROOT)
    assert status == 0, output
    assert all(f"{name} KEPT" in output for name in (INWARD, PLACES, INDEPENDENT, CORE, RUNTIME)), output


def test_the_miniature_keeps_the_import_rules(miniature: Path) -> None:
    plant(miniature, "workers/handlers/texts.py", "import contracts, workers.domain, workers.ports, pydantic")
    plant(miniature, "adapters/kafka/consumer.py", "import contracts, workers.domain, workers.ports, aiokafka")
    plant(miniature, "workers/bootstrap/wiring.py", "import adapters.kafka, workers.config, workers.handlers")
    status, output = lint_imports(miniature)
    assert status == 0, output


@pytest.mark.parametrize(("contract", "name", "code"), PLANTED)
def test_a_planted_violation_breaks_its_contract(miniature: Path, contract: str, name: str, code: str) -> None:
    plant(miniature, name, code)
    status, output = lint_imports(miniature)
    assert status == 1, output
    assert contract in broken(output), output
