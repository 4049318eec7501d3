"""The limits a fleet's settings imply."""

import pytest

from workers.bootstrap.vitals import health_limits
from workers.config import Settings


def test_with_the_defaults_a_record_may_be_worked_on_for_eleven_minutes_and_polls_be_a_minute_apart() -> None:
    limits = health_limits(Settings())
    assert limits.lane_budget == pytest.approx(5 * 120 + 0.5 + 1 + 2 + 4 + 60)
    assert limits.poll_silence == 60.0


def test_a_command_type_that_is_more_patient_widens_the_budget_of_all() -> None:
    given = {"runtime": {"handler_timeout_seconds": 1, "by_type": {"poon.receipt.extract.v1": {"attempts": 9}}}}
    few = health_limits(Settings.model_validate({"runtime": {"handler_timeout_seconds": 1}}))
    assert health_limits(Settings.model_validate(given)).lane_budget > few.lane_budget


def test_a_longer_rebalance_allows_a_longer_silence() -> None:
    patient = Settings.model_validate({"kafka": {"rebalance_timeout_seconds": 60}})
    assert health_limits(patient).poll_silence == 210.0
