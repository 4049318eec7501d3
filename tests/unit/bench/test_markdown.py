import json

from tests.bench.latencies import Latencies, summarize_latencies
from tests.bench.markdown import environment, latency_table, throughput_table
from tests.bench.measuring import WORKER, Measurement
from tests.bench.report import as_json
from tests.bench.summary import summarize

FLOOR = Measurement(
    contender="floor",
    number=1,
    messages=10_000,
    seconds=1.0,
    cpu_microseconds={WORKER: 20.0, "postgresql": 15.0, "kafka": 9.0},
    worker_peak_mib=60.0,
)


def test_a_run_becomes_a_table() -> None:
    content = json.loads(as_json({"summaries": summarize([FLOOR], "floor")}))
    assert throughput_table(content) == [
        "| contender | messages/s | % of floor | worker µs | PostgreSQL µs | Kafka µs | µs, % of floor | MiB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| `floor` | 10,000 (10,000-10,000) | 100% | 20 | 15 | 9 | 100% | 60 |",
    ]


def test_latencies_become_a_table_without_the_disqualified() -> None:
    measured = [Latencies("floor", 1, (4.0, 5.0)), Latencies("ours", 1, (), ("no outcome came",))]
    content = json.loads(as_json({"summaries": summarize_latencies(measured, "floor")}))
    assert latency_table(content)[2:] == ["| `floor` | 4.0 (4.0-4.0) | +0.0 | 5.0 (5.0-5.0) | +0.0 |"]


def test_the_environment_is_told() -> None:
    assert environment({"facts": {"cores": "2", "Python": "3.11"}}) == ["cores: 2; Python: 3.11."]
