"""The mappings of one owner, or those shared, ready to be found: names by equality, words and patterns in the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from adapters.inference.lexicon.phrases import EXACT, PhraseBook
from adapters.inference.lexicon.prose import Prose, read_prose
from adapters.inference.mappings.names import usual_name
from adapters.inference.mappings.patterns import OwnerPattern
from contracts.mappings import MappingMatch, MatchedBy
from workers.domain.mapping_keys import key_of
from workers.domain.mappings import CategoryMapping
from workers.ports.mappings import Match, Wanted


class _Phrase(NamedTuple):
    mapping: CategoryMapping
    key: str


class SortedLayer:
    """`MappingLayer` of the active ones among some mappings."""

    def __init__(self, mappings: Sequence[CategoryMapping]) -> None:
        active = sorted((mapping for mapping in mappings if mapping.is_active), key=_rank)
        self._named: dict[str, CategoryMapping] = {}
        # A mapping's own name before another's alias: what was corrected last is a mapping of that name.
        for names in (_own_keys, _alias_keys):
            for mapping in active:
                for key in names(mapping):
                    self._named.setdefault(key, mapping)
        self._merchants = _book(active, MappingMatch.MERCHANT)
        self._phrases = _book(active, MappingMatch.PHRASE)
        self._patterns = [(OwnerPattern(pattern), mapping) for mapping in active for pattern in mapping.patterns]

    def find(self, wanted: Wanted) -> Match | None:
        """See `MappingLayer.find`."""
        if not self._named:
            return None
        named = next(self._by_name(wanted), None)
        return named or min(self._in_text(wanted), key=_preference, default=None)

    def _by_name(self, wanted: Wanted) -> Iterator[Match]:
        """As written before the usual name: a branch may mean something else than its chain."""
        for name in filter(None, (wanted.merchant, *wanted.names)):
            mapping = self._named.get(key_of(name))
            if mapping is not None:
                yield Match(mapping, MatchedBy.NAME, name)

    def _in_text(self, wanted: Wanted) -> Iterator[Match]:
        prose = read_prose(wanted.text)
        for mapping, _, evidence in _phrases_in(prose, self._phrases):
            yield Match(mapping, MatchedBy.PHRASE, evidence)
        # Where another merchant was read, a name that stands in the text as well is not who was paid.
        merchant = key_of(wanted.merchant or "")
        for mapping, key, evidence in _phrases_in(prose, self._merchants):
            if merchant in key:
                yield Match(mapping, MatchedBy.PHRASE, evidence)
        for pattern, mapping in self._patterns:
            words = pattern.find(prose.text)
            if words is not None:
                yield Match(mapping, MatchedBy.PATTERN, words)


def _phrases_in(prose: Prose, book: PhraseBook[_Phrase]) -> Iterator[tuple[CategoryMapping, str, str]]:
    for found in book.find(prose):
        yield found.value.mapping, found.value.key, found.within(prose)


def _book(active: Sequence[CategoryMapping], match: MappingMatch) -> PhraseBook[_Phrase]:
    """Of two mappings with the same words, the first counts.

    A merchant the lexicon knows is read where it stands, so its name is not sought besides: to grab is not Grab.
    """
    return PhraseBook(
        (words, _Phrase(mapping, key_of(words)))
        for mapping in active
        if mapping.match is match
        for written in (mapping.text, *mapping.aliases)
        if match is MappingMatch.PHRASE or usual_name(written) is None
        for words in (key_of(written), written.lstrip(EXACT).strip())
        if key_of(words)
    )


def _own_keys(mapping: CategoryMapping) -> list[str]:
    return [mapping.key, key_of(mapping.text)]


def _alias_keys(mapping: CategoryMapping) -> list[str]:
    return [key for key in map(key_of, mapping.aliases) if key]


def _rank(mapping: CategoryMapping) -> tuple[int, str, str]:
    return -mapping.priority, mapping.key, str(mapping.id)


def _preference(match: Match) -> tuple[int, bool, bool, int, str, str]:
    """The least comes first: by priority, words before patterns, merchants before phrases, more words before fewer.

    Then any order that is always the same.
    """
    mapping = match.mapping
    by_pattern, is_phrase = match.matched_by is MatchedBy.PATTERN, mapping.match is MappingMatch.PHRASE
    return -mapping.priority, by_pattern, is_phrase, -len(match.evidence), mapping.key, str(mapping.id)
