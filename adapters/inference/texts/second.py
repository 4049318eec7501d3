"""A second opinion on the amount: every way to make one of the text's numbers, weighed by what is known of them.

The rules decide, since they explain themselves; this reader says how likely the value they found is among all that the
numbers of the text could make. Where it would have chosen another, the rules are less sure; where they are not sure and
it is, its own choice counts. A softmax over ways, 8 bits a weight: what each number would be in a way, by its letters
and its neighbours, and what sort of way it is. `infra/tools/second_reader.py` fits it on labelled texts; its card is
`docs/decisions/0061-a-second-reader-of-ways.md`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from itertools import accumulate, combinations, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

from adapters.inference.lexicon.ngrams import checksums
from adapters.inference.lexicon.purposes import words_in
from adapters.inference.texts.makings import Part, makings
from adapters.inference.texts.opinion import added_up, unpacked
from adapters.inference.texts.terms import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from adapters.inference.lexicon.prose import Prose
    from adapters.inference.texts.makings import Making
    from adapters.inference.texts.terms import Term

    Weigher = Callable[["Choice"], Sequence[float]]
    """The logarithms of the odds of each way, up to what all of them have in common."""

MODEL: Final = Path(__file__).with_name("second.bin")
ROWS: Final = 1 << 13
"""How many weights there are for each part a number may have, and for the sorts of ways."""
BUCKETS: Final = ROWS * (len(Part) + 1)
_HALF_OF_THEM: Final = ROWS // 2
_PARTS: Final = len(Part)
_CODES: Final = {role: code for code, role in enumerate(Role)}
_ROLES: Final = len(_CODES)
SURE: Final = 0.8
"""From here on the reader is sure of its choice."""
BEFORE: Final = 16
AFTER: Final = 12
LONGEST: Final = 5
INNER: Final = (3, 4)
"""Letters beside a number that count: so many on each side, n-grams that touch it up to a length, others of a few."""
_MORE: Final = "อีก"
_LEFT_OUT, _COUNT, _PRICE_OF_ONE = Part.LEFT_OUT, Part.COUNT, Part.PRICE_OF_ONE
_TAKEN_OFF, _DIVIDES = Part.TAKEN_OFF, Part.DIVIDES
_MANY: Final = 5
_MOST_LEFT_OUT: Final = 3
_SAME: Final = Decimal("0.01")
_WINDOW: Final = 24
_SMALL: Final = 20
_LARGE: Final = 100
_DIGITS: Final = 5
_NUMBER: Final = re.compile(r"\d[\d.,]*")
_SHARED: Final = re.compile(r"(?<!อา)หาร|แชร์|แบ่ง|เฉลี่ย|ช่วยกัน|ลงขัน|\bsplit|\bshare|\bdivided?\b|\bdutch\b")


@dataclass(frozen=True, slots=True)
class Choice:
    """The ways to make an amount of a text's numbers, and what is known of both.

    Attributes:
        ways: what the numbers could make.
        of_numbers: for each number the rows of its traits; of a lone number none.
        of_ways: for each way the rows of what is known of it as a whole.
    """

    ways: Sequence[Making]
    of_numbers: Sequence[Sequence[int]]
    of_ways: Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value the numbers could make.

    Attributes:
        terms: the numbers it is made of, in the likeliest way that makes it.
    """

    value: Decimal
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """How likely each value is; the shares of all candidates make one."""

    shares: Sequence[tuple[Candidate, float]]

    def doubt(self, value: Decimal) -> float:
        """How likely another value is than this one, 0 to 1."""
        agreed = sum(share for one, share in self.shares if abs(one.value - value) <= _SAME)
        return round(1 - agreed, 4)

    def instead_of(self, value: Decimal) -> Candidate | None:
        """Another value the reader is sure of."""
        best, share = max(self.shares, key=lambda one: (one[1], one[0].value), default=(None, 0.0))
        return best if best is not None and share >= SURE and abs(best.value - value) > _SAME else None


