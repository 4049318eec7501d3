"""Every kind of scenario, played by fleets that die, passes the judge of `make rolling`."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from adapters.database.schema import migrate
from tests.integration.workflows.mortal import LEFT_BEHIND
from tests.integration.workflows.playing import TENANT, stage_world
from tests.ledger.scenarios import Plot, ScenarioStream
from tests.ledger.workflow_checker import workflow_violations

pytestmark = [pytest.mark.timeout(900), pytest.mark.filterwarnings(LEFT_BEHIND)]

SEED = 5
DEATHS = (30, 150, 90)
"""After so many writes each; all take about 700."""


async def test_scenarios_played_by_fleets_that_die_keep_every_promise(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/poon.db"
    await asyncio.to_thread(migrate, url)
    stream = ScenarioStream(SEED, TENANT, rows=(12, 30))
    scenarios = [stream.scenario(plot) for plot in (*Plot, *Plot)]
    world = stage_world(url, tmp_path)
    await world.play(scenarios, DEATHS)
    evidence = await world.evidence()
    assert workflow_violations(scenarios, world.asked, evidence) == []
    assert Counter(run.phase for run in evidence.runs.values())["compensated"] >= 8
