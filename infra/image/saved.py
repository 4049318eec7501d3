"""An image as `docker image save` writes it: what it says of itself, and every file of every layer."""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Self

_READ: Final = 2_000_000
"""Longer files are not read: what a person writes, and a secret is in, is shorter."""


class NoImageError(Exception):
    """The file is not one saved image."""


@dataclass(frozen=True, slots=True)
class File:
    """One entry of a layer.

    Attributes:
        path: without a slash in front, as `opt/venv/bin/poon`.
        opened: the layer, open for as long as nobody has asked for the next entry.
    """

    layer: int
    path: str
    info: tarfile.TarInfo
    opened: tarfile.TarFile

    @property
    def content(self) -> bytes | None:
        """None for what is no file, or too long to be read."""
        if not self.info.isreg() or self.info.size > _READ:
            return None
        found = self.opened.extractfile(self.info)
        return None if found is None else found.read()


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved image.

    Attributes:
        config: the image's configuration, as its format has it: `config`, `history`, `rootfs`.
        layers: names of the layers within the archive, lowest first.
    """

    archive: Path
    config: dict[str, Any]
    layers: tuple[str, ...]

    @classmethod
    def read(cls, archive: Path) -> Self:
        """Read the head of an archive.

        Raises:
            NoImageError: it holds none, or several.
        """
        with tarfile.open(archive) as opened:
            try:
                manifests = json.load(_member(opened, "manifest.json"))
            except (KeyError, ValueError) as error:
                raise NoImageError(f"{archive}: {error}") from error
            if len(manifests) != 1:
                raise NoImageError(f"{archive} holds {len(manifests)} images")
            config = json.load(_member(opened, manifests[0]["Config"]))
        return cls(archive, config, tuple(manifests[0]["Layers"]))

    @property
    def runs(self) -> dict[str, Any]:
        """What a container of it is started with: User, Entrypoint, Env and others."""
        settings: dict[str, Any] = self.config.get("config") or {}
        return settings

    @property
    def layer_ids(self) -> list[str]:
        """The digests of the layers, uncompressed, lowest first."""
        ids: list[str] = self.config["rootfs"]["diff_ids"]
        return ids

    def files(self, *, above: int = 0) -> Iterator[File]:
        """Every entry of the layers from number `above` on, also of those that a higher layer hides."""
        with tarfile.open(self.archive) as opened:
            for number, name in list(enumerate(self.layers))[above:]:
                with tarfile.open(fileobj=_member(opened, name), mode="r:*") as layer:
                    for info in layer:
                        path = info.name.removeprefix("./").strip("/")
                        yield File(number, path, info, layer)

    def layer_sizes(self) -> list[int]:
        """Bytes of each layer, as they lie in the archive."""
        with tarfile.open(self.archive) as opened:
            return [opened.getmember(name).size for name in self.layers]


def _member(opened: tarfile.TarFile, name: str) -> IO[bytes]:
    info = opened.getmember(name)
    found = opened.extractfile(info)
    if found is None:
        raise KeyError(f"{name} is no file")
    return found
