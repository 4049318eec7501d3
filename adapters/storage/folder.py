"""Which keys are legal, and which of them a folder holds or takes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from workers.ports.errors import StorageError

_MAX_SEGMENT: Final = 240
"""The longest part of a key, in every store alike: file names have 255 bytes, and obstore adds some while it writes."""


def is_legal_key(key: str) -> bool:
    """Whether a key stays inside the store: no empty, `.`, `..` or overlong part."""
    return all(part not in {"", ".", ".."} and len(part) <= _MAX_SEGMENT for part in key.split("/"))


class ImageFolder:
    """Guards a folder against symbolic links, which obstore follows to wherever they lead."""

    def __init__(self, root: Path) -> None:
        # Resolved once: a later change of the working folder must not move the store.
        self.root = root.resolve()

    def holds(self, key: str) -> bool:
        """Whether the key names a file inside.

        Raises:
            StorageError: the folder itself is gone; an unmounted volume must not look like missing images.
        """
        self._refuse_absence()
        path = self._inside(key)
        return path is not None and path.is_file()

    def takes(self, key: str) -> bool:
        """Whether an image can be kept under the key: inside, and neither a folder nor below an image.

        Raises:
            StorageError: the folder itself is gone.
        """
        self._refuse_absence()
        path = self._inside(key)
        if path is None or path.is_dir():
            return False
        return all(above.is_dir() or not above.exists() for above in path.parents)

    def _refuse_absence(self) -> None:
        if not self.root.is_dir():
            raise StorageError(f"the image folder {self.root} is gone; is its volume mounted?")

    def _inside(self, key: str) -> Path | None:
        try:
            path = (self.root / key).resolve()
        except RuntimeError:  # symbolic links in a circle
            return None
        return path if path.is_relative_to(self.root) else None
