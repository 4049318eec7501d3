"""Many workflows at once, faults at every step, and fleets that die: all end, once, and leave nothing behind."""

import asyncio
from pathlib import Path

import pytest

from adapters.database.schema import migrate
from tests.integration.workflows.many import Plan, billed, fails, ledger, problems, run_many, shown, told_by_the_product
from tests.integration.workflows.mortal import LEFT_BEHIND

pytestmark = [pytest.mark.timeout(600), pytest.mark.filterwarnings(LEFT_BEHIND)]

PLAN = Plan(count=120, deaths=8, faulty=10)


async def test_all_end_once_and_leave_nothing_behind_whatever_fails_and_whoever_dies(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/poon.db"
    await asyncio.to_thread(migrate, url)
    passed = await run_many(PLAN, url)
    assert (passed.deaths, passed.ended) == (PLAN.deaths, True), "fleets died while there was work, and the last ended"
    assert set(passed.luck.faults) == {"ExtractReceipt", "RecordSpending", "DeleteSpending"}, "faults at every step"
    assert await problems(PLAN, url) == []
    kept = ledger(passed.log)
    assert (kept.begun, kept.compensated) == (PLAN.count, sum(map(fails, PLAN.starts.values())))
    assert shown(await told_by_the_product(url, billed(PLAN))) == kept, "the product shows what the ledger says"
