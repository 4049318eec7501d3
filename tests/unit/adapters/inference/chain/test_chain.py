from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.chain.chain import Chosen, Given, Step, first_sure
from adapters.inference.models.asking import NoAnswerError
from contracts.errors import ErrorCode
from contracts.readings import BackendAnswer
from tests.fakes.models import no_answer
from workers.ports.errors import (
    BackendBusyError,
    BackendError,
    CapabilityOutageError,
    NothingFoundError,
    RejectionError,
)

Said = float | Exception


class Backend:
    """Answers with a confidence, or raises."""

    def __init__(self, name: str, says: Said) -> None:
        self.name = name
        self.says = says
        self.asked = 0

    async def answer(self) -> Given[str]:
        self.asked += 1
        if isinstance(self.says, Exception):
            raise self.says
        share = BackendAnswer(capability="text_extraction", backend=self.name)
        return Given(self.name, self.says, (share,))


def steps(*said: Said, thresholds: Sequence[float] = (), informed_from: int = 99) -> list[Step[Backend]]:
    names = "abcdef"
    bounds = [*thresholds, *[0.8] * (len(said) - len(thresholds))]
    return [
        Step(names[place], Backend(names[place], one), bounds[place], informed=place >= informed_from)
        for place, one in enumerate(said)
    ]


async def run(chain: Sequence[Step[Backend]]) -> Chosen[str]:
    return await first_sure("text_extraction", chain, Backend.answer)


async def test_the_first_that_is_sure_enough_answers_and_no_other_is_asked() -> None:
    chain = steps(0.8, 0.99)
    chosen = await run(chain)
    assert (chosen.value, chosen.others) == ("a", ())
    assert [share.backend for share in chosen.own] == ["a"]
    assert chain[1].backend.asked == 0


async def test_each_backend_has_its_own_threshold() -> None:
    assert (await run(steps(0.8, 0.75, 0.99, thresholds=(0.9, 0.7)))).value == "b"


async def test_where_none_is_sure_enough_the_surest_answers_and_all_are_named() -> None:
    chosen = await run(steps(0.3, 0.6, 0.5))
    assert chosen.value == "b"
    assert [share.backend for share in (*chosen.own, *chosen.others)] == ["b", "a", "c"]


async def test_of_equally_sure_ones_the_first_answers() -> None:
    assert (await run(steps(0.5, 0.5))).value == "a"


async def test_who_knows_what_others_said_counts_instead_of_them_also_in_doubt() -> None:
    assert (await run(steps(0.7, 0.4, informed_from=1))).value == "b"
    assert (await run(steps(0.7, 0.4, 0.3, informed_from=1))).value == "b"


async def test_one_that_is_down_is_passed_over_and_named_with_the_reason() -> None:
    chosen = await run(steps(0.5, no_answer("cannot be reached"), 0.9))
    assert chosen.value == "c"
    missing = [share for share in chosen.others if share.unavailable]
    assert [(share.backend, share.unavailable) for share in missing] == [("fake/model", "cannot be reached")]


async def test_the_answer_of_an_unsure_one_counts_where_the_next_is_down() -> None:
    chosen = await run(steps(0.5, BackendError(ErrorCode.BACKEND_TIMEOUT, "late")))
    assert chosen.value == "a"
    assert [(share.backend, share.unavailable, share.calls) for share in chosen.others] == [("b", "late", 1)]


async def test_one_that_is_busy_is_passed_over_too() -> None:
    chosen = await run(steps(0.5, BackendBusyError("no turn")))
    assert [(share.unavailable, share.calls) for share in chosen.others] == [("no turn", 0)]


async def test_what_is_wrong_with_the_input_is_not_asked_again() -> None:
    chain = steps(RejectionError(ErrorCode.SEVERAL_PURCHASES, "two"), 0.9)
    with pytest.raises(RejectionError) as caught:
        await run(chain)
    assert caught.value.code is ErrorCode.SEVERAL_PURCHASES
    assert chain[1].backend.asked == 0


async def test_where_one_found_nothing_the_next_may() -> None:
    assert (await run(steps(NothingFoundError(ErrorCode.NO_AMOUNT, "none"), 0.4))).value == "b"


async def test_where_nobody_found_anything_the_first_refusal_stands() -> None:
    first, second = (NothingFoundError(ErrorCode.NO_AMOUNT, said) for said in ("first", "second"))
    with pytest.raises(NothingFoundError, match="first"):
        await run(steps(first, second))


async def test_a_refusal_says_so_when_somebody_who_might_have_found_something_was_down() -> None:
    nothing = NothingFoundError(ErrorCode.NO_AMOUNT, "none", field="text")
    with pytest.raises(NothingFoundError) as caught:
        await run(steps(nothing, no_answer("cannot be reached")))
    assert caught.value.reason == "none (degraded: fake/model cannot be reached)"
    assert caught.value.field == "text"


async def test_a_later_one_cannot_refuse_what_an_earlier_one_has_read() -> None:
    assert (await run(steps(0.5, RejectionError(ErrorCode.SEVERAL_PURCHASES, "two")))).value == "a"


async def test_with_all_known_to_be_out_the_capability_is_out() -> None:
    with pytest.raises(CapabilityOutageError) as caught:
        await run(steps(no_answer("left alone", out=True), CapabilityOutageError("text_extraction", "nobody starts")))
    assert caught.value.capability == "text_extraction"
    assert "left alone" in str(caught.value)


async def test_one_call_that_failed_is_an_attempt_and_no_outage() -> None:
    with pytest.raises(NoAnswerError, match="reset"):
        await run(steps(no_answer("left alone", out=True), no_answer("reset")))


async def test_one_that_is_only_busy_makes_the_command_wait() -> None:
    with pytest.raises(BackendBusyError):
        await run(steps(no_answer("reset"), BackendBusyError("no turn")))


async def test_a_used_up_budget_of_the_last_one_is_no_outage() -> None:
    """It may be one tenant's, and an outage would pause the work of all."""
    with pytest.raises(BackendError):
        await run(steps(no_answer("the tenant's budget is used up")))


SAID = st.one_of(
    st.floats(0, 1),
    st.sampled_from(
        [no_answer(), no_answer(out=True), BackendBusyError("busy"), NothingFoundError(ErrorCode.NO_AMOUNT, "")]
    ),
)


@given(st.lists(SAID, min_size=1, max_size=6))
async def test_no_answer_is_lost_and_none_is_better_than_the_one_chosen(said: list[Said]) -> None:
    sure = [one for one in said if isinstance(one, float)]
    try:
        chosen = await run(steps(*said))
    except (BackendError, BackendBusyError, CapabilityOutageError, RejectionError):
        assert not sure
        return
    first = next((place for place, one in enumerate(said) if isinstance(one, float) and one >= 0.8), len(said))
    asked = [one for one in said[: first + 1] if isinstance(one, float)]
    assert said["abcdef".index(chosen.value)] == max(asked)
