"""What a backup says of itself, and where groups go on after it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from workers.ports.backups import BackupError, GroupPosition, Snapshot, TableSum
from workers.ports.messages import Partition
from workers.ports.partition_log import Extent
from workers.runtime.backups import Manifest, Rewound, manifest_json, manifest_of, rewound, sum_differences

PLACE = Partition("poon.texts.commands", 3)
POSITION = GroupPosition("poon-workers.texts", PLACE, 40)
EVENTS = TableSum("events", "acme", 7, "12345")
MANIFEST = Manifest(
    release="0.1.0",
    sha256="ab" * 32,
    size=4096,
    snapshot=Snapshot(datetime(2026, 11, 26, 17, 0, tzinfo=UTC), "postgresql", "0011", [EVENTS]),
    positions=[POSITION],
)


def test_a_manifest_is_read_as_it_was_written() -> None:
    assert manifest_of(json.loads(json.dumps(manifest_json(MANIFEST)))) == MANIFEST


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "has format 2, this release reads 1"),
        ({"taken_at": "yesterday"}, "cannot be read: ValueError"),
        ({"sums": [{"table": "events"}]}, "cannot be read: TypeError"),
        ({"positions": [{"group": "g"}]}, "cannot be read: KeyError"),
    ],
)
def test_what_is_no_manifest_of_this_format_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BackupError, match=message):
        manifest_of(manifest_json(MANIFEST) | change)


def test_equal_sums_differ_in_nothing_whatever_their_order() -> None:
    others = [EVENTS, TableSum("alembic_version", "", 1, "9")]
    assert list(sum_differences(others, others[::-1])) == []


def test_what_is_missing_surplus_or_changed_is_told_by_table_and_tenant() -> None:
    found = [
        EVENTS._replace(digest="54321"),
        TableSum("dead_letters", "acme", 1, "1"),
        TableSum("projection_generations", "", 2, "3"),
    ]
    expected = [EVENTS, TableSum("spending_entries", "acme", 5, "6"), TableSum("projection_generations", "", 1, "2")]
    assert list(sum_differences(expected, found)) == [
        "dead_letters of acme: 0 rows were backed up, 1 are there",
        "events of acme: as many rows, but not with the same values",
        "projection_generations: 1 rows were backed up, 2 are there",
        "spending_entries of acme: 5 rows were backed up, 0 are there",
    ]


@pytest.mark.parametrize(
    ("extent", "target", "gone", "renewed"),
    [
        (Extent(0, 100), 40, 0, False),
        (Extent(40, 40), 40, 0, False),
        (Extent(45, 100), 45, 5, False),
        (Extent(0, 39), 0, 0, True),
        (Extent(0, 0), 0, 0, True),
    ],
    ids=["as it was", "nothing since", "partly deleted by age", "another topic", "a new topic"],
)
def test_a_group_goes_on_where_it_was_as_far_as_the_broker_still_has_it(
    extent: Extent, target: int, gone: int, *, renewed: bool
) -> None:
    assert rewound([POSITION], {PLACE: extent}) == [Rewound(POSITION._replace(next_offset=target), gone, renewed)]


def test_a_missing_topic_is_named_with_the_cure() -> None:
    with pytest.raises(BackupError, match=r"poon.texts.commands has no partition 3: run `poon topics apply`"):
        rewound([POSITION], {})


def test_a_manifest_without_positions_is_one_too() -> None:
    alone = replace(MANIFEST, positions=[])
    assert manifest_of(manifest_json(alone)) == alone
