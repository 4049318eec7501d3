"""The shortest drill: PostgreSQL is killed, the alert fires, the doctor names it, and its page cures it."""

from pathlib import Path

import pytest

from adapters.clock import SystemClock
from tests.drills.every import DRILLS
from tests.drills.run import run_drill
from tests.drills.stage import missing
from tests.services.fixtures import note_finding
from tests.services.kafka import KafkaService

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(missing() is not None, reason=f"needs {missing()}"),
]

DATABASE_DOWN = next(drill for drill in DRILLS if drill.name == "database-down")


async def test_a_killed_database_is_told_named_and_cured(
    kafka_service: KafkaService, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    if kafka_service.embedded is not None:
        pytest.skip("the embedded broker's topics cannot be made anew")
    result = await run_drill(DATABASE_DOWN, kafka_service, tmp_path, SystemClock(), 20.0, lambda _: None)
    assert result.failings == []
    assert result.commands > 100
    assert "`poon doctor`" in result.steps
    assert result.named is not None
    times = (
        f"alert after {result.to_alert:.0f} s, named {result.to_cause:.0f} s later, clear in {result.to_clear:.0f} s"
    )
    note_finding(pytestconfig, f"Drill database-down, time divided by {result.drill.factor:g}: {times}")
