"""Commands of the area *privacy*."""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.base import Command
from contracts.values import OWNER_PATTERN


class EraseOwner(Command):
    """Forget an owner: whatever is stored of the envelope's owner is deleted. Answered by OwnerErased.

    Attributes:
        owner: the envelope's owner once more; a command that names another one was put together wrongly and is refused.
    """

    type: ClassVar[str] = "poon.owner.erase.v1"
    area: ClassVar[str] = "privacy"

    owner: Annotated[str, Field(pattern=OWNER_PATTERN, examples=["anong"])]
