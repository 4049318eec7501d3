"""Upgrades and rollbacks: the API server takes the new manifests over the old ones, and the old over the new."""

from collections.abc import Callable, Mapping
from itertools import permutations
from typing import Any, Final

import pytest

from tests.charts.policies import changes_refused
from tests.charts.rendering import Manifest, example, merged, named, of_kind, render, rendered

RELEASES: Final[dict[str, Mapping[str, Any]]] = {
    "as installed": {},
    "another image": {"image": {"tag": "0.2.0"}},
    "under KEDA": {"keda": {"enabled": True}},
    "other settings": {"settings": {"POON_LOGGING__LEVEL": "debug"}, "commonLabels": {"team": "spending"}},
    "an area less": {"workers": {"insights": {"enabled": False}}},
    "other jobs": {"jobs": {"backoffLimit": 3, "topics": {"replies": ["mobile"]}}},
}


@pytest.mark.parametrize(("before", "after"), list(permutations(RELEASES, 2)))
@pytest.mark.parametrize("base", ["plain"])
def test_every_change_can_be_made_and_taken_back(base: str, before: str, after: str) -> None:
    old, new = (render(merged(example(base), RELEASES[name])) for name in (before, after))
    assert list(changes_refused(old, new)) == []


def test_workers_start_anew_only_for_what_concerns_them() -> None:
    before = rendered("plain")
    after = render(merged(example("plain"), {"keda": {"enabled": True}, "jobs": {"topics": {"replies": ["mobile"]}}}))
    for deployment in of_kind(before, "Deployment"):
        same = named(after, "Deployment", deployment["metadata"]["name"])
        assert deployment["spec"]["template"] == same["spec"]["template"]


PLANTED: Final[dict[str, Callable[[Manifest], object]]] = {
    "Deployment": lambda manifest: manifest["spec"]["selector"]["matchLabels"].update(version="2"),
    "Job": lambda manifest: manifest["spec"]["template"]["spec"]["containers"][0].update(image="poon-workers:2"),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_change_of_what_cannot_be_changed_is_noticed(kind: str) -> None:
    before, after = rendered("plain"), rendered("plain")
    PLANTED[kind](next(of_kind(after, kind)))
    assert list(changes_refused(before, after))


def test_a_hook_may_change_for_it_is_made_anew() -> None:
    before, after = rendered("minimal"), rendered("minimal")
    PLANTED["Job"](next(of_kind(after, "Job")))
    assert list(changes_refused(before, after)) == []
