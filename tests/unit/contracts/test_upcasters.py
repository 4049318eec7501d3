import pytest

from contracts.registry import COMMANDS, EVENTS
from contracts.upcasters import UPCASTERS, Payload, UpcastCycleError, Upcaster, current_type, upcast

STEPS = {
    "poon.text.parse.v1": Upcaster("poon.text.parse.v2", lambda payload: {**payload, "kind": "note"}),
    "poon.text.parse.v2": Upcaster(
        "poon.text.parse.v3",
        lambda payload: {"content" if name == "text" else name: value for name, value in payload.items()},
    ),
}


def test_steps_are_chained_to_the_current_version() -> None:
    assert current_type("poon.text.parse.v1", STEPS) == "poon.text.parse.v3"
    assert upcast("poon.text.parse.v1", {"text": "taxi 100"}, STEPS) == (
        "poon.text.parse.v3",
        {"content": "taxi 100", "kind": "note"},
    )


def test_a_later_version_takes_only_the_steps_that_are_left() -> None:
    assert upcast("poon.text.parse.v2", {"text": "a"}, STEPS) == ("poon.text.parse.v3", {"content": "a"})


def test_a_current_payload_stays_as_it_is() -> None:
    payload: Payload = {"text": "a"}
    assert upcast("poon.text.parse.v3", payload, STEPS) == ("poon.text.parse.v3", payload)


def test_a_step_leaves_the_payload_it_was_given_untouched() -> None:
    payload: Payload = {"text": "a"}
    upcast("poon.text.parse.v1", payload, STEPS)
    assert payload == {"text": "a"}


@pytest.mark.parametrize("start", ["a", "b"])
def test_steps_in_a_circle_are_found(start: str) -> None:
    circle = {"a": Upcaster("b", dict), "b": Upcaster("a", dict)}
    with pytest.raises(UpcastCycleError):
        upcast(start, {}, circle)


def test_every_released_step_leads_to_a_current_type() -> None:
    for old in UPCASTERS:
        assert old not in {**COMMANDS, **EVENTS}
        assert current_type(old) in {**COMMANDS, **EVENTS}
