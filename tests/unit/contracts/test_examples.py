import json
import re

import pytest

from contracts.base import Command
from contracts.codec import PayloadError, decode_command, decode_event
from contracts.errors import ErrorCode
from contracts.examples import EXAMPLES, INVALID_EXAMPLES, Example, InvalidExample, examples_of
from contracts.registry import COMMANDS, EVENTS

THAI = re.compile(r"[\u0e01-\u0e5b]")


def as_sent(payload: object) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.message.type}: {one.name}")
def test_an_example_is_read_as_what_it_shows(example: Example) -> None:
    decode = decode_command if isinstance(example.message, Command) else decode_event
    assert decode(example.message.type, as_sent(example.payload)) == example.message


@pytest.mark.parametrize("example", INVALID_EXAMPLES, ids=lambda one: f"{one.type}: {one.rule}")
def test_an_invalid_example_is_refused_for_its_field(example: InvalidExample) -> None:
    with pytest.raises(PayloadError) as caught:
        decode_command(example.type, as_sent(example.payload))
    assert (caught.value.code, caught.value.field) == (ErrorCode.INVALID_COMMAND, example.field)


def test_every_message_has_an_example() -> None:
    assert all(examples_of(name) for name in (*COMMANDS, *EVENTS))


def test_every_command_has_an_invalid_example() -> None:
    assert {example.type for example in INVALID_EXAMPLES} == set(COMMANDS)


@pytest.mark.parametrize("area", ["receipts", "texts", "spending", "categories", "insights", "statements", "privacy"])
def test_every_area_has_thai_examples(area: str) -> None:
    texts = [json.dumps(example.payload, ensure_ascii=False) for example in EXAMPLES if example.message.area == area]
    assert any(THAI.search(text) for text in texts)


def test_examples_of_a_type_have_different_names() -> None:
    names = [(example.message.type, example.name) for example in EXAMPLES]
    assert len(set(names)) == len(names)
