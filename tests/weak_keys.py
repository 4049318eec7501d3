"""Keeps threads that end from hanging the tests while coverage is measured.

Coverage remembers greenlets in a `WeakKeyDictionary` a thread. When a thread ends, greenlet lets go of its last ones in
a pending call of the main thread, and the dictionary's callback is a Python function. CPython 3.11 never gets past the
first instruction of a *traced* function within a pending call as long as another pending call waits: two threads that
end together are enough. A callback that is no Python function is not traced.
"""

import weakref
from collections.abc import Mapping
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class UntracedWeakKeyDictionary(weakref.WeakKeyDictionary[K, V]):
    """Forgets dead keys by a built-in function."""

    def __init__(self, given: Mapping[K, V] | None = None) -> None:
        super().__init__()
        self._remove = self.data.pop  # type: ignore[attr-defined]
        self.update(given or {})


def forget_untraced() -> None:
    """Have dictionaries of weak keys made from now on forget their keys untraced; coverage makes one a thread."""
    weakref.WeakKeyDictionary = UntracedWeakKeyDictionary  # type: ignore[assignment, misc]
