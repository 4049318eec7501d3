from typing import Any

from tests.chaos.published import tables


def run_of(seed: int, *faults: dict[str, Any], **values: object) -> dict[str, Any]:
    progress = {"median": 0.4, "p99": 9.9, "wait": 25.9, "silence": 7.8}
    ledger = {"seconds": 1800.0, "records_sent": 1_000, "commands": 900, "republished": 9, "violations": [], "slow": []}
    return {"seed": seed, "progress": progress, "faults": list(faults), **ledger, **values}


def fault(kind: str, resumed: float | None, *, alone: bool = True, disturbed: bool = False) -> dict[str, Any]:
    return {"kind": kind, "alone": alone, "resumed": resumed, "disturbed": disturbed}


def rows_of(text: str, first_cell: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(f"| {first_cell} |")]


def test_every_seed_has_its_ledger_in_the_order_of_seeds() -> None:
    text = tables([run_of(32, violations=["lost: one", "lost: two"], slow=["late"]), run_of(31)])
    assert rows_of(text, "32") == [
        "| 32 | 30 | 1,000 | 0 | 2 | 1 | 9 (1.00%) | 0.4 s | 9.9 s | 25.9 s | 7.8 s |"
    ]  # fmt: skip
    assert text.index("| 31 |") < text.index("| 32 |")


def test_recoveries_of_all_seeds_are_told_together() -> None:
    text = tables([run_of(1, fault("worker killed", 4.0)), run_of(2, fault("worker killed", 8.0))])
    assert rows_of(text, "worker killed") == ["| worker killed | 2 | 6.0 s | 8.0 s | 15 s from the fault |"]


def test_only_what_came_alone_on_a_running_machine_is_judged() -> None:
    judged = [fault("worker killed", 4.0), fault("worker killed", 60.0, alone=False)]
    text = tables([run_of(1, *judged, fault("worker killed", 90.0, disturbed=True))])
    assert rows_of(text, "worker killed") == ["| worker killed | 3 | 4.0 s | 4.0 s | 15 s from the fault |"]


def test_a_recovery_that_never_came_is_the_worst() -> None:
    text = tables([run_of(1, fault("leader killed", 4.0), fault("leader killed", None))])
    assert rows_of(text, "leader killed") == ["| leader killed | 2 | 4.0 s | never | 20 s from the fault |"]


def test_what_stops_nothing_has_no_row() -> None:
    text = tables([run_of(1, {"kind": "cache full", "alone": False})])
    assert not rows_of(text, "cache full")
