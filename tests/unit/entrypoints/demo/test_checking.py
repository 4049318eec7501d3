"""The demonstration's check finds every planted defect."""

from collections.abc import Callable

import pytest

from contracts.money import Money
from tests.fakes.commands import parsed
from tests.unit.entrypoints.demo.stories import Story, command, true_story
from tests.unit.entrypoints.outcomes import outcome, unreadable
from workers.entrypoints.demo.checking import problems_of


def problems(story: Story) -> list[str]:
    return problems_of(story.sent, story.outcomes, story.stored, story.entries)


def test_a_true_story_has_no_problem() -> None:
    assert problems(true_story()) == []


def test_an_outcome_published_twice_with_one_id_is_one_outcome() -> None:
    story = true_story()
    story.outcomes.append(story.outcomes[0])

    assert problems(story) == []


def lose_an_outcome(story: Story) -> None:
    del story.outcomes[0]


def answer_twice(story: Story) -> None:
    story.outcomes.append(outcome(parsed(), "c-1", event_id="another"))


def answer_nobody(story: Story) -> None:
    story.outcomes.append(outcome(parsed(), "c-9"))


def garble_an_outcome(story: Story) -> None:
    story.outcomes.append(unreadable())


def forget_a_command(story: Story) -> None:
    story.sent.append(command("c-8"))


def lose_a_row(story: Story) -> None:
    del story.stored[1]


def change_a_row(story: Story) -> None:
    story.stored[0] = story.stored[0]._replace(data=story.stored[0].data.replace("65.00", "66.00"))


def give_a_row_to_somebody_else(story: Story) -> None:
    story.stored[0] = story.stored[0]._replace(owner="ben")


def lose_an_entry(story: Story) -> None:
    story.entries.clear()


def change_an_entry(story: Story) -> None:
    story.entries[0] = story.entries[0]._replace(amount=Money.of("66"), owner="ben")


def invent_an_entry(story: Story) -> None:
    story.entries.append(story.entries[0]._replace(id=story.stored[0].id))


@pytest.mark.parametrize(
    ("defect", "told"),
    [
        (lose_an_outcome, "command c-1 (poon.text.parse.v1) has no outcome"),
        (answer_twice, "command c-1 (poon.text.parse.v1) has 2 outcomes"),
        (answer_nobody, "an outcome answers command c-9, which was never sent"),
        (garble_an_outcome, "an outcome at poon.texts.events[0]@9 cannot be read: header ce_id: is missing"),
        (forget_a_command, "command c-8 (poon.text.parse.v1) has no outcome"),
        (lose_a_row, "was published but is not stored"),
        (change_a_row, "differs from its stored row"),
        (give_a_row_to_somebody_else, "differs from its stored row"),
        (lose_an_entry, "was recorded but is not stored"),
        (change_an_entry, "differs from its outcome in amount, owner"),
        (invent_an_entry, "is stored but no outcome recorded it"),
    ],
)
def test_a_defect_is_found(defect: Callable[[Story], None], told: str) -> None:
    story = true_story()
    defect(story)

    assert [problem for problem in problems(story) if told in problem]


def test_a_stored_event_that_was_not_published_is_found() -> None:
    story = true_story()
    del story.outcomes[1]

    assert any("is stored but was not published" in problem for problem in problems(story))
