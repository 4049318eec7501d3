"""Settings of model servers and chains: what is understood, and how what is wrong is refused."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.inference.chain.breaker import BreakerPolicy
from contracts.money import Currency
from tests.architecture.tree import ROOT
from workers.bootstrap.models import breaker_policy
from workers.config import Link, Settings, SettingsError, load, load_settings, settings_reference, shown

SERVER = {"base_url": "http://ollama:11434/v1/", "model": "qwen3:8b"}
KEY = "sk-pl4nted"


def servers(**changed: object) -> dict[str, str]:
    """One server with something changed."""
    return {"POON_MODELS__SERVERS": json.dumps({"a": SERVER | changed})}


ASKED = {"POON_MODELS__SERVERS": json.dumps({"ollama": SERVER}), "POON_CHAINS__TEXT_EXTRACTION": "rules, ollama"}


def problems(environ: dict[str, str], cwd: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, cwd)
    return [str(problem) for problem in caught.value.problems]


def test_by_default_no_model_is_asked() -> None:
    assert Settings().models.servers == {}
    assert Settings().chains.by_capability == {
        "text_recognition": (Link("ocr", 0.0),),
        "receipt_extraction": (Link("rules", 0.0),),
        "text_extraction": (Link("rules", 0.0),),
        "categorization": (Link("rules", 0.0),),
    }


def test_a_server_and_a_chain_are_read_from_the_environment(tmp_path: Path) -> None:
    settings = load_settings(ASKED, tmp_path)
    server = settings.models.servers["ollama"]
    assert (server.base_url, server.model) == ("http://ollama:11434/v1", "qwen3:8b")
    assert settings.chains.by_capability["text_extraction"] == (Link("rules", 0.8), Link("ollama", 0.0))


def test_a_server_and_a_chain_are_read_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "poon.toml").write_text(
        """
        [chains]
        text_extraction = ["rules>=0.9", "ollama >= 0.75", "openai"]

        [models.servers.ollama]
        base_url = "http://ollama:11434/v1"
        model = "qwen3:8b"

        [models.servers.openai]
        base_url = "https://api.example.com/v1"
        model = "small"
        input_price = "0.15"
        output_price = "0.60"
        money_per_day = 5
        currency = "EUR"
        limit_as = "max_completion_tokens"
        """,
        encoding="utf-8",
    )
    settings = load_settings({"POON_MODELS__API_KEYS": f"openai={KEY}"}, tmp_path)
    assert settings.chains.by_capability["text_extraction"] == (
        Link("rules", 0.9),
        Link("ollama", 0.75),
        Link("openai", 0.0),
    )
    openai = settings.models.servers["openai"]
    assert (openai.input_price, openai.money_per_day, openai.currency) == (Decimal("0.15"), Decimal(5), Currency.EUR)
    assert settings.models.keys == {"openai": KEY}


def test_a_key_is_never_shown(tmp_path: Path) -> None:
    loaded = load(ASKED | {"POON_MODELS__API_KEYS": f"ollama={KEY}"}, tmp_path)
    assert not [setting for setting in shown(loaded) if KEY in setting.value]
    assert KEY not in repr(loaded.settings)
    assert any("qwen3:8b" in setting.value for setting in shown(loaded))


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"POON_CHAINS__TEXT_EXTRACTION": "rules,ollama"}, "there is no backend 'ollama'; choose from rules"),
        ({"POON_CHAINS__TEXT_EXTRACTION": "ocr"}, "there is no backend 'ocr'"),
        ({"POON_CHAINS__TEXT_RECOGNITION": "rules"}, "there is no backend 'rules'; choose from ocr"),
        ({"POON_CHAINS__CATEGORIZATION": "rules,rules"}, "names a backend twice"),
        ({"POON_CHAINS__CATEGORIZATION": ","}, "names no backend"),
        ({"POON_CHAINS__CATEGORIZATION": "rules>=2"}, "'rules>=2' is no backend with a threshold"),
        ({"POON_MODELS__SERVERS": "{"}, "is no JSON"),
        ({"POON_MODELS__SERVERS": "[]"}, "is no table"),
        ({"POON_MODELS__SERVERS": '{"rules": {}}'}, "'rules' cannot be a server's name"),
        ({"POON_MODELS__SERVERS": '{"Big Server": {}}'}, "'Big Server' cannot be a server's name"),
        ({"POON_MODELS__SERVERS": '{"a": {"model": "m"}}'}, "base_url of a"),
        (
            servers(base_url="ollama:11434"),
            "base_url of a: is no http://",
        ),
        (
            {"POON_MODELS__SERVERS": json.dumps({"a": SERVER | {"base_url": f"http://u:{KEY}@h/v1"}})},
            "must hold no user name",
        ),
        (
            servers(timeout=3),
            "timeout of a: there is no such setting",
        ),
        (servers(total_seconds=5), "total_seconds is less than"),
        (servers(money_per_day=5), "a budget of money needs prices"),
        ({"POON_MODELS__API_KEYS": f"ollama={KEY}"}, "there is no server 'ollama'"),
        (ASKED | {"POON_RUNTIME__HANDLER_TIMEOUT_SECONDS": "20"}, "together may take 30 s, its handler has 20 s"),
    ],
)
def test_what_is_wrong_is_named_with_its_cure(environ: dict[str, str], says: str, tmp_path: Path) -> None:
    (problem,) = problems(environ, tmp_path)
    assert says in problem
    assert KEY not in problem


def test_a_chain_that_is_refused_is_named_as_it_was_written(tmp_path: Path) -> None:
    (problem,) = problems({"POON_CHAINS__TEXT_EXTRACTION": "rules,ollama"}, tmp_path)
    assert problem.startswith("POON_CHAINS__TEXT_EXTRACTION: ")


def test_when_a_server_is_left_alone_can_be_set_and_is_as_before_unless_it_is(tmp_path: Path) -> None:
    (usual,) = load_settings(servers(), tmp_path).models.servers.values()
    assert breaker_policy(usual) == BreakerPolicy()
    chosen = {
        "breaker_window_seconds": 60,
        "breaker_least_calls": 8,
        "breaker_share": 0.9,
        "breaker_rest_seconds": 2,
        "breaker_longest_rest_seconds": 20,
    }
    (server,) = load_settings(servers(**chosen), tmp_path).models.servers.values()
    assert breaker_policy(server) == BreakerPolicy(60.0, 8, 0.9, 2.0, 20.0)


def test_a_longest_rest_that_is_none_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(servers(breaker_rest_seconds=30, breaker_longest_rest_seconds=20), tmp_path)
    assert "breaker_longest_rest_seconds is less than breaker_rest_seconds" in problem


def test_the_reference_explains_servers_with_their_defaults() -> None:
    reference = settings_reference()
    assert "## `models.servers`" in reference
    assert "[models.servers.ollama]" in reference
    assert "| `timeout_seconds` | number > 0, <= 86400 | `20.0` |" in reference


def test_what_the_operators_page_shows_can_be_used(tmp_path: Path) -> None:
    section = (ROOT / "docs/operators.md").read_text(encoding="utf-8").partition("## Model servers")[2]
    (tmp_path / "poon.toml").write_text(section.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    settings = load_settings({"POON_MODELS__API_KEYS": f"openai={KEY}"}, tmp_path)
    assert set(settings.models.servers) == {"ollama", "openai"}
    assert [link.name for link in settings.chains.by_capability["text_extraction"]] == ["rules", "ollama", "openai"]
