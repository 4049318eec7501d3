from decimal import Decimal
from pathlib import Path

from tests.bench.job import Job, plan
from tests.bench.scale.spool import spool, together


def test_a_spooled_job_is_the_job_in_its_order(tmp_path: Path) -> None:
    job = Job(2_500, keys=7)
    portion = spool(job, tmp_path / "commands")
    commands = list(plan(job))
    assert list(portion.commands()) == commands
    assert portion.count == 2_500
    assert portion.expected.total == sum((each.amount for each in commands), Decimal(0))


def test_portions_are_expected_together(tmp_path: Path) -> None:
    portions = [spool(Job(30, seed=seed), tmp_path / str(seed)) for seed in (1, 2)]
    whole = together(portions)
    assert whole.count == 60
    assert whole.total == sum((each.expected.total for each in portions), Decimal(0))
