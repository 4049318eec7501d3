"""Sealing what is personal in rows before they are written, and opening them as they are read.

A sealed text says what it is: a mark, the id of the owner's key, and the encrypted content. It is bound to its tenant,
owner, row and field, so that it opens nowhere else. Rows from before there were keys are read as they are.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error as NoBase64Error
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from adapters.database.failures import UnstorableRowError
from adapters.database.owner_keys import OwnerKeys, Place
from adapters.database.rows import refuse_nul
from workers.domain.mappings import CategoryMapping, mapping_stream
from workers.domain.spending import SpendingEntry
from workers.ports.dead_letters import Action, Contents, DeadLetter, FiledLetter
from workers.ports.store import AggregateState, InboxKey, StoredEvent, Verdict
from workers.ports.vault import BrokenSealError, Cipher, DestroyedKeyError, OwnerKey

T = TypeVar("T")

MARK: Final = "\x01s1."
"""What a sealed text begins with: no payload does, and nobody types it."""
_ID_DIGITS: Final = 32
_PREFIX: Final = len(MARK) + _ID_DIGITS
_HEADER: Final = MARK
"""The one header that holds all of a dead letter's; where it is, the value is sealed with the same key."""
ENTRY_TEXTS: Final = ("description", "subcategory", "location", "tags", "raw_text", "deleted_reason")
"""What of an entry is sealed, all in one, in the place of its raw text."""
_DELETED: Final = "sealed"
"""Stands for the reason of a deletion: that there is one is asked for by queries."""
_ERASED: Final = "(erased)"
"""Stands for what an operator said about an owner whose key was destroyed."""


class Seal(NamedTuple):
    """Seals with one owner's key."""

    cipher: Cipher
    key: OwnerKey

    def text(self, text: str, row: str, field: str) -> str:
        """A text that says whose key opens it.

        Raises:
            UnstorableRowError: the databases would not take it in the clear either.
        """
        refuse_nul([text])
        try:
            content = text.encode()
        except UnicodeEncodeError as error:
            raise UnstorableRowError(f"text cannot be encoded as {error.encoding}: {error.reason}") from None
        sealed = self.cipher.seal(self.key.secret, content, self._bound(row, field))
        return f"{MARK}{self.key.id.hex}{b64encode(sealed).decode()}"

    def opened(self, text: str, row: str, field: str) -> str:
        """What `text` made.

        Raises:
            BrokenSealError: it was made for another place, or changed.
        """
        try:
            sealed = b64decode(text[_PREFIX:], validate=True)
        except NoBase64Error:
            raise BrokenSealError("a sealed text was changed") from None
        return self.cipher.open(self.key.secret, sealed, self._bound(row, field)).decode()

    def content(self, content: bytes, row: str, field: str) -> bytes:
        """Bytes, without the third that base64 adds; whose key it is has to be told beside it."""
        return self.cipher.seal(self.key.secret, content, self._bound(row, field))

    def opened_content(self, sealed: bytes, row: str, field: str) -> bytes:
        """What `content` made; raises as `opened`."""
        return self.cipher.open(self.key.secret, sealed, self._bound(row, field))

    def _bound(self, row: str, field: str) -> bytes:
        return f"{self.key.tenant}\0{self.key.owner}\0{row}\0{field}".encode()


Keyring = Mapping[UUID, Seal]
"""Keys by their ids; those that were destroyed are missing."""


