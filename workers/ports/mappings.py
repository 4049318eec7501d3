"""Category mappings as the inside needs them: stored, and made ready to be found in what is known of a purchase."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

from contracts.mappings import MappingMatch, MatchedBy
from contracts.values import Category
from workers.domain.mappings import CategoryMapping


class MappingVersions(NamedTuple):
    """How often an owner's mappings and those shared by the tenant have changed, ever; 0 where there are none.

    Two readings with equal numbers saw the same mappings.
    """

    own: int = 0
    shared: int = 0


class MappingRepository(Protocol):
    """The current state of category mappings. Every method raises UnavailableError: the database cannot be reached."""

    async def versions(self, tenant: str, owner: str) -> MappingVersions:
        """How far mappings that are about an owner have got; never older than the call.

        Asked for by every command that needs a category, so it costs little, also for many at once.
        """
        ...

    async def of_owner(self, tenant: str, owner: str) -> Sequence[CategoryMapping]:
        """All mappings of an owner, or of SHARED, retired ones and candidates included, by key and id."""
        ...

    async def get(self, tenant: str, mapping_id: UUID) -> CategoryMapping | None:
        """A mapping, or None."""
        ...

    async def votes(self, tenant: str, key: str, match: MappingMatch, besides: str) -> Mapping[Category, int]:
        """How many owners besides one have an active mapping of their own for a key, by category."""
        ...


class Wanted(NamedTuple):
    """What is known of a purchase whose category is wanted.

    Attributes:
        text: all its words.
        merchant: as it was written.
        names: what else it may be taught under: the merchant's usual name, or the whole note where none was read.
    """

    text: str
    merchant: str | None = None
    names: tuple[str, ...] = ()


class Match(NamedTuple):
    """The mapping that answers.

    Attributes:
        matched_by: what of it was found.
        evidence: the words it was found by, as they stand.
    """

    mapping: CategoryMapping
    matched_by: MatchedBy
    evidence: str


class MappingLayer(Protocol):
    """The mappings of one owner, or those shared, ready to be found."""

    def find(self, wanted: Wanted) -> Match | None:
        """The mapping that fits best, or None: the same whatever the order they were given in.

        Takes time linear in the text, whatever the patterns are. Does not block.
        """
        ...


LayerMaker = Callable[[Sequence[CategoryMapping]], MappingLayer]
"""Makes a layer of those of the mappings that are active."""


class InvalidPatternError(Exception):
    """A pattern cannot be used; `reason` says why.

    Attributes:
        reason: what is wrong with it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


PatternCheck = Callable[[str], None]
"""Raises InvalidPatternError for a pattern that no layer could use."""

UsualName = Callable[[str], str | None]
"""The usual name of a merchant that is known by the very name given, or None: ``เซเว่น`` is 7-Eleven."""
