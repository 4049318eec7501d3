"""An outcome's type tells how the command ended."""

import pytest

from adapters.telemetry.outcomes import OutcomeKind, outcome_kind
from contracts.registry import EVENTS


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("poon.text.parsed.v1", OutcomeKind.SUCCESS),
        ("poon.spending.rejected.v1", OutcomeKind.REJECTED),
        ("poon.receipt.failed.v1", OutcomeKind.FAILED),
        ("poon.text.parsed.v9", OutcomeKind.OTHER),
    ],
)
def test_a_type_has_its_kind(name: str, kind: OutcomeKind) -> None:
    assert outcome_kind(name) is kind


def test_every_outcome_of_the_registry_is_of_a_known_kind() -> None:
    assert OutcomeKind.OTHER not in map(outcome_kind, EVENTS)
