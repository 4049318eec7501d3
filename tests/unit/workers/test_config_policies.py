"""Settings of the failure policy: for all commands, for one type, and how a wrong one is told."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from contracts.registry import COMMANDS
from workers.config import Settings, SettingsError, load, load_settings, settings_reference, shown

RECEIPT = "poon.receipt.extract.v1"
TEXT = "poon.text.parse.v1"
VARIABLE = "POON_RUNTIME__BY_TYPE"


def problem(environ: dict[str, str], cwd: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, cwd)
    (found,) = caught.value.problems
    return str(found)


def by_file(folder: Path, text: str) -> Settings:
    (folder / "poon.toml").write_text(text, encoding="utf-8")
    return load_settings({}, folder)


def test_every_command_is_treated_alike_by_default() -> None:
    runtime = Settings().runtime
    assert {runtime.retry_of(name) for name in COMMANDS} == {runtime.retry}
    assert {runtime.handler_timeout_of(name) for name in COMMANDS} == {runtime.handler_timeout_seconds}


def test_a_type_overrides_what_it_names_and_shares_the_rest(tmp_path: Path) -> None:
    runtime = by_file(
        tmp_path,
        f'[runtime.retry]\nbase_delay_seconds = 2\n[runtime.by_type."{RECEIPT}"]\n'
        "attempts = 3\ntotal_seconds = 1200\nhandler_timeout_seconds = 300\n",
    ).runtime

    retry = runtime.retry_of(RECEIPT)
    assert (retry.attempts, retry.base_delay_seconds, retry.total_seconds) == (3, 2.0, 1200.0)
    assert runtime.handler_timeout_of(RECEIPT) == 300.0
    assert runtime.retry_of(TEXT) == runtime.retry
    assert runtime.handler_timeout_of(TEXT) == 120.0


def test_the_table_may_be_given_as_json_in_the_environment(tmp_path: Path) -> None:
    settings = load_settings({VARIABLE: json.dumps({TEXT: {"attempts": 2, "max_delay_seconds": 9}})}, tmp_path)
    assert settings.runtime.retry_of(TEXT).attempts == 2
    assert settings.runtime.retry_of(TEXT).max_delay_seconds == 9.0


def test_the_table_is_shown_as_it_can_be_written(tmp_path: Path) -> None:
    written = json.dumps({TEXT: {"attempts": 2}})
    (line,) = [line for line in shown(load({VARIABLE: written}, tmp_path)) if line.env_name == VARIABLE]
    assert line.value == written


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({TEXT: {"attempts": 0}}, "attempts of poon.text.parse.v1: input should be greater than or equal to 1; write"),
        ({TEXT: {"attempts": "many"}}, "attempts of poon.text.parse.v1: input should be a valid integer"),
        (
            {TEXT: {"max_delay_seconds": "Infinity"}},
            "max_delay_seconds of poon.text.parse.v1: input should be a finite",
        ),
        ({TEXT: {"atempts": 3}}, "atempts of poon.text.parse.v1: there is no such setting; did you mean attempts?"),
        ({TEXT: 3}, "poon.text.parse.v1 is no table; name some of attempts,"),
        ({"poon.text.pars.v1": {}}, "no command has the type 'poon.text.pars.v1'; did you mean poon.text.parse.v1?"),
        ({"x": {}}, "no command has the type 'x'; choose from poon.receipt.extract.v1,"),
        ([], "is no table; write a table by command type"),
        (
            {TEXT: {"max_delay_seconds": 0.1}},
            "poon.text.parse.v1 would wait at most 0.1 seconds between attempts, less than its base delay of 0.5; set",
        ),
    ],
)
def test_a_wrong_entry_names_type_setting_and_cure(table: object, told: str, tmp_path: Path) -> None:
    assert problem({VARIABLE: json.dumps(table)}, tmp_path).startswith(f"{VARIABLE}: {told}")


def test_a_table_that_is_no_json_says_where_it_breaks(tmp_path: Path) -> None:
    found = problem({VARIABLE: "{attempts"}, tmp_path)
    assert found.startswith(f"{VARIABLE}: is no JSON: ")
    assert "column 2" in found
    assert RECEIPT in found


def test_a_type_without_quotes_in_the_file_is_told_to_take_them(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="put the whole type in quotes"):
        by_file(tmp_path, f"[runtime.by_type.{RECEIPT}]\nattempts = 3\n")


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"POON_RUNTIME__MASS_FAILURE__SHARE": "1"}, "less than 1"),
        ({"POON_RUNTIME__MASS_FAILURE__FAILURES": "-1"}, "greater than or equal to 0"),
        ({"POON_RUNTIME__RETRY__TOTAL_SECONDS": "0"}, "greater than 0"),
        ({"POON_CONCURRENCY__MINIMUM": "0"}, "greater than or equal to 1"),
        (
            {"POON_CONCURRENCY__MAXIMUM": "2", "POON_CONCURRENCY__MINIMUM": "3"},
            "POON_CONCURRENCY__MAXIMUM: is less than the minimum of 3",
        ),
    ],
)
def test_limits_out_of_range_are_refused(environ: dict[str, str], told: str, tmp_path: Path) -> None:
    assert told in problem(environ, tmp_path)


def test_the_reference_says_what_an_entry_holds_and_how_it_is_written(tmp_path: Path) -> None:
    section = settings_reference().partition("## `runtime.by_type`")[2].partition("\n## ")[0]
    assert all(name in section for name in COMMANDS)
    row = "| `handler_timeout_seconds` | number > 0, <= 86400 | none | instead of `runtime.handler_timeout_seconds` |"
    assert row in section
    in_file = section.partition("```toml\n")[2].partition("```")[0]
    assert by_file(tmp_path, in_file).runtime.retry_of(RECEIPT).attempts == 3
    exported = section.partition(f"export {VARIABLE}='")[2].partition("'")[0]
    assert load_settings({VARIABLE: exported}, tmp_path).runtime.retry_of(RECEIPT).attempts == 3


def test_places_are_shared_between_tenants_by_weight_and_bound() -> None:
    settings = Settings.model_validate({"runtime": {"tenant_weights": "acme=3, other=0.5"}})
    assert settings.runtime.weights == {"acme": 3.0, "other": 0.5}


@pytest.mark.parametrize("wrong", ["acme", "acme=", "acme=0", "acme=-1", "=2", "a b=1", "acme=many"])
def test_a_weight_that_is_none_is_refused_by_name(wrong: str) -> None:
    with pytest.raises(ValidationError, match="is no tenant and weight"):
        Settings.model_validate({"runtime": {"tenant_weights": wrong}})
