"""Sealing: whatever is sealed comes back, to its place alone."""

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.vault.aead import KEY_BYTES, AesGcm
from workers.ports.vault import BrokenSealError

KEY, OTHER = b"k" * KEY_BYTES, b"o" * KEY_BYTES
CIPHER = AesGcm()
CONTENTS = st.one_of(st.binary(max_size=2_000), st.text("กขคงจฉชซญ฿ะาิีึืุูเแโใไ่้๊๋์๐๑๒๓ abc\n\0🍗").map(str.encode))


@given(content=CONTENTS, bound=st.binary(max_size=50))
def test_whatever_is_sealed_comes_back(content: bytes, bound: bytes) -> None:
    assert CIPHER.open(KEY, CIPHER.seal(KEY, content, bound), bound) == content


@given(content=CONTENTS, bound=st.binary(max_size=50), other=st.binary(max_size=50))
def test_what_is_bound_elsewhere_is_refused(content: bytes, bound: bytes, other: bytes) -> None:
    sealed = CIPHER.seal(KEY, content, bound)
    if other != bound:
        with pytest.raises(BrokenSealError):
            CIPHER.open(KEY, sealed, other)
    with pytest.raises(BrokenSealError):
        CIPHER.open(OTHER, sealed, bound)


@given(content=CONTENTS, place=st.integers(min_value=0), flipped=st.integers(1, 255))
def test_a_changed_byte_anywhere_is_noticed(content: bytes, place: int, flipped: int) -> None:
    sealed = bytearray(CIPHER.seal(KEY, content, b""))
    sealed[place % len(sealed)] ^= flipped
    with pytest.raises(BrokenSealError):
        CIPHER.open(KEY, bytes(sealed), b"")


@pytest.mark.parametrize("length", [0, 11, 27])
def test_what_was_cut_short_is_refused(length: int) -> None:
    with pytest.raises(BrokenSealError, match="cut short"):
        CIPHER.open(KEY, CIPHER.seal(KEY, b"lunch", b"")[:length], b"")


def test_the_same_content_twice_cannot_be_told_apart_from_two() -> None:
    assert CIPHER.seal(KEY, b"lunch", b"") != CIPHER.seal(KEY, b"lunch", b"")


def test_keys_and_nonces_come_from_the_source_that_was_given() -> None:
    numbers: Iterator[int] = count(1)
    cipher = AesGcm(lambda size: next(numbers).to_bytes(size, "big"))
    assert cipher.new_key() == (1).to_bytes(KEY_BYTES, "big")
    assert cipher.seal(KEY, b"lunch", b"").startswith((2).to_bytes(12, "big"))
    assert len(AesGcm().new_key()) == KEY_BYTES
