"""Comparing the registry of topics with a broker."""

from dataclasses import replace

from contracts.topics import TOPICS
from workers.ports.topics import DifferenceKind, TopicState, topic_differences

TOPIC = next(iter(TOPICS.values()))


def state(partitions: int = TOPIC.partitions, config: dict[str, str] | None = None) -> TopicState:
    return TopicState(TOPIC.name, partitions, TOPIC.config | (config or {}))


def test_a_topic_as_it_should_be_does_not_differ() -> None:
    assert topic_differences([TOPIC], {TOPIC.name: state()}) == ()


def test_a_missing_topic_is_one_difference() -> None:
    (found,) = topic_differences([TOPIC], {})

    assert found.kind is DifferenceKind.MISSING
    assert str(found) == f"{TOPIC.name} is missing"


def test_too_few_partitions_are_a_difference() -> None:
    (found,) = topic_differences([TOPIC], {TOPIC.name: state(TOPIC.partitions - 1)})

    assert found.kind is DifferenceKind.PARTITIONS
    assert str(found) == f"{TOPIC.name} partitions is 11, the registry says 12"


def test_more_partitions_are_none_because_they_are_never_taken_away() -> None:
    assert topic_differences([TOPIC], {TOPIC.name: state(TOPIC.partitions + 1)}) == ()


def test_another_setting_is_a_difference_and_a_setting_of_the_operators_own_is_none() -> None:
    found = topic_differences([TOPIC], {TOPIC.name: state(config={"retention.ms": "1", "segment.bytes": "7"})})

    assert [(one.setting, one.found) for one in found] == [("retention.ms", "1")]


def test_settings_the_broker_does_not_tell_are_not_compared() -> None:
    assert topic_differences([TOPIC], {TOPIC.name: replace(state(), config=None)}) == ()
