"""A backup's folder: the copy, and beside it a manifest that is written last. Without one it is no backup."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from workers.ports.backups import BackupError

MANIFEST: Final = "backup.json"
COPY: Final = "database"


class BackupFolder:
    """One backup in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def copy(self) -> Path:
        """The copy's file."""
        return self._folder / COPY

    async def begin(self) -> None:
        """Make the folder, for nobody else to read.

        Raises:
            BackupError: there is something in it already, or it cannot be made.
        """
        await asyncio.to_thread(self._begin)

    async def finish(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest, by which the folder becomes a backup."""
        await asyncio.to_thread(self._finish, manifest)

    async def manifest(self) -> Mapping[str, Any]:
        """What the manifest says.

        Raises:
            BackupError: there is none, or it is no JSON object.
        """
        return await asyncio.to_thread(self._manifest)

    async def fingerprint(self) -> tuple[str, int]:
        """SHA-256, hexadecimal, and size of the copy; reads all of it.

        Raises:
            BackupError: there is no copy.
        """
        return await asyncio.to_thread(self._fingerprint)

    def _begin(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if any(self._folder.iterdir()):
                raise BackupError(f"{self._folder} is not empty: every backup has a folder of its own")
        except OSError as error:
            raise BackupError(f"{self._folder} cannot be used: {error.strerror}") from None

    def _finish(self, manifest: Mapping[str, Any]) -> None:
        half = self._folder / f"{MANIFEST}.begun"
        half.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        half.replace(self._folder / MANIFEST)

    def _manifest(self) -> Mapping[str, Any]:
        try:
            found = json.loads((self._folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise BackupError(f"{self._folder} is no backup: its {MANIFEST} is missing or cannot be read") from None
        if not isinstance(found, dict):
            raise BackupError(f"{self._folder} is no backup: its {MANIFEST} is no object")
        return found

    def _fingerprint(self) -> tuple[str, int]:
        try:
            with self.copy.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
        except OSError as error:
            raise BackupError(f"the backup's copy {self.copy} cannot be read: {error.strerror}") from None
