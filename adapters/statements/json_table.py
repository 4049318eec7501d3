"""JSON as a table: a list of objects, or objects one after the other (JSON Lines).

Nested objects become columns such as `merchant.name`; what stands in lists within an object is left out. Single values
beside the list become lines before the header, as banks print the account above the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import IO, Any, Final

import ijson

from adapters.statements.encoding import decoded
from adapters.statements.limits import Limits
from adapters.statements.records import Cell, Record, Unusable, exact
from contracts.errors import ErrorCode
from workers.ports.errors import StatementError

_OPENING: Final = frozenset({"start_map", "start_array"})
_CLOSING: Final = frozenset({"end_map", "end_array"})

Event = tuple[str, Any]


class JsonLists:
    """The lists of objects in a file: where each stands, which names its objects have, and the values beside them."""

    def __init__(self, file: IO[bytes], encoding: str, limits: Limits) -> None:
        """Read the file once.

        Raises:
            StatementError: statement_unreadable.
        """
        self._file = file
        self._encoding = encoding
        self._limits = limits
        self.names: dict[str, list[str]] = {}
        walk = _Walk(limits)
        for place, item in self._items(walk):
            self._learn(place, item)
        self.facts = [(name, value) for name, value in walk.facts.items() if value != ""][: limits.preamble // 2 - 1]

    def table(self, place: str) -> JsonTable:
        """The list at this place."""
        return JsonTable(self, place, self._limits)

    def items(self, place: str) -> Iterator[dict[str, Cell]]:
        """The objects of one list."""
        return (item for found, item in self._items(_Walk(self._limits)) if found == place)

    def _items(self, walk: _Walk) -> Iterator[tuple[str, dict[str, Cell]]]:
        for kind, value in _events(self._file, self._encoding, self._limits):
            item = walk.take(kind, value)
            if item is not None:
                yield item

    def _learn(self, place: str, item: dict[str, Cell]) -> None:
        if place not in self.names and len(self.names) >= self._limits.depth:
            return
        names = self.names.setdefault(place, [])
        known = set(names)
        names += [name for name in item if name not in known][: self._limits.columns - len(names)]


class JsonTable:
    """One list of objects."""

    def __init__(self, lists: JsonLists, place: str, limits: Limits) -> None:
        self._lists = lists
        self._place = place
        self._limits = limits

    def records(self) -> Iterator[Record]:
        for name, value in self._lists.facts:
            yield Record(0, [name, value])
            yield Record(0, [name.rpartition(".")[2], value])
        names = self._lists.names[self._place]
        yield Record(0, list(names))
        known = frozenset(names)
        for number, item in enumerate(self._lists.items(self._place), 1):
            surplus = f"more than {self._limits.columns} names" if item.keys() - known else None
            yield Record(number, () if surplus else [item.get(name, "") for name in names], surplus)


class _Walk:
    """Follows the parser's events: the objects of lists come out whole and flat, the values beside them are kept."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._path: list[str | None] = []
        """Of the open containers: the name within an object, None for a list."""
        self._item: dict[str, Cell] | None = None
        self._depth = 0
        self._items_within = False
        self.facts: dict[str, Cell] = {}

    def take(self, kind: str, value: Any) -> tuple[str, dict[str, Cell]] | None:  # noqa: ANN401  a JSON value
        """What an event completes: the place of a list, and an object of it."""
        if kind == "map_key":
            self._path[-1] = value
        elif kind in _OPENING:
            self._open(kind)
        elif kind in _CLOSING:
            return self._close()
        else:
            self._keep(_cell(kind, value, self._limits))
        return None

    def _open(self, kind: str) -> None:
        if kind == "start_map" and self._item is None and self._path and self._path[-1] is None:
            self._item, self._depth = {}, len(self._path)
            self._items_within = True
        self._path.append("" if kind == "start_map" else None)
        if len(self._path) > self._limits.depth:
            reason = f"the file nests more than {self._limits.depth} deep"
            raise StatementError(ErrorCode.STATEMENT_UNREADABLE, reason, field="file")

    def _close(self) -> tuple[str, dict[str, Cell]] | None:
        closed = self._path.pop()
        if self._item is not None and len(self._path) == self._depth:
            item, self._item = self._item, None
            return self._name(0), item
        if not self._path and closed is not None and not self._items_within:
            item, self.facts = self.facts, {}
            return "", item
        return None

    def _keep(self, cell: Cell) -> None:
        kept, since = (self.facts, 0) if self._item is None else (self._item, self._depth)
        # One more than is taken, so that whoever looks at the whole notices that there were too many.
        if len(kept) <= self._limits.columns and self._path and None not in self._path[since:]:
            kept[self._name(since)] = cell

    def _name(self, since: int) -> str:
        return ".".join(part for part in self._path[since:] if part)


def _cell(kind: str, value: Any, limits: Limits) -> Cell:  # noqa: ANN401
    if kind == "null":
        return ""
    if kind == "number":
        return _number(str(value))
    text = str(value)
    return text if len(text) <= limits.cell else Unusable(f"a text of more than {limits.cell} characters", "")


def _number(text: str) -> Decimal | Unusable:
    try:
        return exact(text)
    except ArithmeticError:
        return Unusable("no number that money could be", text[:40])


def _events(file: IO[bytes], encoding: str, limits: Limits) -> Iterator[Event]:
    """The parser's events, from text of any encoding; one endless value is refused before it fills the memory."""
    found: list[Event] = ijson.sendable_list()
    parser = ijson.basic_parse_coro(found, multiple_values=True)
    silent = 0
    try:
        for text in _closed(decoded(file, encoding)):
            piece = text.encode()
            if piece:
                parser.send(piece)
            else:
                parser.close()
            silent = 0 if found else silent + len(piece)
            if silent > limits.silent_bytes:
                raise StatementError(
                    ErrorCode.STATEMENT_UNREADABLE, "the file has a value without an end", field="file"
                )
            yield from found
            found.clear()
    except ijson.JSONError:
        raise StatementError(ErrorCode.STATEMENT_UNREADABLE, "the JSON is wrong, or breaks off", field="file") from None


def _closed(texts: Iterable[str]) -> Iterator[str]:
    """The pieces that hold anything, and an empty one at the end."""
    yield from (text for text in texts if text)
    yield ""
