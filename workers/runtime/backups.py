"""What a backup says of itself, whether a database agrees with it, and where groups go on after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from workers.ports.backups import BackupError, GroupPosition, Snapshot, TableSum
from workers.ports.messages import Partition
from workers.ports.partition_log import Extent

FORMAT: Final = 1
"""Of the manifest; a reader refuses any other."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands beside a copy.

    Attributes:
        release: that made it.
        sha256: of the copy's file, hexadecimal.
        size: of the copy's file, bytes.
        positions: read before the copy was taken, so what lies before them is in it.
    """

    release: str
    sha256: str
    size: int
    snapshot: Snapshot
    positions: Sequence[GroupPosition]


def manifest_json(manifest: Manifest) -> dict[str, Any]:
    """The manifest as JSON values."""
    snapshot = manifest.snapshot
    return {
        "format": FORMAT,
        "release": manifest.release,
        "taken_at": snapshot.taken_at.astimezone(UTC).isoformat(),
        "database": snapshot.database,
        "revision": snapshot.revision,
        "sha256": manifest.sha256,
        "size": manifest.size,
        "sums": [one._asdict() for one in snapshot.sums],
        "positions": [
            {
                "group": one.group,
                "topic": one.partition.topic,
                "partition": one.partition.number,
                "next": one.next_offset,
            }
            for one in manifest.positions
        ],
    }


def manifest_of(values: Mapping[str, Any]) -> Manifest:
    """A manifest from JSON values.

    Raises:
        BackupError: it is none, or one of another format.
    """
    if values.get("format") != FORMAT:
        raise BackupError(f"the backup has format {values.get('format')!r}, this release reads {FORMAT}")
    try:
        return Manifest(
            values["release"],
            values["sha256"],
            values["size"],
            Snapshot(
                datetime.fromisoformat(values["taken_at"]),
                values["database"],
                values["revision"],
                [TableSum(**one) for one in values["sums"]],
            ),
            [
                GroupPosition(one["group"], Partition(one["topic"], one["partition"]), one["next"])
                for one in values["positions"]
            ],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BackupError(f"the backup's manifest cannot be read: {type(error).__name__}: {error}") from None


def sum_differences(expected: Sequence[TableSum], found: Sequence[TableSum]) -> Iterator[str]:
    """One line for each table and tenant that is not as it was."""
    was = {(one.table, one.tenant): one for one in expected}
    now = {(one.table, one.tenant): one for one in found}
    for place in sorted(was.keys() | now.keys()):
        before, after = was.get(place), now.get(place)
        if before == after:
            continue
        name = f"{place[0]} of {place[1]}" if place[1] else place[0]
        if (before.rows if before else 0) != (after.rows if after else 0):
            yield f"{name}: {before.rows if before else 0} rows were backed up, {after.rows if after else 0} are there"
        else:
            yield f"{name}: as many rows, but not with the same values"


class Rewound(NamedTuple):
    """Where a group goes on after a restore.

    Attributes:
        gone: records after the backup's position that the broker has deleted already.
        renewed: the topic is another one than when the backup was taken: it is read from its start.
    """

    position: GroupPosition
    gone: int
    renewed: bool


def rewound(positions: Sequence[GroupPosition], extents: Mapping[Partition, Extent]) -> list[Rewound]:
    """Where groups go on: where they were at the backup, as far as the broker still has it.

    Raises:
        BackupError: a topic is missing.
    """
    found: list[Rewound] = []
    for position in positions:
        extent = extents.get(position.partition)
        if extent is None:
            place = position.partition
            raise BackupError(f"{place.topic} has no partition {place.number}: run `poon topics apply` first")
        renewed = position.next_offset > extent.end
        target = extent.start if renewed else max(extent.start, position.next_offset)
        gone = 0 if renewed else target - position.next_offset
        found.append(Rewound(position._replace(next_offset=target), gone, renewed))
    return found
