"""What may be done to a dead letter in which status."""

from collections.abc import Callable

import pytest

from tests.fakes.clock import NOON
from tests.fakes.dead_letters import filed_of
from workers.ports.dead_letters import Action, DeadLetterStateError, DeadLetterStatus, Edit, FiledLetter, Lane

BEN = Action(NOON, "ben", "typo")
TEA = Edit(type="poon.text.parse.v1", data='{"text":"tea 40"}')

STATES: dict[DeadLetterStatus, FiledLetter] = {
    DeadLetterStatus.WAITING: filed_of().edited(TEA, BEN),
    DeadLetterStatus.REDRIVING: filed_of().redriving("c-9", BEN),
    DeadLetterStatus.REDRIVEN: filed_of().redriving("c-9", BEN).redriven(BEN),
    DeadLetterStatus.DISCARDED: filed_of().edited(TEA, BEN).discarded(BEN),
}
STEPS: dict[str, Callable[[FiledLetter], FiledLetter]] = {
    "edit": lambda filed: filed.edited(TEA, BEN),
    "redrive": lambda filed: filed.redriving("c-9", BEN),
    "redrive again": lambda filed: filed.redriving("c-9", BEN, again=True),
    "discard": lambda filed: filed.discarded(BEN),
    "discard by force": lambda filed: filed.discarded(BEN, even_redriving=True),
}
ALLOWED = {
    ("waiting", "edit"): "waiting",
    ("waiting", "redrive"): "redriving",
    ("waiting", "redrive again"): "redriving",
    ("waiting", "discard"): "discarded",
    ("waiting", "discard by force"): "discarded",
    ("redriving", "redrive"): "redriving",
    ("redriving", "redrive again"): "redriving",
    ("redriving", "discard by force"): "discarded",
    ("redriven", "redrive again"): "redriving",
}


@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_taken_or_refused(status: DeadLetterStatus, step: str) -> None:
    before = STATES[status]
    assert before.status is status
    if (status, step) not in ALLOWED:
        with pytest.raises(DeadLetterStateError, match=r"^it (is|may have been sent as c-9)"):
            STEPS[step](before)
        return
    after = STEPS[step](before)
    assert (after.status, after.revision, after.action) == (ALLOWED[status, step], before.revision + 1, BEN)
    assert after.letter == before.letter


def test_a_letter_that_was_sent_remembers_as_what_and_one_that_could_not_be_does_not() -> None:
    sending = STATES[DeadLetterStatus.REDRIVING]
    assert sending.redriven(BEN).redriven_as == "c-9"
    assert (sending.returned(BEN).redriven_as, sending.returned(BEN).status) == (None, DeadLetterStatus.WAITING)


def test_a_discarded_letter_has_no_edit_any_more() -> None:
    assert STATES[DeadLetterStatus.DISCARDED].edit is None


def test_open_letters_may_still_be_redriven() -> None:
    assert [status for status, filed in STATES.items() if filed.is_open] == ["waiting", "redriving"]


def test_only_records_with_a_key_have_an_order() -> None:
    assert filed_of().letter.lane == Lane("poon.texts.commands", 0, b"acme/nok")
    assert filed_of(key=None).letter.lane is None
