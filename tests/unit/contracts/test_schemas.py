"""The JSON Schemas say what the models do."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing.exceptions import Unresolvable

from contracts.base import Command, Message
from contracts.codec import decode_command, decode_event
from contracts.envelope import schema_uri
from contracts.examples import EXAMPLES, INVALID_EXAMPLES, Example, InvalidExample
from contracts.registry import COMMANDS, EVENTS
from contracts.upcasters import current_type
from infra.tools.generators.asyncapi import document
from infra.tools.generators.docstrings import attribute_docs, summary
from infra.tools.generators.schemas import DIALECT, file_name, message_schema

MESSAGES: dict[str, type[Message]] = {**COMMANDS, **EVENTS}
SCHEMAS = {name: message_schema(message) for name, message in MESSAGES.items()}
RELEASED = sorted((Path(__file__).parents[3] / "contracts/schemas/released").glob("*/*.json"))


def refused(message_type: str, payload: object) -> list[str]:
    validator = Draft202012Validator(SCHEMAS[message_type], format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [error.message for error in validator.iter_errors(payload)]


def objects(schema: object, path: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        if "properties" in schema:
            yield path, schema
        for name, child in schema.items():
            yield from objects(child, f"{path}.{name}")
    elif isinstance(schema, list):
        for index, child in enumerate(schema):
            yield from objects(child, f"{path}[{index}]")


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_and_says_which_it_is(name: str) -> None:
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == DIALECT
    assert schema["$id"] == schema_uri(name)
    assert schema["title"] == MESSAGES[name].__name__
    assert schema["description"] == summary(MESSAGES[name])
    assert schema["examples"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_property_of_a_schema_is_described(name: str) -> None:
    for path, schema in objects(SCHEMAS[name]):
        for field, docs in schema["properties"].items():
            described = docs.get("description", "")
            assert described.endswith("."), f"{path}.{field}"
            assert "\n" not in described
            assert "None" not in described


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_are_closed_at_every_depth(name: str) -> None:
    assert all(schema["additionalProperties"] is False for _, schema in objects(SCHEMAS[name]))


@pytest.mark.parametrize("name", EVENTS)
def test_events_are_open_at_every_depth_and_know_no_null(name: str) -> None:
    assert not any("additionalProperties" in schema for _, schema in objects(SCHEMAS[name]))
    assert '"null"' not in json.dumps(SCHEMAS[name])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.message.type}: {one.name}")
def test_an_example_is_valid_under_its_schema(example: Example) -> None:
    assert refused(example.message.type, example.payload) == []


@pytest.mark.parametrize("example", INVALID_EXAMPLES, ids=lambda one: f"{one.type}: {one.rule}")
def test_an_invalid_example_is_refused_by_the_schema_where_it_can_say_so(example: InvalidExample) -> None:
    assert bool(refused(example.type, example.payload)) is example.by_schema


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_reference_leads_somewhere(name: str) -> None:
    try:
        refused(name, SCHEMAS[name]["examples"][0])
    except Unresolvable as error:
        pytest.fail(str(error))
    for used in json.dumps(SCHEMAS[name]).split('"#/$defs/')[1:]:
        assert used.partition('"')[0] in SCHEMAS[name]["$defs"]


def test_definitions_of_one_name_are_the_same_in_every_schema_of_a_kind() -> None:
    for kind in (COMMANDS, EVENTS):
        seen: dict[str, object] = {}
        for name in kind:
            for defined, schema in SCHEMAS[name].get("$defs", {}).items():
                assert seen.setdefault(defined, schema) == schema


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_examples_of_every_release_can_still_be_read(path: Path) -> None:
    now = current_type(path.stem)
    decode = decode_command if now in COMMANDS else decode_event
    for example in json.loads(path.read_text(encoding="utf-8"))["examples"]:
        assert decode(path.stem, json.dumps(example).encode()).type == now


def test_there_is_a_release_to_measure_by() -> None:
    assert RELEASED


@pytest.mark.parametrize("name", ["poon.text.parse", "poon.text.parse.v0", "../x.v1", "poon.Text.parse.v1"])
def test_a_file_is_named_for_a_type_only(name: str) -> None:
    with pytest.raises(ValueError, match="no message type"):
        file_name(name)


class Base(Command):
    """A base.

    Attributes:
        kind: what kind
            it is.
        other: of the base
    """


class Derived(Base):
    """First line.

    Second paragraph
    goes on.

    Attributes:
        other: of the class.

    Attributes end here.
    """


def test_docstrings_give_descriptions() -> None:
    assert summary(Derived) == "First line.\n\nSecond paragraph goes on."
    docs = attribute_docs(Derived)
    assert (docs["kind"], docs["other"]) == ("What kind it is.", "Of the class.")


ASYNCAPI = document()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.message.type}: {one.name}")
def test_the_headers_of_asyncapi_examples_are_valid_under_their_schema(example: Example) -> None:
    message = ASYNCAPI["components"]["messages"][example.message.type]
    shown = [one["headers"] for one in message["examples"] if one["name"] == example.name]
    for headers in shown:
        assert list(Draft202012Validator(message["headers"]).iter_errors(headers)) == []
    assert len(shown) == 1


def test_asyncapi_has_every_message_on_a_channel_and_in_an_operation() -> None:
    on_channels = {name for channel in ASYNCAPI["channels"].values() for name in channel["messages"]}
    in_operations = {
        reference["$ref"].rpartition("/")[2]
        for operation in ASYNCAPI["operations"].values()
        for reference in operation["messages"]
    }
    assert on_channels == in_operations == {*MESSAGES, "deadLetter"} == set(ASYNCAPI["components"]["messages"])
