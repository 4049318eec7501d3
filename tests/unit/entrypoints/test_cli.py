"""The command line: help, versions, settings and what is refused before anything is sent."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.fakes.clock import FakeClock
from tests.fakes.commands import envelope
from workers.bootstrap.heartbeat import FILE_NAME, Heartbeat
from workers.entrypoints.cli import app
from workers.entrypoints.commands.send import late_text
from workers.entrypoints.exits import ExitCode
from workers.entrypoints.reference import cli_reference

PLANTED = "pl4nted-s3cret"
COMMANDS = ("demo", "run", "send", "statement", "tail", "lag", "top", "dlq", "topics", "migrate", "config", "health")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def poon(*arguments: str, given: str | bytes | None = None, **environ: str) -> Result:
    return CliRunner().invoke(app, arguments, input=given, env={"TERM": "dumb", **environ})


def test_help_names_every_command() -> None:
    result = poon("--help")

    assert result.exit_code == ExitCode.OK
    assert not [name for name in COMMANDS if name not in result.output]


@pytest.mark.parametrize(
    "command",
    [
        ("demo",),
        ("run",),
        ("tail",),
        ("lag",),
        ("top",),
        ("migrate",),
        ("config",),
        ("health",),
        ("dlq", "list"),
        ("dlq", "show"),
        ("dlq", "edit"),
        ("dlq", "redrive"),
        ("dlq", "discard"),
        ("statement", "check"),
        ("scaling", "simulate"),
        ("capacity",),
        ("topics", "show"),
        ("topics", "diff"),
        ("topics", "apply"),
        ("send", "text"),
        ("send", "lines"),
        ("send", "image"),
        ("send", "json"),
    ],
)
def test_every_command_has_help_with_an_example(command: tuple[str, ...]) -> None:
    result = poon(*command, "--help")

    assert result.exit_code == ExitCode.OK
    assert "For instance:" in result.output
    assert f"poon {' '.join(command)}" in " ".join(result.output.split())


@pytest.mark.parametrize("width", ["80", "120"])
def test_the_examples_in_help_keep_their_own_lines(width: str) -> None:
    lines = [line.strip() for line in poon("demo", "--help", COLUMNS=width).output.splitlines()]

    assert "poon demo" in lines
    assert "poon demo --images ~/receipts --texts my-notes.txt" in lines


def test_help_tells_every_exit_code() -> None:
    words = poon("--help").output.replace(",", " ").split()

    assert not [code for code in ExitCode if str(code.value) not in words]


def test_tables_are_as_wide_as_columns_says() -> None:
    narrow, wide = (poon("config", COLUMNS=width).output.splitlines() for width in ("80", "150"))

    assert max(len(line) for line in narrow[:-1]) <= 80 < max(len(line) for line in wide[:-1]) <= 150


def test_an_unknown_command_is_a_usage_error() -> None:
    assert poon("demmo").exit_code == ExitCode.USAGE


def test_config_shows_where_each_setting_comes_from(tmp_path: Path) -> None:
    (tmp_path / "poon.toml").write_text('[defaults]\ntenant = "acme"\n')

    result = poon("config", "--json", POON_DEFAULTS__OWNER="ben")

    shown = json.loads(result.stdout)
    assert shown["defaults.owner"] == {"value": "ben", "origin": "env"}
    assert shown["defaults.tenant"] == {"value": "acme", "origin": "file"}
    assert shown["kafka.bootstrap_servers"] == {"value": "embedded", "origin": "default"}


@pytest.mark.parametrize("arguments", [("config",), ("config", "--json"), ("config", "--check")])
def test_config_masks_secrets(arguments: tuple[str, ...]) -> None:
    url = f"postgresql://poon:{PLANTED}@db/poon"

    result = poon(*arguments, POON_DATABASE__URL=url, POON_CACHE__URL=f"redis://:{PLANTED}@cache/0")

    assert result.exit_code == ExitCode.OK
    assert PLANTED not in result.output


def test_a_wrong_setting_ends_with_its_name_and_code_78() -> None:
    result = poon("send", "text", "taxi 120", POON_KAFKA__SASL_PASSWRD="x")

    assert result.exit_code == ExitCode.CONFIGURATION
    assert "POON_KAFKA__SASL_PASSWRD: there is no such setting; did you mean" in result.stderr


@pytest.mark.parametrize("action", ["show", "diff", "apply"])
def test_a_reply_topic_with_a_name_nobody_may_use_is_refused_before_anything_is_asked(action: str) -> None:
    result = poon("topics", action, "--replies", "Mobile.App")

    assert result.exit_code == ExitCode.USAGE
    assert "lower-case letters" in result.stderr


def test_config_check_says_that_all_is_well() -> None:
    result = poon("config", "--check")

    assert result.exit_code == ExitCode.OK
    assert "settings are valid" in result.stdout


def test_without_an_embedded_broker_sending_ends_with_69_and_the_cure() -> None:
    result = poon("send", "text", "taxi 120")

    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "start one with `poon run`" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "given", "named"),
    [
        (("text", "  "), None, "text: is empty or blank"),
        (("text", "taxi 5", "--owner", ""), None, "owner: is missing or empty"),
        (("text", "taxi 5", "--tenant", ""), None, "tenant: is missing or empty"),
        (("text", "taxi 5", "--id", ""), None, "id: is missing or empty"),
        (("text", "x" * 2_001), None, "text: "),
        (("text", "taxi 5", "--owner", "a b"), None, "owner: must match"),
        (("text", "taxi 5", "--tenant", "a/b"), None, "tenant: must match"),
        (("text", "taxi 5", "--id", "x" * 300), None, "id: is longer than 200"),
        (("lines", "-"), "taxi 5\n" + "x" * 2_001 + "\n", "line 2: text: "),
        (("lines", "-"), "\n \n", "there is nothing to send"),
        (("lines", "nowhere.txt"), None, "nowhere.txt: No such file"),
        (("json", "-"), "[1]", "a command is a JSON object"),
        (("json", "-"), "{", "line 1: is no JSON"),
        (("json", "-"), b"\xff", "standard input: is no UTF-8"),
        (("json", "-"), '{"type": "poon.text.pars.v1", "data": {}}', "did you mean poon.text.parse.v1?"),
        (("json", "-"), '{"type": "poon.text.parse.v1", "data": {"tekst": "x"}}', "te"),
        (("image", "nowhere.jpg"), None, "nowhere.jpg: No such file"),
    ],
)
def test_wrong_input_is_named_and_nothing_is_sent(
    arguments: tuple[str, ...], given: str | bytes | None, named: str
) -> None:
    result = poon("send", *arguments, given=given)

    assert result.exit_code == ExitCode.BAD_INPUT
    assert named in result.stderr


def test_an_empty_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()

    result = poon("send", "image", "empty.jpg")

    assert result.exit_code == ExitCode.BAD_INPUT
    assert "empty.jpg: is empty" in result.stderr


@pytest.mark.parametrize("key", ["", "../up", "a b", "x" * 513])
def test_an_illegal_key_is_refused_before_anything_is_uploaded(key: str, tmp_path: Path) -> None:
    (tmp_path / "receipt.jpg").write_bytes(b"\xff\xd8")

    result = poon("send", "image", "receipt.jpg", "--reference", key)

    assert result.exit_code == ExitCode.BAD_INPUT
    assert "--reference: letters, digits and . _ / -, beginning with a letter or digit" in result.stderr


def test_no_outcome_in_time_names_the_area_a_fleet_must_run_for() -> None:
    told = late_text(envelope("c-1", message_type="poon.receipt.extract.v1"), 2.5)

    assert told.startswith("no outcome of c-1 in 2.5 seconds: does a fleet run for receipts (`")
    assert told.endswith(" run --areas`)? The command may still be carried out")


@pytest.mark.parametrize(
    "arguments",
    [
        ("tail", "--area", "moon"),
        ("lag", "--area", "moon"),
        ("top", "--area", "moon"),
        ("run", "--areas", "texts,moon"),
    ],
)
def test_an_unknown_area_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    result = poon(*arguments)

    assert result.exit_code == ExitCode.USAGE
    assert "moon" in result.stderr


def test_migrate_brings_a_new_database_up_to_date() -> None:
    before = poon("migrate", "--check")
    done = poon("migrate", "--json")
    after = poon("migrate", "--check")

    assert (before.exit_code, done.exit_code, after.exit_code) == (ExitCode.NO, ExitCode.OK, ExitCode.OK)
    assert json.loads(done.stdout)["found"] == "missing"
    assert "the schema is current" in after.stdout


def test_health_without_a_worker_is_a_no_with_its_reason() -> None:
    result = poon("health", "--json")

    assert result.exit_code == ExitCode.NO
    assert json.loads(result.stdout)["healthy"] is False


def test_a_heartbeat_that_cannot_be_read_is_a_no(tmp_path: Path) -> None:
    (tmp_path / ".poon").mkdir()
    (tmp_path / ".poon" / FILE_NAME).write_text("{")

    assert "the heartbeat cannot be read" in poon("health").stdout
    assert poon("health").exit_code == ExitCode.NO


def test_without_a_fleet_there_is_nothing_to_watch() -> None:
    result = poon("top", "--once")

    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "start `poon run`, or name one with --url" in result.stderr


def test_a_fleet_that_does_not_answer_over_http_is_told_with_the_cure(tmp_path: Path) -> None:
    Heartbeat(tmp_path / ".poon", FakeClock()).beat("running")

    result = poon("top", "--once")

    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "POON_HTTP__ENABLED=true" in result.stderr


def test_an_address_that_is_none_is_a_usage_error() -> None:
    result = poon("top", "--once", "--url", "fleet:8080")

    assert result.exit_code == ExitCode.USAGE
    assert "http://host:port" in " ".join(result.stderr.split())


def test_the_reference_covers_every_command_and_every_exit_code() -> None:
    reference = cli_reference()

    assert not [name for name in COMMANDS if f"## `poon {name}`" not in reference]
    assert "## `poon send image`" in reference
    assert "## `poon dlq redrive`" in reference
    assert not [code for code in ExitCode if f"| {code.value} | {code.meaning} |" not in reference]
