"""The settings of the failure policy arrive at the runtime, whole and by type."""

from contracts.commands.receipts import ExtractReceipt
from contracts.commands.statements import SurveyStatement
from contracts.commands.texts import ParseText
from workers.bootstrap.policies import SURVEY_SECONDS, handling
from workers.config import Settings
from workers.runtime.mass_failure import MassFailureLimits
from workers.runtime.retry import RetryPolicy

SETTINGS = Settings.model_validate(
    {
        "runtime": {
            "handler_timeout_seconds": 40,
            "retry": {"attempts": 4, "base_delay_seconds": 2, "max_delay_seconds": 20, "total_seconds": 200},
            "by_type": {ExtractReceipt.type: {"attempts": 2, "total_seconds": 700, "handler_timeout_seconds": 300}},
            "mass_failure": {"failures": 7, "poison": 8, "share": 0.25, "window_seconds": 90},
        }
    }
)


def test_each_type_has_the_policy_of_its_settings() -> None:
    made = handling(SETTINGS, {}, "group")
    assert made.policy_of(ParseText) == RetryPolicy(4, 2.0, 20.0, 200.0)
    assert made.policy_of(ExtractReceipt) == RetryPolicy(2, 2.0, 20.0, 700.0)


def test_each_type_has_the_time_budget_of_its_settings() -> None:
    made = handling(SETTINGS, {}, "group")
    assert made.time_budget_of(ParseText) == 40.0
    assert made.time_budget_of(ExtractReceipt) == 300.0


def test_reading_a_whole_statement_is_given_its_time_unless_the_settings_say_otherwise() -> None:
    own = {"runtime": {"by_type": {SurveyStatement.type: {"handler_timeout_seconds": 60}}}}
    assert handling(SETTINGS, {}, "group").time_budget_of(SurveyStatement) == SURVEY_SECONDS
    assert handling(Settings.model_validate(own), {}, "group").time_budget_of(SurveyStatement) == 60.0
    patient = Settings.model_validate({"runtime": {"handler_timeout_seconds": 2_000}})
    assert handling(patient, {}, "group").time_budget_of(SurveyStatement) == 2_000.0


def test_the_limits_of_mass_failure_are_those_set_and_those_of_the_runtime_by_default() -> None:
    assert handling(SETTINGS, {}, "group").mass_failure == MassFailureLimits(7, 8, 0.25, 90.0)
    assert handling(Settings(), {}, "group").mass_failure == MassFailureLimits()
