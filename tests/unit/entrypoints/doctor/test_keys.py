"""Judging the owners' keys."""

from workers.entrypoints.doctor.findings import Severity
from workers.entrypoints.doctor.keys import judge_keys
from workers.ports.vault import KeysState


def test_without_keys_or_with_the_newest_alone_nothing_is_found() -> None:
    assert not [*judge_keys(KeysState(None, frozenset(), {}, 0))]
    assert not [*judge_keys(KeysState("new", frozenset({"new", "old"}), {"new": 7}, 2))]


def test_a_master_key_that_is_not_set_is_critical_and_named() -> None:
    (finding,) = judge_keys(KeysState("new", frozenset({"new"}), {"new": 7, "lost": 1}, 0))
    assert finding.severity is Severity.CRITICAL
    assert "lost" in finding.what


def test_keys_that_wait_for_the_newest_are_a_notice() -> None:
    (finding,) = judge_keys(KeysState("new", frozenset({"new", "old"}), {"new": 7, "old": 3}, 0))
    assert finding.severity is Severity.NOTICE
    assert "3 owners" in finding.what
    assert "poon keys rotate" in finding.do
