"""What people and scripts give, as commands."""

from datetime import UTC, date, datetime

import pytest

from contracts.commands.spending import DeleteSpending
from contracts.commands.texts import ParseText
from workers.entrypoints.command_input import Sender, json_commands, text_command, text_commands
from workers.entrypoints.failures import InputError

ME = Sender("acme", "anong")
DELETE = (
    '{"type": "poon.spending.delete.v1", "owner": "ben", "id": "c-9", "correlation_id": "c-1",'
    ' "expires": "2026-01-01T00:00:00Z",'
    ' "data": {"entry_id": "00000000-0000-7000-8000-000000000001", "reason": "twice"}}'
)


def test_a_text_becomes_a_command_of_its_sender() -> None:
    command = text_command("กาแฟ 65 บาท", ME, date(2025, 6, 15))

    assert command.command == ParseText(text="กาแฟ 65 บาท", reference_date=date(2025, 6, 15))
    assert (command.tenant, command.owner, command.id) == ("acme", "anong", None)


def test_blank_lines_are_skipped() -> None:
    commands = text_commands(["taxi 120", "", "  ", "กาแฟ 65"], ME)

    assert [command.command for command in commands] == [ParseText(text="taxi 120"), ParseText(text="กาแฟ 65")]


def test_every_wrong_line_is_named() -> None:
    with pytest.raises(InputError) as caught:
        text_commands(["x" * 2_001, "taxi 120", "x" * 2_001], ME)

    assert [problem.split(":")[0] for problem in caught.value.problems] == ["line 1", "line 3", "nothing was sent"]


def test_json_may_name_type_and_envelope() -> None:
    (command,) = json_commands(DELETE, ME)

    assert isinstance(command.command, DeleteSpending)
    assert (command.tenant, command.owner) == ("acme", "ben")
    assert (command.id, command.correlation_id) == ("c-9", "c-1")
    assert command.expires == datetime(2026, 1, 1, tzinfo=UTC)


def test_json_over_several_lines_is_one_command() -> None:
    assert len(json_commands(DELETE.replace(", ", ",\n"), ME)) == 1


def test_a_json_command_a_line() -> None:
    assert len(json_commands(f"{DELETE}\n\n{DELETE}\n", ME)) == 2


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ('{"type": "poon.text.parse.v1", "data": 3}', "data: is missing or no object"),
        ('{"type": "poon.text.parse.v1"}', "data: is missing or no object"),
        (
            '{"type": "poon.text.parse.v1", "data": {"text": "x"}, "ownr": "x"}',
            "ownr: unknown field, did you mean owner?",
        ),
        ('{"type": "poon.text.parse.v1", "data": {"text": "x"}, "owner": 3}', "owner: is a text"),
        ('{"type": "poon.text.parse.v1", "data": {"text": "x"}, "expires": "soon"}', "expires: is no RFC 3339 time"),
        ('{"type": "poon.text.parse.v1", "data": {"text": "x"}, "expires": "2026-01-01"}', "expires: has no time zone"),
        ('{"data": {}}', "type: is missing; known are poon."),
        ('{"type": "poon.text.parse.v1", "data": {"text": "x"}, "id": ""}', "id: is missing or empty"),
        ('{"type": "poon.text.parse.v1", "data": {"text": "x"}, "owner": ""}', "owner: is missing or empty"),
        (
            '{"type": "poon.text.parse.v1", "data": {"text": "x"}, "correlation_id": ""}',
            "correlation_id: is missing or empty",
        ),
        ('{"type": "zzz", "data": {}}', "type: unknown command type 'zzz'; known are poon."),
        ('{"type": "poon.text.parse.v1", "data": {"text": "x", "reference_date": "soon"}}', "reference_date: "),
        ('{"type": "poon.text.parse.v1", "data": {"text": "x", "tekst": "y"}}', "tekst: "),
    ],
)
def test_a_wrong_field_is_named(document: str, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        json_commands(document, ME)

    assert caught.value.problems[0].startswith(problem)


def test_a_wrong_line_of_several_is_named() -> None:
    with pytest.raises(InputError) as caught:
        json_commands(f"{DELETE}\nno json\n", ME)

    assert caught.value.problems[0].startswith("line 2: is no JSON: ")