class Seals:
    """What a database's adapters seal and open with.

    Args:
        keys: the owners'.
    """

    def __init__(self, keys: OwnerKeys) -> None:
        self.keys = keys

    @property
    def is_on(self) -> bool:
        """Whether what is written is sealed."""
        return self.keys.vault is not None

    async def verdicts(self, verdicts: Sequence[Verdict]) -> Sequence[Verdict]:
        """Verdicts as they are to be stored. What holds nothing of its owner stays as it is.

        Raises:
            MasterKeyError: a master key is missing.
            UnstorableRowError: a text looks as if it were sealed.
        """
        if self.keys.vault is None:
            for verdict in verdicts:
                _refuse_marks(verdict)
            return verdicts
        cipher = self.keys.vault.cipher
        keys = await self.keys.of_owners(
            (verdict.key.tenant, verdict.events[0].owner) for verdict in verdicts if verdict.sent_at is not None
        )
        return [
            verdict
            if verdict.sent_at is None
            else _sealed_verdict(verdict, Seal(cipher, keys[verdict.key.tenant, verdict.events[0].owner]))
            for verdict in verdicts
        ]

    async def letters(self, letters: Sequence[FiledLetter]) -> Sequence[FiledLetter]:
        """What operators made of dead letters, as it is to be stored; raises as `verdicts`."""
        if self.keys.vault is None:
            for filed in letters:
                _refuse_mark(*_operators_texts(filed))
            return letters
        cipher = self.keys.vault.cipher
        keys = await self.keys.of_owners(place for filed in letters for place in letter_places(filed))
        return [_sealed_actions(filed, {place: Seal(cipher, key) for place, key in keys.items()}) for filed in letters]

    async def open_events(self, events: Sequence[StoredEvent]) -> Sequence[StoredEvent | None]:
        """Events in the clear, each in its place; None where the owner's key was destroyed.

        Raises:
            MasterKeyError: a master key is missing.
            BrokenSealError: one was changed, or stands where it does not belong.
        """
        keyring = await self._keyring(event.data for event in events)
        return [_or_none(opened_event, event, keyring) for event in events]

    async def open_by_command(
        self, found: Mapping[InboxKey, tuple[StoredEvent, ...]]
    ) -> dict[InboxKey, tuple[StoredEvent, ...]]:
        """Decisions in the clear, without those whose owner's key was destroyed; raises as `open_events`."""
        opened = await self.open_events([event for events in found.values() for event in events])
        left = iter(opened)
        taken = {key: [next(left) for _ in events] for key, events in found.items()}
        return {
            key: tuple(event for event in events if event is not None)
            for key, events in taken.items()
            if None not in events
        }

    async def open_entries(self, entries: Sequence[SpendingEntry]) -> Sequence[SpendingEntry | None]:
        """Entries in the clear; None where the owner's key was destroyed. Raises as `open_events`."""
        keyring = await self._keyring(entry.raw_text for entry in entries)
        return [_or_none(opened_entry, entry, keyring) for entry in entries]

    async def open_letters(self, letters: Sequence[FiledLetter]) -> Sequence[FiledLetter | None]:
        """Dead letters in the clear; None where the owner's key was destroyed. Raises as `open_events`.

        One without its contents stays: only what was said about it is gone.
        """
        keyring = await self._keyring(text for filed in letters for text in _letter_texts(filed))
        return [_or_none(opened_letter, filed, keyring) for filed in letters]

    async def keyring_of(self, places: Iterable[Place]) -> Keyring:
        """The keys of some owners, for who opens rows while a connection is held; raises as `open_events`."""
        return self._seals_with((await self.keys.existing(places)).values())

    async def _keyring(self, texts: Iterable[str | None]) -> Keyring:
        ids = {key_id for text in texts if (key_id := sealed_with(text)) is not None}
        return self._seals_with((await self.keys.by_id(ids)).values()) if ids else {}

    def _seals_with(self, keys: Iterable[OwnerKey]) -> Keyring:
        vault = self.keys.vault
        # A key that was unwrapped tells that there is a cipher.
        return {} if vault is None else {key.id: Seal(vault.cipher, key) for key in keys}


def sealed_with(text: str | None) -> UUID | None:
    """The id of the key a text was sealed with; None for one in the clear.

    Raises:
        BrokenSealError: it begins like a sealed text and is none.
    """
    if text is None or not text.startswith(MARK):
        return None
    try:
        return UUID(hex=text[len(MARK) : _PREFIX])
    except ValueError:
        raise BrokenSealError("a sealed text was changed") from None


def readable(opened: Iterable[T | None]) -> list[T]:
    """Without what can never be read again."""
    return [each for each in opened if each is not None]


def _or_none(opening: Callable[[T, Keyring], T], sealed: T, keyring: Keyring) -> T | None:
    try:
        return opening(sealed, keyring)
    except DestroyedKeyError:
        return None


def _open(text: str, keyring: Keyring, places: Collection[Place], row: str, field: str) -> str:
    """A text in the clear, sealed or not.

    Raises:
        DestroyedKeyError: nobody can open it any more.
        BrokenSealError: it is another owner's, another row's, or was changed.
    """
    key_id = sealed_with(text)
    if key_id is None:
        return text
    seal = keyring.get(key_id)
    if seal is None:
        raise DestroyedKeyError
    if seal.key.place not in places:
        raise BrokenSealError(f"a text that the key {key_id} sealed is not where it belongs")
    return seal.opened(text, row, field)


def _sealed_verdict(verdict: Verdict, seal: Seal) -> Verdict:
    shared = {mapping_stream(state.id) for state in verdict.states if _is_shared(state)}
    return verdict._replace(
        # What everybody shares is nobody's: it stays when its owner is erased.
        events=tuple(
            event if event.stream in shared else event._replace(data=seal.text(event.data, str(event.id), "data"))
            for event in verdict.events
        ),
        states=tuple(
            sealed_entry(state, seal) if isinstance(state, SpendingEntry) else state for state in verdict.states
        ),
        dead_letter=verdict.dead_letter and sealed_letter(verdict.dead_letter, seal),
        key_generation=seal.key.generation,
    )


def _is_shared(state: AggregateState) -> bool:
    return isinstance(state, CategoryMapping) and state.is_shared


