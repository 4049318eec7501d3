"""Dictionaries of weak keys that forget without running a Python function."""

import sys
from types import FrameType

from tests.weak_keys import UntracedWeakKeyDictionary


class Key:
    """Something that can be weakly referred to."""


def test_a_dead_key_is_forgotten_without_a_traced_function() -> None:
    key, other = Key(), Key()
    kept = UntracedWeakKeyDictionary({key: 1, other: 2})
    called: list[str] = []

    def trace(frame: FrameType, _event: str, _argument: object) -> None:
        called.append(frame.f_code.co_name)

    before = sys.gettrace()
    sys.settrace(trace)
    del key
    sys.settrace(before)
    assert called == []
    assert dict(kept) == {other: 2}
