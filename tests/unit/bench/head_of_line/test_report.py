"""A run's file becomes the tables of docs/performance.md."""

import json

from tests.bench.head_of_line.report import head_of_line_table
from tests.bench.head_of_line.summary import EntrantSummary, StuckSummary, Target
from tests.bench.report import as_json
from tests.bench.statistics import Spread

OURS = EntrantSummary(
    entrant="key-ordered",
    keys=10_000,
    rate=Spread(2_000.0, 1_900.0, 2_100.0),
    in_flight=400.0,
    share=0.95,
    violations=0,
    worker_cpu=250.0,
    gap=4_000,
    paused=0.0,
    problems=(),
)
STUCK = StuckSummary(
    p50_without=90.0,
    p50_with=91.0,
    p99_without=2_100.0,
    p99_with=2_120.0,
    ratio=1.01,
    neighbours_ratio=None,
    waiting_without=50.0,
    waiting_with=52.0,
    gap=4_000,
)


def test_a_run_becomes_three_tables() -> None:
    content = {
        "bounds": {"mean_call_ms": 200.0, "in_flight": 1_000, "rate": 5_000.0, "sequential_rate": 20.0, "gap": 5_500},
        "summaries": [OURS],
        "stuck": STUCK,
        "targets": [Target("order violations", "0", "0", is_met=True)],
    }
    lines = head_of_line_table(json.loads(as_json(content)))
    assert "no more than 5,000 messages/s" in lines[0]
    assert "| `key-ordered` | 10,000 | 2,000 (1,900-2,100) | 95% | 400 | 0 | 250 | 4,000 |" in lines
    assert "| p99 | 2,100 | 2,120 |" in lines
    assert "| order violations | 0 | 0 |" in lines
