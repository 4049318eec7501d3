"""Settings that contradict each other, or cannot be loaded."""

from typing import Any

import pytest

from workers.config import Settings
from workers.config.loading import SettingProblem, SettingsError
from workers.entrypoints.doctor.settings import contradictions, unloadable
from workers.entrypoints.exits import ExitCode

REAL: dict[str, Any] = {
    "kafka": {"bootstrap_servers": "kafka:9092"},
    "database": {"url": "postgresql://db/poon"},
    "images": {"url": "s3://bucket/images"},
}
SERVER = {"base_url": "http://ollama:11434/v1", "model": "qwen3:8b", "calls_per_day": 100}


def settings(**changes: object) -> Settings:
    return Settings.model_validate(REAL | changes)


def with_model(*, asked: bool, **more: object) -> Settings:
    chains = {"text_extraction": "rules>=0.8,ollama"} if asked else {}
    runtime = {"handler_timeout_seconds": 300}
    return settings(models={"servers": {"ollama": SERVER}}, chains=chains, runtime=runtime, **more)


@pytest.mark.parametrize(
    "healthy",
    [
        Settings(),
        settings(),
        settings(database={"url": "postgresql://db/poon", "replica_url": "postgresql://copy/poon"}),
        with_model(asked=True, cache={"url": "redis://redis:6379/0"}),
    ],
)
def test_settings_that_agree_have_no_findings(healthy: Settings) -> None:
    assert contradictions(healthy) == []


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        (Settings.model_validate({"database": {"url": "postgresql://db/poon"}}), "the broker is embedded"),
        (
            settings(database={"url": "postgresql://db/poon", "replica_url": "postgresql://db/poon"}),
            "replica_url is the database itself",
        ),
        (settings(images={"url": "file:///images", "s3_endpoint": "http://minio:9000"}), "s3_endpoint is set"),
        (with_model(asked=False), "ollama is in no chain"),
        (with_model(asked=True), "budget of ollama is counted in each process"),
        (
            settings(runtime={"max_in_flight": 10, "max_in_flight_per_tenant": 11}),
            "max_in_flight_per_tenant is more than",
        ),
        (settings(runtime={"mass_failure": {"failures": 0}}), "mass-failure limit is lifted"),
    ],
)
def test_settings_that_contradict_each_other_are_told(odd: Settings, words: str) -> None:
    (finding,) = contradictions(odd)
    assert words in finding.what


def test_settings_that_cannot_be_loaded_are_all_told() -> None:
    problems = [SettingProblem("POON_A", "is wrong", "write it right"), SettingProblem("POON_B", "is", "do")]
    report = unloadable(SettingsError(problems))
    assert [finding.what for _, finding in report.findings] == [
        "POON_A: is wrong; write it right",
        "POON_B: is; do",
    ]
    assert report.exit_code is ExitCode.CONFIGURATION
