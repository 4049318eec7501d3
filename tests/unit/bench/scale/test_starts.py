from datetime import UTC, datetime

import pytest

from tests.bench.scale.starts import FIRST_OUTCOME, READY, Start, import_milliseconds, milestones, summarize_starts
from tests.bench.statistics import Spread

BEGAN = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
LOG = """\
import time: self [us] | cumulative | imported package
import time:       900 |       1500 |   sqlalchemy.engine
import time:       600 |       2100 | sqlalchemy
import time:      2000 |       2000 | psycopg
{"url":"http://127.0.0.1:1","event":"answers over HTTP","timestamp":"2026-03-02T05:00:01.500000Z"}
{"areas":"spending","event":"fleet runs","timestamp":"2026-03-02T05:00:02.250000Z"}
{"areas":"spending","event":"fleet runs","timestamp":"2026-03-02T05:00:09.000000Z"}
{"event":"cut o
"""


def test_what_a_log_tells_is_a_milestone_the_first_time() -> None:
    assert milestones(LOG, BEGAN) == {"answers over HTTP": 1.5, "has its partitions": 2.25}


def test_imports_are_summed_up_by_package_dearest_first() -> None:
    assert list(import_milliseconds(LOG).items()) == [("psycopg", 2.0), ("sqlalchemy", pytest.approx(1.5))]


def test_starts_are_summed_up_by_contender_in_the_order_of_what_comes_first() -> None:
    starts = [Start("floor", 1, 0.5, {})]
    starts += [Start("ours", number, 2.0 + number, {READY: 1.0 + number}) for number in (1, 2, 3)]
    found = [(each.contender, each.until, each.seconds) for each in summarize_starts(starts)]
    assert found == [
        ("floor", FIRST_OUTCOME, Spread(0.5, 0.5, 0.5)),
        ("ours", READY, Spread(3.0, 2.0, 4.0)),
        ("ours", FIRST_OUTCOME, Spread(4.0, 3.0, 5.0)),
    ]
