import copy
import json
import shutil
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from contracts.upcasters import Upcaster
from infra.tools.generate import GENERATORS, RELEASED, SCHEMAS, generators, main, problems, write
from infra.tools.generators.markdown import table
from infra.tools.generators.releases import broken_promises, current_schemas, freeze

Schemas = dict[str, dict[str, Any]]

FILES = {path: cache(generator) for path, generator in GENERATORS.items()}
"""What is generated, worked out once, when it is asked for."""

ROOT = Path(__file__).parents[3]
PARSE = "poon.text.parse.v1"
PARSED = "poon.text.parsed.v1"
FAILED = "poon.text.failed.v1"

current = cache(current_schemas)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder with every file that comes from contracts, freshly written, and one release."""
    write(tmp_path, FILES)
    assert freeze(tmp_path / SCHEMAS, tmp_path / RELEASED, "0.1.0") == 0
    return tmp_path


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """One release of the few messages that are changed here."""
    (tmp_path / "0.1.0").mkdir()
    for name in (PARSE, PARSED, FAILED):
        (tmp_path / "0.1.0" / f"{name}.json").write_text(json.dumps(current()[name]), encoding="utf-8")
    return tmp_path


def test_what_is_committed_is_current() -> None:
    written_by_workers = generators().keys() - FILES.keys()
    unread = {path: partial((ROOT / path).read_text, encoding="utf-8") for path in written_by_workers}
    assert list(problems(ROOT, {**FILES, **unread})) == []


def test_what_is_committed_keeps_every_released_promise() -> None:
    assert list(broken_promises(ROOT / RELEASED)) == []


def test_freshly_written_files_have_no_problem(repository: Path) -> None:
    assert list(problems(repository, FILES)) == []


def test_a_stale_a_missing_and_a_surplus_file_are_named(repository: Path) -> None:
    stale, missing = SCHEMAS / f"{PARSE}.json", Path("contracts/schemas/asyncapi.yaml")
    surplus = SCHEMAS / "poon.text.parse.v0.json"
    with (repository / stale).open("a", encoding="utf-8") as file:
        file.write("\n")
    (repository / missing).unlink()
    (repository / surplus).write_text("{}", encoding="utf-8")
    assert sorted(problems(repository, FILES)) == [
        f"{missing} is missing",
        f"{surplus} is surplus: nothing generates it",
        f"{stale} is stale",
    ]


def test_writing_mends_stale_missing_and_surplus_files(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = Path("docs/reference/topics.md")
    (repository / page).write_text("old", encoding="utf-8")
    (repository / "docs/reference/old.md").write_text("old", encoding="utf-8")
    capsys.readouterr()
    write(repository, FILES)
    assert capsys.readouterr().out.splitlines() == [f"wrote {page}", "removed docs/reference/old.md"]
    assert list(problems(repository, FILES)) == []


def test_the_check_fails_and_says_what_to_do(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("infra.tools.generate.generators", lambda: FILES)
    assert main(["--check", "--root", str(repository)]) == 0
    assert "current and compatible with every release" in capsys.readouterr().out
    (repository / "docs/reference/topics.md").unlink()
    assert main(["--check", "--root", str(repository)]) == 1
    told = capsys.readouterr().err
    assert "docs/reference/topics.md is missing" in told
    assert "run `python -m infra.tools.generate`" in told


def test_the_check_fails_on_a_broken_promise(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("infra.tools.generate.generators", lambda: FILES)
    released = repository / RELEASED / "0.1.0" / f"{PARSE}.json"
    schema = json.loads(released.read_text(encoding="utf-8"))
    schema["properties"]["text"]["maxLength"] = 4_000
    released.write_text(json.dumps(schema), encoding="utf-8")
    assert main(["--check", "--root", str(repository)]) == 1
    told = capsys.readouterr().err
    assert f"{PARSE} breaks release 0.1.0: $.text: maxLength 2000 is asked for, the sender has 4000" in told
    assert "release a new version of the type with an upcaster" in told


def test_a_release_is_frozen_by_the_command_line(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("infra.tools.generate.generators", lambda: FILES)
    assert main(["--release", "0.2.0", "--root", str(repository)]) == 0
    assert len(list((repository / RELEASED / "0.2.0").glob("*.json"))) == len(current())
    assert main(["--release", "0.2.0", "--root", str(repository)]) == 1
    assert "a release is never changed" in capsys.readouterr().err


@pytest.mark.parametrize("version", ["1", "v1.0.0", "1.0", "../x", "1.0.0-rc1", "01.0.0"])
def test_a_release_has_a_plain_version(version: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--release", version])
    assert "is no version such as 0.2.0" in capsys.readouterr().err


def test_what_breaks_a_release_is_not_released(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    released = repository / RELEASED / "0.1.0" / "poon.text.gone.v1.json"
    released.write_text("{}", encoding="utf-8")
    assert freeze(repository / SCHEMAS, repository / RELEASED, "0.2.0") == 1
    assert "poon.text.gone.v1 breaks release 0.1.0" in capsys.readouterr().err
    assert not (repository / RELEASED / "0.2.0").exists()


def changed(message_type: str, change: Callable[[dict[str, Any]], object]) -> Schemas:
    schema = copy.deepcopy(current()[message_type])
    change(schema)
    return {**current(), message_type: schema}


PLANTED: list[tuple[str, str, Callable[[dict[str, Any]], object], str]] = [
    (
        "a command asks for more",
        PARSE,
        lambda schema: schema["required"].append("kind"),
        "$.kind: is required, the sender may leave it out (new readers, old data)",
    ),
    (
        "a command forgets a field",
        PARSE,
        lambda schema: schema["properties"].pop("kind"),
        "$.kind: is not taken, unknown fields are refused (new readers, old data)",
    ),
    (
        "a command knows a currency less",
        PARSE,
        lambda schema: schema["$defs"]["Currency"]["enum"].remove("JPY"),
        '$.default_currency: the value "JPY" is not taken (new readers, old data)',
    ),
    (
        "a command means another currency",
        PARSE,
        lambda schema: schema["properties"]["default_currency"].update(default="USD"),
        "$.default_currency: the default was 'THB', what leaves it out now means something else",
    ),
    (
        "an event leaves out a field",
        PARSED,
        lambda schema: schema["required"].remove("spent_on"),
        "$.spent_on: is required, the sender may leave it out (old readers, new data)",
    ),
    (
        "an event promises a field old ones lack",
        PARSED,
        lambda schema: schema["required"].append("note"),
        "$.note: is required, the sender may leave it out (new readers, old data)",
    ),
    (
        "an event knows a category more",
        PARSED,
        lambda schema: schema["$defs"]["Category"]["enum"].append("Pets"),
        '$.category.value: the value "Pets" is not taken (old readers, new data)',
    ),
    (
        "an event sends longer notes",
        PARSED,
        lambda schema: schema["properties"]["note"].update(maxLength=2_000),
        "$.note: maxLength 1000 is asked for, the sender has 2000 (old readers, new data)",
    ),
]


@pytest.mark.parametrize(
    ("message_type", "change", "reason"), [case[1:] for case in PLANTED], ids=[case[0] for case in PLANTED]
)
def test_a_planted_break_is_found(
    released: Path, message_type: str, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    found = list(broken_promises(released, changed(message_type, change)))
    assert any(line.startswith(f"{message_type} breaks release 0.1.0: {reason}") for line in found)


FINE: list[tuple[str, str, Callable[[dict[str, Any]], object]]] = [
    ("a command takes a new field", PARSE, lambda schema: schema["properties"].update(mood={"type": "string"})),
    ("a command takes a new currency", PARSE, lambda schema: schema["$defs"]["Currency"]["enum"].append("LAK")),
    ("a command takes longer texts", PARSE, lambda schema: schema["properties"]["text"].update(maxLength=4_000)),
    ("an event tells more", PARSED, lambda schema: schema["properties"].update(mood={"type": "string"})),
    (
        "an event knows an error code more",
        FAILED,
        lambda schema: schema["properties"]["code"]["x-extensible-enum"].append("tired"),
    ),
    ("words change", PARSED, lambda schema: schema.update(description="Understood.")),
]


@pytest.mark.parametrize(("message_type", "change"), [case[1:] for case in FINE], ids=[case[0] for case in FINE])
def test_a_harmless_change_is_none(
    released: Path, message_type: str, change: Callable[[dict[str, Any]], object]
) -> None:
    assert list(broken_promises(released, changed(message_type, change))) == []


def test_a_released_type_may_go_only_when_an_upcaster_leads_on(released: Path) -> None:
    newer = {name: schema for name, schema in current().items() if name != PARSE} | {"poon.text.parse.v2": {}}
    assert list(broken_promises(released, newer)) == [
        f"{PARSE} breaks release 0.1.0: $: the type is gone and no upcaster leads on from it"
    ]
    steps = {PARSE: Upcaster("poon.text.parse.v2", dict)}
    assert list(broken_promises(released, newer, steps)) == []


def test_every_later_change_is_measured_by_every_release(released: Path) -> None:
    shutil.copytree(released / "0.1.0", released / "0.2.0")
    found = list(broken_promises(released, changed(*PLANTED[0][1:3])))
    assert [line.split(":")[0] for line in found] == [
        f"{PARSE} breaks release 0.1.0",
        f"{PARSE} breaks release 0.2.0",
    ]


def test_a_table_survives_bars_and_line_breaks() -> None:
    assert table(("A", "B"), [("x|y", "1\n2")]) == "| A | B |\n| --- | --- |\n| x\\|y | 1 2 |"
