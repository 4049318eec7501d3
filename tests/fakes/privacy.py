"""Owners in memory."""

from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime

from contracts.ids import owner_folder
from workers.domain.privacy import Named
from workers.ports.privacy import Erasure, OwnerRow


class MemoryOwners:
    """`OwnerReader` and `OwnerEraser` of one owner.

    Args:
        rows: what there is; those of the table `events` are removed one at a time, all others at the end.
    """

    def __init__(self, *rows: OwnerRow) -> None:
        self.stored = list(rows)
        self.erasures: dict[str, Erasure] = {}
        self.begun = ""
        self.destroyed: list[tuple[str, str, int]] = []

    async def rows(self, _tenant: str, _owner: str) -> AsyncGenerator[OwnerRow, None]:
        for row in self.stored:
            yield row

    async def begin(self, _tenant: str, _owner: str, command_id: str, now: datetime) -> Erasure:
        self.begun = command_id
        return self.erasures.setdefault(command_id, Erasure(now, under_way=True, removed={}))

    async def note_files(self, _tenant: str, _owner: str, files: int) -> None:
        self._note({"files": files})

    async def destroy_key(self, tenant: str, owner: str) -> None:
        self.destroyed.append((tenant, owner, len(self.stored)))

    async def remove_some(self, _tenant: str, _owner: str) -> bool:
        found = next((row for row in self.stored if row.table == "events"), None)
        if found is not None:
            self.stored.remove(found)
            self._note({"events": 1})
        return found is not None

    async def finish(self, _tenant: str, _owner: str) -> Erasure:
        self._note({"entries": len(self.stored)})
        self.stored.clear()
        self.erasures[self.begun] = self.erasures[self.begun]._replace(under_way=False)
        return self.erasures[self.begun]

    def _note(self, removed: Mapping[str, int]) -> None:
        before = self.erasures[self.begun]
        total = Counter(before.removed)
        total.update(removed)
        self.erasures[self.begun] = before._replace(removed=dict(total))


class MemoryOwnerFiles:
    """`OwnerFiles` in memory."""

    def __init__(self, kept: Mapping[str, bytes] | None = None) -> None:
        self.kept = dict(kept or {})

    async def keys(self, tenant: str, owner: str, named: Named) -> Sequence[str]:
        folder = owner_folder(tenant, owner)
        return sorted(key for key in self.kept if key in named.keys or key.startswith(folder))

    async def load(self, _tenant: str, _owner: str, key: str) -> bytes | None:
        return self.kept.get(key)

    async def remove(self, key: str) -> None:
        self.kept.pop(key, None)
