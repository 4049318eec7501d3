"""The list of erasures, read back."""

from datetime import UTC, datetime

import pytest

from workers.entrypoints.erasure_lines import past_erasures
from workers.entrypoints.failures import InputError
from workers.entrypoints.output import json_text
from workers.ports.privacy import PastErasure

FIRST = PastErasure("acme", "anong", "e-1", datetime(2026, 3, 2, 5, 0, tzinfo=UTC))
LAST = FIRST._replace(command_id="e-2", until=datetime(2026, 4, 2, 5, 0, tzinfo=UTC))


def text(*erasures: PastErasure) -> str:
    return "\n".join(json_text(past._asdict()) for past in erasures) + "\n\n"


def test_what_was_listed_is_read_and_of_each_owner_the_last_counts() -> None:
    other = FIRST._replace(tenant="rival")
    assert past_erasures(text(LAST, other, FIRST)) == [LAST, other]
    assert past_erasures("") == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("anong", "line 2: Invalid JSON"),
        ('{"tenant": "acme", "owner": "anong", "command_id": "e-1"}', "line 2: until: Field required"),
        (json_text(FIRST._asdict()).replace("+00:00", ""), "line 2: until: Input should have timezone info"),
    ],
)
def test_a_line_that_is_none_is_named(line: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        past_erasures(f"{json_text(FIRST._asdict())}\n{line}")