def opened_event(event: StoredEvent, keyring: Keyring) -> StoredEvent:
    if not event.data.startswith(MARK):
        return event
    try:
        data = _open(event.data, keyring, [(event.tenant, event.owner)], str(event.id), "data")
    except BrokenSealError as error:
        raise BrokenSealError(f"event {event.id}: {error}") from None
    return event._replace(data=data)


def sealed_entry(entry: SpendingEntry, seal: Seal) -> SpendingEntry:
    values = [getattr(entry, name) for name in ENTRY_TEXTS]
    refuse_nul((*values, *entry.tags))
    texts = json.dumps(values, ensure_ascii=False)
    return entry._replace(
        description=None,
        subcategory=None,
        location=None,
        tags=(),
        raw_text=seal.text(texts, str(entry.id), "texts"),
        deleted_reason=_DELETED if entry.is_deleted else None,
    )


def opened_entry(entry: SpendingEntry, keyring: Keyring) -> SpendingEntry:
    if sealed_with(entry.raw_text) is None:
        return entry
    texts = _open(entry.raw_text or "", keyring, [(entry.tenant, entry.owner)], str(entry.id), "texts")
    values: dict[str, Any] = dict(zip(ENTRY_TEXTS, json.loads(texts), strict=True))
    return entry._replace(**values | {"tags": tuple(values["tags"])})


def sealed_letter(letter: DeadLetter, seal: Seal) -> DeadLetter:
    if letter.contents is None:
        return letter
    value, row = letter.contents.value, str(letter.id)
    headers = [(name, None if each is None else b64encode(each).decode()) for name, each in letter.contents.headers]
    return replace(
        letter,
        contents=Contents(
            None if value is None else seal.content(value, row, "value"),
            ((_HEADER, seal.text(json.dumps(headers), row, "headers").encode()),),
        ),
    )


def _sealed_actions(filed: FiledLetter, seals: Mapping[Place, Seal]) -> FiledLetter:
    row, (own, edited) = str(filed.letter.id), letter_places(filed)
    edit, action = filed.edit, filed.action
    return replace(
        filed,
        edit=edit and replace(edit, data=seals[edited].text(edit.data, row, "edit")),
        action=action
        and replace(action, reason=None if action.reason is None else seals[own].text(action.reason, row, "action")),
    )


def letter_places(filed: FiledLetter) -> tuple[Place, Place]:
    """Whose the letter is, and whose an operator has edited it to be."""
    letter, edit = filed.letter, filed.edit
    own = (letter.tenant, letter.owner)
    return own, own if edit is None else (edit.tenant or letter.tenant, edit.owner or letter.owner)


def _letter_texts(filed: FiledLetter) -> Iterator[str | None]:
    yield from _operators_texts(filed)
    yield sealed_headers(filed.letter.contents)


def _operators_texts(filed: FiledLetter) -> tuple[str | None, str | None]:
    return (
        None if filed.edit is None else filed.edit.data,
        None if filed.action is None else filed.action.reason,
    )


def sealed_headers(contents: Contents | None) -> str | None:
    match contents:
        case Contents(headers=((name, bytes() as sealed),)) if name == _HEADER:
            return sealed.decode(errors="replace")
        case _:
            return None


def opened_letter(filed: FiledLetter, keyring: Keyring) -> FiledLetter:
    row, places = str(filed.letter.id), letter_places(filed)
    return replace(
        filed,
        letter=_opened_contents(filed.letter, keyring),
        edit=filed.edit and replace(filed.edit, data=_open(filed.edit.data, keyring, places, row, "edit")),
        action=filed.action and _opened_action(filed.action, keyring, places, row),
    )


def _opened_action(action: Action, keyring: Keyring, places: Collection[Place], row: str) -> Action:
    if action.reason is None:
        return action
    try:
        return replace(action, reason=_open(action.reason, keyring, places, row, "action"))
    except DestroyedKeyError:
        return replace(action, reason=_ERASED)


def _opened_contents(letter: DeadLetter, keyring: Keyring) -> DeadLetter:
    sealed = sealed_headers(letter.contents)
    if letter.contents is None or sealed is None:
        return letter
    row, value = str(letter.id), letter.contents.value
    headers = json.loads(_open(sealed, keyring, [(letter.tenant, letter.owner)], row, "headers"))
    key_id = sealed_with(sealed)
    return replace(
        letter,
        contents=Contents(
            None if value is None or key_id is None else keyring[key_id].opened_content(value, row, "value"),
            tuple((name, None if each is None else b64decode(each)) for name, each in headers),
        ),
    )


def _refuse_marks(verdict: Verdict) -> None:
    for state in verdict.states:
        if isinstance(state, SpendingEntry):
            _refuse_mark(state.raw_text)


def _refuse_mark(*texts: str | None) -> None:
    """What is not sealed must not look like it.

    Raises:
        UnstorableRowError: a text begins with the mark.
    """
    if any(text is not None and text.startswith(MARK) for text in texts):
        raise UnstorableRowError("a text begins like a sealed one")
