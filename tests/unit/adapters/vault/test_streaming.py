"""Sealed streams: whatever is sealed comes back by pieces, whole and in order, or not at all."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.vault.streaming import SEGMENT_BYTES, Segments, opened, sealed, sealed_size
from workers.ports.vault import BrokenSealError

SECRET, OTHER = b"k" * 32, b"o" * 32
HEADER, TAG = 40, 16
FIRST = SEGMENT_BYTES - HEADER - TAG
"""Bytes of content in the first segment, and in the others."""
NEXT = SEGMENT_BYTES - TAG
EDGES = [0, 1, FIRST - 1, FIRST, FIRST + 1, FIRST + NEXT - 1, FIRST + NEXT, FIRST + NEXT + 1, FIRST + 3 * NEXT]


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def put_away(content: bytes, bound: bytes = b"", secret: bytes = SECRET) -> bytes:
    return b"".join(sealed(secret, [content], bound))


def taken_out(stored: bytes, bound: bytes = b"", secret: bytes = SECRET) -> bytes:
    return b"".join(opened(secret, Segments([stored]), bound))


def segments_of(stored: bytes) -> list[bytes]:
    return [stored[:SEGMENT_BYTES], *cut(stored[SEGMENT_BYTES:], SEGMENT_BYTES)]


@settings(max_examples=50)
@given(
    size=st.one_of(st.sampled_from(EDGES), st.integers(0, 3 * SEGMENT_BYTES)),
    given_by=st.integers(1, 100_000),
    read_by=st.integers(1, 100_000),
)
def test_whatever_is_sealed_comes_back_however_it_is_cut(size: int, given_by: int, read_by: int) -> None:
    content = bytes(number % 251 for number in range(size))
    stored = b"".join(sealed(SECRET, cut(content, given_by), b"place"))
    assert b"".join(opened(SECRET, Segments(cut(stored, read_by)), b"place")) == content


@pytest.mark.parametrize("size", EDGES)
def test_the_size_it_takes_is_known_beforehand(size: int) -> None:
    assert len(put_away(bytes(size))) == sealed_size(size)


@pytest.mark.parametrize("size", EDGES)
def test_what_is_cut_short_anywhere_is_refused(size: int) -> None:
    stored = put_away(bytes(size))
    ends = {0, 1, HEADER - 1, HEADER, HEADER + TAG - 1, len(stored) - 1, len(stored) - TAG}
    ends |= set(range(SEGMENT_BYTES, len(stored), SEGMENT_BYTES))
    for end in ends:
        with pytest.raises(BrokenSealError):
            taken_out(stored[:end])


@pytest.mark.parametrize("size", EDGES)
def test_what_is_added_at_the_end_is_refused(size: int) -> None:
    stored = put_away(bytes(size))
    for more in (b"\0", bytes(SEGMENT_BYTES), segments_of(stored)[-1]):
        with pytest.raises(BrokenSealError):
            taken_out(stored + more)


def test_no_segment_takes_anothers_place() -> None:
    first, second, third, last = segments_of(put_away(bytes(FIRST + 2 * NEXT + 5)))
    for forged in ([first, third, second, last], [first, second, last], [first, second, second, third, last]):
        with pytest.raises(BrokenSealError, match="segment"):
            taken_out(b"".join(forged))


def test_no_segment_of_another_version_of_the_same_file_fits() -> None:
    old, new = (segments_of(put_away(bytes(FIRST + NEXT + 5), b"place")) for _ in range(2))
    with pytest.raises(BrokenSealError, match="segment 1"):
        taken_out(b"".join([new[0], old[1], new[2]]), b"place")


@given(size=st.sampled_from(EDGES[:5]), place=st.integers(min_value=0), flipped=st.integers(1, 255))
def test_a_changed_byte_anywhere_is_noticed(size: int, place: int, flipped: int) -> None:
    stored = bytearray(put_away(bytes(size)))
    stored[place % len(stored)] ^= flipped
    with pytest.raises(BrokenSealError):
        taken_out(bytes(stored))


@given(bound=st.binary(max_size=20), other=st.binary(max_size=20))
def test_it_opens_at_its_place_and_with_its_key_alone(bound: bytes, other: bytes) -> None:
    stored = put_away(b"lunch", bound)
    assert taken_out(stored, bound) == b"lunch"
    with pytest.raises(BrokenSealError):
        taken_out(stored, bound, OTHER)
    if other != bound:
        with pytest.raises(BrokenSealError):
            taken_out(stored, other)


def test_a_segment_is_given_before_the_next_is_asked_for() -> None:
    asked = 0

    def endless() -> Iterator[bytes]:
        nonlocal asked
        while True:
            asked += 1
            yield bytes(NEXT)

    stored = sealed(SECRET, endless(), b"")
    for _ in range(5):
        next(stored)
    assert asked <= 6

    def drained() -> Iterator[bytes]:
        nonlocal asked
        asked = 0
        for segment in segments_of(put_away(bytes(FIRST + 9 * NEXT))):
            asked += 1
            yield segment

    content = opened(SECRET, Segments(drained()), b"")
    assert len(next(content)) == FIRST
    assert asked == 2


def test_it_is_the_format_of_tink() -> None:
    """What Tink 1.16.1 made with this key and these parameters; it reads what is sealed here, too."""
    stored = bytes.fromhex(
        "28df6e53dd775b77f3069cd4c9229c58406f275ea6eb0bc21dbddb62a97b02cc815ce1810cbf"
        "48a308b671c0ffde3372704549629e811be3194986a5b7071435f1647a80362126c77372f79d"
    )
    assert taken_out(stored, b"tink's associated data") == "ข้าว by Tink".encode()
