import re

import pytest

from contracts.base import Command, Event
from contracts.errors import ERRORS, ErrorCode, Permanence
from contracts.events.outcomes import CommandFailed, CommandRejected, LocalizedText
from contracts.headers import DEAD_LETTER_HEADERS, HEADERS, REDRIVE_HEADERS, HeaderInfo
from contracts.registry import AREAS, COMMANDS, EVENTS, FAILURES, REJECTIONS, SUCCESSES
from contracts.topics import (
    DAY_MS,
    HOUR_MS,
    MAX_MESSAGE_BYTES,
    SHARED_REPLIES,
    TOPICS,
    Topic,
    TopicRole,
    reply_topic,
    topic_name,
)
from contracts.values import MAX_INLINE_IMAGE_BYTES


def leaves(base: type) -> set[type]:
    """The classes below a base that are messages of their own."""
    children: list[type] = base.__subclasses__()
    below = {leaf for child in children for leaf in leaves(child)}
    return {base} if not children and hasattr(base, "type") else below


def test_every_command_class_is_registered() -> None:
    assert leaves(Command) == set(COMMANDS.values())


def test_every_event_class_is_registered() -> None:
    assert leaves(Event) == set(EVENTS.values())


@pytest.mark.parametrize("command", COMMANDS.values())
def test_every_command_has_a_topic_a_success_a_rejection_and_a_failure(command: type[Command]) -> None:
    assert command.type in TOPICS[topic_name(command.area, TopicRole.COMMANDS)].types
    outcomes = (SUCCESSES[command], REJECTIONS[command.area], FAILURES[command.area])
    for outcome in outcomes:
        assert outcome.area == command.area
        assert outcome.type in TOPICS[topic_name(command.area, TopicRole.EVENTS)].types


def test_every_area_has_its_own_rejection_and_failure() -> None:
    assert set(REJECTIONS) == set(FAILURES) == set(AREAS)
    assert all(issubclass(rejection, CommandRejected) for rejection in REJECTIONS.values())
    assert all(issubclass(failure, CommandFailed) for failure in FAILURES.values())


def test_types_are_named_for_what_happens_and_versioned() -> None:
    names = [*COMMANDS, *EVENTS]
    assert len(set(names)) == len(names)
    subjects = "receipt|text|spending|category|mapping|insight|month|owner|statement|workflow|step|timer"
    assert all(re.fullmatch(rf"poon\.({subjects})\.[a-z]+\.v1", name) for name in names)


def test_every_type_travels_on_exactly_one_topic() -> None:
    travelling = [name for topic in TOPICS.values() for name in topic.types]
    assert sorted(travelling) == sorted([*COMMANDS, *EVENTS])


def test_every_area_has_a_topic_of_each_role() -> None:
    assert set(TOPICS) == {f"poon.{area}.{role}" for area in AREAS for role in ("commands", "events", "dlt")}
    assert all(topic.name == name for name, topic in TOPICS.items())


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)
def test_a_topic_says_how_the_broker_keeps_it(topic: Topic) -> None:
    assert topic.config == {
        "cleanup.policy": "delete",
        "retention.ms": str((7 if topic.role is TopicRole.COMMANDS else 30) * DAY_MS),
        "max.message.bytes": str(MAX_MESSAGE_BYTES * (2 if topic.role is TopicRole.DEAD_LETTERS else 1)),
    }


def test_a_reply_topic_takes_every_outcome_for_an_hour() -> None:
    mobile = reply_topic("mobile")
    assert mobile.name == "poon.replies.mobile"
    assert set(mobile.types) == set(EVENTS)
    assert mobile.config == {
        "cleanup.policy": "delete",
        "retention.ms": str(HOUR_MS),
        "max.message.bytes": str(MAX_MESSAGE_BYTES),
    }


@pytest.mark.parametrize("name", ["", "-a", "Mobile", "a.b", "a_b", "a b", "a" * 64, "a\n", "poon.replies.a"])
def test_a_reply_topic_has_a_plain_name(name: str) -> None:
    with pytest.raises(ValueError, match="names no reply topic"):
        reply_topic(name)


def test_the_longest_reply_topic_passes_as_a_header() -> None:
    header = HEADERS["ce_replyto"]
    assert len(reply_topic("a" * 63).name) == header.max_length


@pytest.mark.parametrize(
    ("topic", "words"),
    [(TOPICS["poon.texts.commands"], "7 days"), (SHARED_REPLIES, "1 hour")],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_topic_says_in_words_how_long_it_keeps_records(topic: Topic, words: str) -> None:
    assert topic.kept_for == words


def test_the_largest_inline_image_fits_a_record() -> None:
    assert MAX_INLINE_IMAGE_BYTES * 4 / 3 + 10_000 < MAX_MESSAGE_BYTES


def test_every_error_is_explained_in_both_languages_with_a_cure() -> None:
    assert set(ERRORS) == set(ErrorCode)
    for info in ERRORS.values():
        assert info.english.isascii()
        assert info.english.endswith(".")
        assert re.search(r"[\u0e01-\u0e5b]", info.thai)
        assert info.cure.endswith(".")


def test_no_two_errors_say_the_same() -> None:
    assert len({info.english for info in ERRORS.values()}) == len(ERRORS)
    assert len({info.thai for info in ERRORS.values()}) == len(ERRORS)


def test_what_is_retryable_is_what_time_may_mend() -> None:
    retryable = {code for code, info in ERRORS.items() if info.permanence is Permanence.RETRYABLE}
    assert retryable == {
        "backend_unavailable",
        "backend_timeout",
        "storage_unavailable",
        "step_timed_out",
        "concurrent_update",
        "internal_error",
    }


def test_an_outcome_carries_the_sentences_of_its_code() -> None:
    message = LocalizedText.of(ErrorCode.NO_AMOUNT)
    assert (message.en, message.th) == (
        ERRORS[ErrorCode.NO_AMOUNT].english,
        ERRORS[ErrorCode.NO_AMOUNT].thai,
    )


@pytest.mark.parametrize(
    "header", [*HEADERS.values(), *DEAD_LETTER_HEADERS.values(), *REDRIVE_HEADERS.values()], ids=lambda one: one.name
)
def test_the_example_of_a_header_keeps_the_headers_own_rules(header: HeaderInfo) -> None:
    assert len(header.example) <= header.max_length
    assert header.pattern is None or re.search(header.pattern, header.example)
    assert header.description.endswith(".")