def weighed(prose: Prose, terms: Sequence[Term], weigher: Weigher | None = None) -> Weighed:
    """Every value the numbers of a text could make, with how likely it is.

    Args:
        prose: the text.
        terms: its numbers.
        weigher: the model, if not the package's own.
    """
    ways = makings(prose.folded, terms)
    if len(ways) <= 1:
        return Weighed([(Candidate(way.value, way.terms(terms)), 1.0) for way in ways])
    scores = (weigher or _own_weights)(choice_of(prose, terms, ways))
    odds = [math.exp(score - max(scores)) for score in scores]
    values: dict[Decimal, float] = {}
    likeliest: dict[Decimal, tuple[float, Making]] = {}
    for way, odd in zip(ways, odds, strict=True):
        values[way.value] = values.get(way.value, 0.0) + odd
        if way.value not in likeliest or odd > likeliest[way.value][0]:
            likeliest[way.value] = odd, way
    whole = sum(odds)
    return Weighed([(Candidate(one, likeliest[one][1].terms(terms)), odd / whole) for one, odd in values.items()])


def choice_of(prose: Prose, terms: Sequence[Term], ways: Sequence[Making]) -> Choice:
    """What is known of the numbers of a text and of the ways to make an amount of them."""
    things = {one.end for one in words_in(prose)}
    places = range(len(terms)) if len(terms) > 1 else ()
    of_numbers = [_of_number(prose, terms, place, things) for place in places] or [[]]
    told = {term.number.value for term in terms}
    shared = _SHARED.search(prose.folded) is not None
    return Choice(ways, of_numbers, [_of_way(way, terms, told, shared=shared) for way in ways])


def scores_by(choice: Choice, added: Callable[[int, Sequence[int]], float]) -> list[float]:
    """The score of each way: what its numbers weigh in their parts, and what it weighs itself.

    Args:
        choice: the ways.
        added: the sum of the weights of a table at some rows; the tables are the parts, and one for the ways.
    """
    known: dict[tuple[int, int], float] = {}
    scores = []
    for way, rows in zip(choice.ways, choice.of_ways, strict=True):
        score = added(_PARTS, rows)
        for place, part in enumerate(way.parts):
            if (place, part) not in known:
                known[place, part] = added(part, choice.of_numbers[place]) if choice.of_numbers[place] else 0.0
            score += known[place, part]
        scores.append(score)
    return scores


def _own_weights(choice: Choice) -> list[float]:
    scale, tables = _tables()
    return scores_by(choice, lambda table, rows: added_up(tables[table], rows) * scale)


@cache
def _tables() -> tuple[float, list[bytes]]:
    scale, _, weights = unpacked(MODEL, BUCKETS)
    return scale, [weights[start : start + ROWS] for start in range(0, BUCKETS, ROWS)]


@lru_cache(maxsize=1024)
def _row(trait: str) -> int:
    return crc32(trait.encode()) % _HALF_OF_THEM * 2


def _of_number(prose: Prose, terms: Sequence[Term], place: int, things: set[int]) -> list[int]:
    traits = _known_of(prose.folded, terms, place, things)
    # Letters have the odd rows to themselves, so that they can be believed less.
    letters = {letter % _HALF_OF_THEM * 2 + 1 for letter in _letters_beside(prose.folded, terms[place])}
    return [*map(_row, traits), *letters]


def _known_of(folded: str, terms: Sequence[Term], place: int, things: set[int]) -> set[str]:
    term, values = terms[place], [one.number.value for one in terms]
    number, value = term.number, term.number.value
    where = "first" if place == 0 else "last" if place == len(terms) - 1 else "middle"
    size = "largest" if value == max(values) else "smallest" if value == min(values) else "between"
    many = min(len(terms), _MANY)
    named = len(folded[: number.left].rstrip().removesuffix(_MORE).rstrip()) in things
    traits = {
        "number", where, f"{where}_of_{many}", f"{size}_of_{many}", f"{term.role.name}", f"{term.role.name}_{where}",
        f"unit_{bool(term.unit)}", f"digits_{min(value.adjusted(), _DIGITS)}", f"thing_{named}",
        f"thing_{named}_{where}",
        *(f"{term.role.name}_next" for term in terms[place + 1 : place + 2]),
        *(f"{term.role.name}_before" for term in terms[max(0, place - 1) : place]),
    }  # fmt: skip
    told = {
        "currency": number.currency is not None,
        "others_currency": number.currency is None and any(one.number.currency is not None for one in terms),
        "priced": number.priced,
        "spelled": number.spelled,
        "odd": value % 10 != 0,
        "small": number.is_count and value <= _SMALL,
        "large": value >= _LARGE,
        "about": term.about,
        "repeated": values.count(value) > 1,
    }
    traits |= {name for name, holds in told.items() if holds}
    return traits | _as_the_others_have_it(values, place)


