"""The two commands of every tool that trains a reader: fit it, and tell what it is worth on writers left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def run(arguments: Sequence[str], usage: str | None, *, fit: Callable[[], str], held: Callable[[], None]) -> int:
    """Carry out what the command line asks for; its exit status.

    Args:
        arguments: of the command line, without the program.
        usage: printed where they are others than `fit` and `held`.
        fit: writes the model and says what it was trained on.
        held: prints figures, writer by writer.
    """
    if list(arguments) == ["fit"]:
        print(fit())
    elif list(arguments) == ["held"]:
        held()
    else:
        print(usage)
        return 2
    return 0
