"""Whether a redrive keeps the order of its key: tables, and a property against the order of effects."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import NOON
from tests.fakes.commands import text_record
from tests.fakes.dead_letters import filed_of
from workers.ports.dead_letters import Action, FiledLetter
from workers.ports.partition_log import Extent
from workers.runtime.redrive import replacement_id
from workers.runtime.redrive_order import Fate, LaneHistory, Later, disorders, in_order, origins, overtaking

BEN = Action(NOON, "ben")


def letter(offset: int, command_id: str | None = None, redrives: int = 0) -> FiledLetter:
    return filed_of(text_record(offset, command_id or f"c-{offset}"), redrives=redrives)


def again(before: FiledLetter, offset: int) -> FiledLetter:
    """The dead letter of a redrive that failed in its turn."""
    return letter(offset, replacement_id(before.letter), before.letter.redrives + 1)


def sent(filed: FiledLetter) -> FiledLetter:
    return filed.redriving(replacement_id(filed.letter), BEN).redriven(BEN)


def history(*letters: FiledLetter, laters: tuple[Later, ...] = (), start: int = 0) -> LaneHistory:
    return LaneHistory(letters, Extent(start, 1_000), laters)


def of(offset: int, fate: Fate, command_id: str | None = None) -> Later:
    return Later(offset, command_id or f"c-{offset}", fate)


A, B = letter(5), letter(7)
A_AGAIN = again(A, 20)


def test_with_nothing_behind_it_a_letter_keeps_its_order() -> None:
    assert disorders(history(A), {A.letter.id}) == {}


@pytest.mark.parametrize(("fate", "told"), [(Fate.EFFECT, "1 have taken effect"), (Fate.OPEN, "1 are on their way")])
def test_a_later_command_that_took_effect_or_will_has_overtaken_it(fate: Fate, told: str) -> None:
    found = disorders(history(A, laters=(of(9, fate),)), {A.letter.id})
    assert told in found[A.letter.id]
    assert "first at offset 9" in found[A.letter.id]


def test_a_later_command_without_an_effect_has_not() -> None:
    assert disorders(history(A, laters=(of(9, Fate.NO_EFFECT),)), {A.letter.id}) == {}


def test_an_earlier_command_has_not() -> None:
    assert disorders(history(A, B, laters=(of(6, Fate.EFFECT),)), {B.letter.id}) == {
        B.letter.id: f"an earlier dead letter of its key is not redriven: {A.letter.id}"
    }
    assert disorders(history(B, laters=(of(6, Fate.EFFECT),)), {B.letter.id}) == {}


def test_a_letter_waits_for_the_earlier_ones_of_its_key() -> None:
    assert disorders(history(B, A), {A.letter.id, B.letter.id}) == {}
    assert list(disorders(history(B, A), {B.letter.id})) == [B.letter.id]
    assert disorders(history(B, sent(A)), {B.letter.id}) == {}
    assert disorders(history(B, A.discarded(BEN)), {B.letter.id}) == {}
    assert list(disorders(history(B, A.redriving("x", BEN)), {B.letter.id})) == [B.letter.id]


def test_a_letter_behind_one_that_cannot_go_cannot_go_either_unless_all_go() -> None:
    between = history(A, B, laters=(of(6, Fate.EFFECT),))
    both = {A.letter.id, B.letter.id}
    assert set(disorders(between, both)) == both
    assert set(disorders(between, both, all_go=True)) == {A.letter.id}


def test_its_own_replacement_has_not_overtaken_it_nor_what_came_after_that() -> None:
    own = replacement_id(A.letter)
    laters = (of(9, Fate.EFFECT, own), of(10, Fate.EFFECT))
    assert disorders(history(A.redriving(own, BEN), laters=laters), {A.letter.id}) == {}


def test_the_replacement_of_an_earlier_letter_has_not_overtaken_it() -> None:
    laters = (of(9, Fate.EFFECT, replacement_id(A.letter)),)
    assert disorders(history(sent(A), B, laters=laters), {B.letter.id}) == {}


def test_the_replacement_of_a_later_letter_has() -> None:
    laters = (of(9, Fate.EFFECT, replacement_id(B.letter)),)
    assert list(disorders(history(A, sent(B), laters=laters), {A.letter.id})) == [A.letter.id]


def test_a_redrive_that_failed_keeps_the_place_of_the_first_command() -> None:
    letters = [A_AGAIN, B, sent(A)]
    assert origins(letters) == {A.letter.id: 5, A_AGAIN.letter.id: 5, B.letter.id: 7}
    assert [filed.letter.offset for filed in in_order(letters)] == [5, 20, 7]
    assert list(disorders(history(*letters), {B.letter.id})) == [B.letter.id]
    assert disorders(history(*letters), {B.letter.id, A_AGAIN.letter.id}) == {}


def test_where_the_broker_has_deleted_what_came_after_it_the_order_is_not_known() -> None:
    assert "nothing before offset 7" in disorders(history(A, start=7), {A.letter.id})[A.letter.id]
    assert disorders(history(A, start=6), {A.letter.id}) == {}


def test_where_the_partition_is_gone_the_order_is_not_known() -> None:
    gone = replace(history(A), extent=None)
    assert "no partition 0 any more" in disorders(gone, {A.letter.id})[A.letter.id]


def test_who_overtakes_is_told_by_fate() -> None:
    laters = [of(1, Fate.EFFECT), of(2, Fate.OPEN), of(3, Fate.NO_EFFECT), of(4, Fate.EFFECT, "mine")]
    assert overtaking(-1, "mine", ["c-1"], laters) == ([], [laters[1]])


@given(
    st.lists(st.sampled_from(["dead", "effect", "no effect", "open"]), min_size=1, max_size=12),
    st.data(),
)
def test_what_goes_takes_effect_in_the_order_it_was_sent(kinds: list[str], data: st.DataObject) -> None:
    letters = {place: letter(place) for place, kind in enumerate(kinds) if kind == "dead"}
    fates = {"dead": Fate.NO_EFFECT, "effect": Fate.EFFECT, "no effect": Fate.NO_EFFECT, "open": Fate.OPEN}
    chosen: set[UUID] = data.draw(
        st.sets(st.sampled_from([filed.letter.id for filed in letters.values()] or [UUID(int=0)]))
    )
    laters = tuple(of(place, fates[kind]) for place, kind in enumerate(kinds))
    found = disorders(history(*letters.values(), laters=laters), chosen)
    going = [place for place, filed in letters.items() if filed.letter.id in chosen and filed.letter.id not in found]
    effects = [place for place, kind in enumerate(kinds) if kind in {"effect", "open"}] + going
    assert effects == sorted(effects)
    # None goes before one that stays, which could not have its place any more; and none stays without need.
    staying = [place for place, filed in letters.items() if place not in going]
    assert not going or all(place > max(going) for place in staying)
    last_effect = max((place for place, kind in enumerate(kinds) if kind in {"effect", "open"}), default=-1)
    free = [place for place in letters if place > last_effect and letters[place].letter.id in chosen]
    assert all(place in going or any(other < place for other in staying) for place in free)
