"""How dead letters are said."""

from dataclasses import replace

import pytest
from rich.console import Console
from rich.table import Table

from tests.fakes.broker import FakeRecord
from tests.fakes.clock import NOON
from tests.fakes.commands import text_record
from tests.fakes.dead_letters import filed_of
from workers.entrypoints.dead_letter_lines import (
    bytes_text,
    headers_json,
    letter_json,
    letter_table,
    letters_table,
    payload_json,
    planned_json,
    planned_line,
    sent_json,
    sent_line,
)
from workers.ports.dead_letters import Action, Edit
from workers.runtime.redrive import Waiver
from workers.runtime.redriver import Planned, Sent

SECRET = "my private coffee"
BEN = Action(NOON, "ben", "typo")
FILED = filed_of(text_record(5, "c-5", text=SECRET)).edited(Edit(type="poon.text.parse.v1", data=SECRET), BEN)


def printed(made: Table) -> str:
    console = Console(width=400, color_system=None)
    with console.capture() as captured:
        console.print(made)
    return captured.get()


def test_a_list_and_a_single_letter_keep_the_payload_to_themselves() -> None:
    told = (printed(letters_table([FILED])), printed(letter_table(FILED, payload=False)), str(letter_json(FILED)))
    assert not [text for text in told if SECRET in text]
    assert all("c-5" in text or str(FILED.letter.id) in text for text in told)


def test_the_payload_is_shown_when_asked_for_with_its_edit() -> None:
    assert printed(letter_table(FILED, payload=True)).count(SECRET) == 2
    assert payload_json(FILED)["payload"] == bytes_text(text_record(5, text=SECRET).value)
    assert payload_json(filed_of())["edit"] is None


def test_a_letter_tells_who_touched_it_last_and_why() -> None:
    assert "2026-03-02 05:00:00 by ben: typo" in printed(letter_table(FILED, payload=False))
    assert letter_json(FILED)["last_action"] == {"at": NOON, "by": "ben", "reason": "typo"}
    assert letter_json(filed_of())["last_action"] is None


def test_a_discarded_letter_says_that_its_payload_is_gone() -> None:
    discarded = filed_of().discarded(replace(BEN, reason=None))
    assert "erased when it was discarded" in printed(letter_table(discarded, payload=True))


def test_what_a_sender_wrote_is_neither_markup_nor_an_order_to_the_terminal() -> None:
    hostile = FakeRecord("poon.texts.commands", 0, 5, value=b"\x1b[2J[red]", headers=[("[/]\x1b", b"\x07[bold]")])
    told = printed(letter_table(filed_of(hostile), payload=True))
    assert "\x1b" not in told
    assert "\x07" not in told
    assert "[bold]" in told
    assert "[red]" in told


@pytest.mark.parametrize(("value", "text"), [(None, None), (b"", ""), ("ชา".encode(), "ชา"), (b"\xff", "base64:/w==")])
def test_bytes_are_said_as_text_where_they_are_text(value: bytes | None, text: str | None) -> None:
    assert bytes_text(value) == text


def test_headers_come_in_order_and_repeated_ones_twice() -> None:
    record = FakeRecord("poon.texts.commands", 0, 5, headers=[("a", b"1"), ("a", b"\xff"), ("b", None)])
    assert headers_json(filed_of(record)) == [
        {"name": "a", "value": "1"},
        {"name": "a", "value": "base64:/w=="},
        {"name": "b", "value": None},
    ]


GOES = Planned(filed=FILED, command_id="c-9")
REFUSED = Planned(filed=FILED, refusal="too late", waiver=Waiver.OUT_OF_ORDER)
IDENTITY = str(FILED.letter.id)


def test_a_plan_is_said_in_a_line_each() -> None:
    assert planned_line(GOES, dry=True) == f"would send {IDENTITY} as c-9"
    late = replace(GOES, disorder="too late")
    assert planned_line(late, dry=True) == f"would send {IDENTITY} as c-9, out of order: too late"
    assert planned_line(REFUSED, dry=True) == f"would leave {IDENTITY}: too late; to insist add --out-of-order"
    assert planned_line(replace(REFUSED, waiver=None), dry=False) == f"left {IDENTITY}: too late"


def test_what_was_sent_is_said_with_its_order() -> None:
    assert sent_line(Sent(GOES)) == f"sent {IDENTITY} as c-9"
    assert sent_line(Sent(replace(GOES, disorder="too late"))).endswith("out of order: too late")
    assert "2 commands of its key were sent meanwhile" in sent_line(Sent(GOES, overtaken_by=2))
    assert sent_line(Sent(GOES, "too large")) == f"left {IDENTITY}: too large"


def test_scripts_are_told_the_same() -> None:
    assert planned_json(REFUSED)["waiver"] == "--out-of-order"
    assert planned_json(GOES) | {"sent": True, "overtaken_by": 0} == sent_json(Sent(GOES))
    assert sent_json(Sent(GOES, "too large"))["sent"] is False
