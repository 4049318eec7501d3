"""A place for work that keeps a processor busy."""

from collections.abc import Callable
from typing import Protocol, TypeVar

A = TypeVar("A")
R = TypeVar("R")


class Computing(Protocol):
    """Computes beside the event loop, which carries the heartbeat."""

    async def run(self, function: Callable[[A], R], argument: A) -> R:
        """The function's result; whatever it raises is raised here.

        The function is pure, or may be run again and half. Who gives up waiting does not stop it.
        """
        ...
