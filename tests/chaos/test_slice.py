"""A minute of chaos on three real brokers and a real database: the worst faults, checked by the ledger."""

import os
from pathlib import Path

import pytest

from adapters.clock import SystemClock
from tests.chaos.faults import FaultKind
from tests.chaos.recovery import told
from tests.chaos.run import run_chaos
from tests.chaos.schedule import Quiet, make_schedule
from tests.chaos.stage import missing
from tests.services.fixtures import note_finding

SEED = int(os.environ.get("POON_TEST_SEED", "20261123"))
SECONDS = 55.0
QUIET = Quiet(4.0, 6.0)
KINDS = (
    FaultKind.WORKER_KILLED,
    FaultKind.WORKER_FROZEN,
    FaultKind.LEADER_KILLED,
    FaultKind.DATABASE_KILLED,
    FaultKind.DUPLICATES,
    FaultKind.POISON,
)

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.alone,
    pytest.mark.xdist_group("chaos"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(missing() is not None, reason=f"needs {missing()}"),
]


async def test_a_minute_of_chaos_loses_doubles_and_disorders_nothing(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    schedule = make_schedule(SEED, SECONDS, KINDS, QUIET)
    result = await run_chaos(schedule, 40, tmp_path, SystemClock(), lambda _: None)
    assert {each.fault.kind for each in result.injected} == set(KINDS)
    assert result.commands > 1_000
    assert result.violations == (), f"repeat with POON_TEST_SEED={SEED}"
    note_finding(pytestconfig, f"Chaos, seed {SEED}: {result.commands} commands, {result.republished} published again")
    for one in result.recoveries:
        note_finding(pytestconfig, f"  {one.injected.fault.kind}: resumed after {told(one.resumed)}")