def _as_the_others_have_it(values: list[Decimal], place: int) -> set[str]:
    """Whether a number is what numbers before or after it add up to, or two others' product or difference."""
    value, pairs = values[place], list(combinations(values[:place] + values[place + 1 :], 2))
    told = {
        "sum_of_those_before": (summed := _adds_up(values[place - 1 :: -1] if place else [], value)),
        "no_sum_of_those_before": place > 1 and not summed,
        "sum_of_those_after": _adds_up(values[place + 1 :], value),
        "product": any(one * other == value for one, other in pairs),
        "difference": any(abs(one - other) == value for one, other in pairs),
    }
    return {name for name, holds in told.items() if holds}


def _adds_up(values: list[Decimal], value: Decimal) -> bool:
    """Whether the first two, three or more of some values make this one."""
    return any(sum(values[:many]) == value for many in range(2, len(values) + 1))


def _letters_beside(folded: str, term: Term) -> list[int]:
    """The checksums of what touches a number, letter by letter, and of short n-grams near it; numbers are all one."""
    start, end = term.number.left, term.number.right
    left = _NUMBER.sub("0", folded[max(0, start - _WINDOW) : start])[-BEFORE:]
    right = _NUMBER.sub("0", folded[end : end + _WINDOW])[:AFTER]
    shortest, longest = INNER
    return [
        *_growing(left[: -LONGEST - 1 : -1], "before"),
        *_growing(right[:LONGEST], "after"),
        *checksums(left, shortest, longest, mark="left"),
        *checksums(right, shortest, longest, mark="right"),
    ]


def _growing(letters: str, mark: str) -> Iterator[int]:
    """The checksum of the first letter, the first two, and so on."""
    sums = accumulate(letters, lambda begun, letter: crc32(letter.encode(), begun), initial=crc32(mark.encode()))
    return islice(sums, 1, None)


def _of_way(way: Making, terms: Sequence[Term], told: set[Decimal], *, shared: bool) -> list[int]:
    kind, parts = way.kind, way.parts
    left_out = min(parts.count(_LEFT_OUT), _MOST_LEFT_OUT)
    in_them = {part * _ROLES + _CODES[term.role] for part, term in zip(parts, terms, strict=True)}
    rows = [
        *_of_kind(kind, min(len(terms), _MANY), left_out, way.value in told, shared),
        crc32(bytes(sorted(in_them))) % ROWS,
    ]
    if parts.count(_COUNT) == 1:
        rows += _of_product(terms, parts.index(_PRICE_OF_ONE), parts.index(_COUNT))
    for part in (_TAKEN_OFF, _DIVIDES):
        if part in parts:
            rows.append(_row(f"{kind} {part.name} {terms[parts.index(part)].role.name}"))
    return rows


def _of_product(terms: Sequence[Term], price: int, count: int) -> tuple[int, int]:
    one, many = terms[price], terms[count]
    same = bool(one.unit) and one.unit == many.unit
    units = f"{same} {count - price} {bool(one.unit)} {bool(many.unit)}"
    return _row(units), _row(f"{one.role.name} times {many.role.name}")


@lru_cache(maxsize=4096)
def _of_kind(kind: str, many: int, left_out: int, told: bool, shared: bool) -> tuple[int, ...]:  # noqa: FBT001  a key
    traits = [f"{kind} of {many}", f"{kind} without {left_out}", f"{kind} shared {shared}"]
    return tuple(map(_row, traits if kind == "alone" else [*traits, f"{kind} told {told}"]))
