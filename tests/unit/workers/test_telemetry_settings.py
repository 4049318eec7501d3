"""Settings of telemetry: which are refused and how, and that a collector's token stays secret."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from workers.config import CommandLines, SettingsError, headers_of, load, load_settings, shown

ENDPOINT = {"POON_TELEMETRY__OTLP_ENDPOINT": "http://collector:4318"}
PLANTED = "pl4nted-t0ken"


def problem(environ: dict[str, str], cwd: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, cwd)
    (found,) = caught.value.problems
    return str(found)


def test_metrics_and_lines_are_on_and_traces_off_unless_said_otherwise(tmp_path: Path) -> None:
    settings = load_settings({}, tmp_path)
    assert settings.telemetry.metrics
    assert settings.telemetry.otlp_endpoint is None
    assert settings.logging.commands is CommandLines.ALL


@pytest.mark.parametrize("url", ["http://collector:4318", "https://otlp.example.org/base", "http://[::1]:4318/"])
def test_a_collector_is_named_by_its_url(url: str, tmp_path: Path) -> None:
    assert load_settings({"POON_TELEMETRY__OTLP_ENDPOINT": url}, tmp_path).telemetry.otlp_endpoint == url


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("collector:4318", "is no http:// or https:// URL with a host"),
        ("grpc://collector:4317", "is no http:// or https:// URL with a host"),
        ("http://", "is no http:// or https:// URL with a host"),
        ("http://collector:http", "is no http:// or https:// URL with a host"),
        ("http://[::1", "is no http:// or https:// URL with a host"),
        (f"https://me:{PLANTED}@otlp.example.org", "must hold no user name, query or fragment"),
        (f"https://otlp.example.org?token={PLANTED}", "must hold no user name, query or fragment"),
    ],
)
def test_what_is_no_plain_url_is_refused_without_showing_it(url: str, reason: str, tmp_path: Path) -> None:
    told = problem({"POON_TELEMETRY__OTLP_ENDPOINT": url}, tmp_path)
    assert told.startswith(f"POON_TELEMETRY__OTLP_ENDPOINT: {reason}; ")
    assert PLANTED not in told


@pytest.mark.parametrize(
    "value", [PLANTED, f"authorization: {PLANTED}", f"a=b,,c={PLANTED}", f"a b={PLANTED}", f"a={PLANTED}\n\x00"]
)
def test_headers_that_are_no_pairs_are_refused_without_showing_them(value: str, tmp_path: Path) -> None:
    told = problem({**ENDPOINT, "POON_TELEMETRY__OTLP_HEADERS": value}, tmp_path)
    assert told.startswith("POON_TELEMETRY__OTLP_HEADERS: entry ")
    assert PLANTED not in told


def test_headers_without_an_endpoint_are_refused(tmp_path: Path) -> None:
    told = problem({"POON_TELEMETRY__OTLP_HEADERS": "a=b"}, tmp_path)
    assert told == (
        "POON_TELEMETRY__OTLP_HEADERS: is not used without telemetry.otlp_endpoint; set the endpoint, or leave it out"
    )


def test_headers_are_read_as_pairs_and_masked_where_settings_are_shown(tmp_path: Path) -> None:
    given = f"Authorization=Basic {PLANTED}==, x-tenant = acme"
    loaded = load({**ENDPOINT, "POON_TELEMETRY__OTLP_HEADERS": given}, tmp_path)
    assert headers_of(loaded.settings.telemetry.otlp_headers or SecretStr("")) == {
        "authorization": f"Basic {PLANTED}==",
        "x-tenant": "acme",
    }
    assert PLANTED not in "".join(setting.value for setting in shown(loaded))
    assert PLANTED not in repr(loaded.settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POON_TELEMETRY__TRACE_RATIO", "1.5"),
        ("POON_TELEMETRY__TRACE_RATIO", "nan"),
        ("POON_TELEMETRY__SPANS_PER_SECOND", "0"),
        ("POON_TELEMETRY__SLOW_SECONDS", "-1"),
        ("POON_TELEMETRY__METRICS", "perhaps"),
        ("POON_LOGGING__COMMANDS", "some"),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_name(name: str, value: str, tmp_path: Path) -> None:
    assert problem({name: value}, tmp_path).startswith(f"{name}: ")


def test_metrics_can_be_pushed_to_the_collector(tmp_path: Path) -> None:
    loaded = load_settings({**ENDPOINT, "POON_TELEMETRY__OTLP_METRICS_SECONDS": "15"}, tmp_path)
    assert loaded.telemetry.otlp_metrics_seconds == 15


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "is not used without telemetry.otlp_endpoint"),
        ({**ENDPOINT, "POON_TELEMETRY__METRICS": "false"}, "is not used while telemetry.metrics is false"),
        ({**ENDPOINT, "POON_TELEMETRY__OTLP_METRICS_SECONDS": "-1"}, ""),
    ],
)
def test_pushing_metrics_that_cannot_be_is_refused(given: dict[str, str], reason: str, tmp_path: Path) -> None:
    told = problem({"POON_TELEMETRY__OTLP_METRICS_SECONDS": "15", **given}, tmp_path)
    assert told.startswith("POON_TELEMETRY__OTLP_METRICS_SECONDS: ")
    assert reason in told
