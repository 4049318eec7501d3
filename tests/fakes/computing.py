"""Computing without a thread."""

from collections.abc import Callable
from typing import TypeVar

A = TypeVar("A")
R = TypeVar("R")


class DirectComputing:
    """`Computing` at once; counts how often."""

    def __init__(self) -> None:
        self.runs = 0

    async def run(self, function: Callable[[A], R], argument: A) -> R:
        self.runs += 1
        return function(argument)
