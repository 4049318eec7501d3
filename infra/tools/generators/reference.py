"""The pages of docs/reference that explain topics, headers and errors."""

from __future__ import annotations

from contracts.errors import ERRORS
from contracts.headers import DEAD_LETTER_HEADERS, HEADERS, REDRIVE_HEADERS, HeaderInfo
from contracts.topics import MAX_MESSAGE_BYTES, SHARED_REPLIES, TOPICS, WORKFLOW_REPLIES, Topic
from infra.tools.generators.markdown import code, page, table


def topics_page() -> str:
    """docs/reference/topics.md."""
    rows = [_topic_row(topic, ", ".join(code(name) for name in topic.types)) for topic in TOPICS.values()]
    rows.append(_topic_row(SHARED_REPLIES, "any outcome"))
    rows.append(_topic_row(WORKFLOW_REPLIES, "outcomes of what workflows sent"))
    return page(
        "Topics",
        "Commands go to the `commands` topic of their area, outcomes come from its `events` topic, and records the "
        "workers gave up wait in its `dlt` topic. Records of one key keep their order. `poon topics apply` creates "
        "the topics on a broker and `poon topics diff` shows where it differs from this table.",
        f"A record has at most {MAX_MESSAGE_BYTES:,} bytes, a dead letter twice that, so that it holds the largest "
        "record and its provenance. All topics are cleaned up by age (`cleanup.policy` is "
        "`delete`).",
        table(("Topic", "Key", "Partitions", "Kept for", "Types"), rows),
        "Whoever asks and awaits the answer names a topic for replies in `ce_replyto`: "
        f"{code(SHARED_REPLIES.name)}, or one of their own, `poon.replies.<name>` with up to 63 lower-case "
        "letters, digits and hyphens, which `poon topics apply --replies <name>` creates. "
        "See [producers](../producers.md).",
    )


def _topic_row(topic: Topic, types: str) -> tuple[str, ...]:
    return (
        code(topic.name),
        code(topic.key),
        str(topic.partitions),
        topic.kept_for,
        types or "records as they came",
    )


def headers_page() -> str:
    """docs/reference/headers.md."""
    return page(
        "Headers",
        "Every message is a [CloudEvents 1.0](https://github.com/cloudevents/spec) event in Kafka binary mode: its "
        "attributes are record headers, its payload is the record value. Attributes are UTF-8 without control "
        "characters. A command with a missing or wrong header is rejected as `invalid_envelope`; the outcome names "
        "the header.",
        table(("Header", "Required", "Meaning", "Form", "Example"), map(_row, HEADERS.values())),
        "## Dead letters",
        "A dead letter keeps key, value and headers of the record it was. These headers are added; their names are "
        "those of Spring for Apache Kafka, so that existing tools read them.",
        table(("Header", "Required", "Meaning", "Form", "Example"), map(_row, DEAD_LETTER_HEADERS.values())),
        "## Redriven commands",
        "A redrive is a new command with an id of its own, derived from the one it replaces, which `ce_causationid` "
        "names. It keeps key, time, correlation id and reply topic, and carries one header more.",
        table(("Header", "Required", "Meaning", "Form", "Example"), map(_row, REDRIVE_HEADERS.values())),
    )


def _row(header: HeaderInfo) -> tuple[str, ...]:
    form = str(header.form)
    if header.pattern:
        form += f", {code(header.pattern)}"
    return (
        code(header.name),
        "yes" if header.required else "",
        header.description,
        form,
        code(header.example),
    )


def errors_page() -> str:
    """docs/reference/errors.md."""
    rows = ((code(error), str(info.permanence), info.english, info.thai, info.cure) for error, info in ERRORS.items())
    return page(
        "Errors",
        "Rejected and failed outcomes carry one of these codes. A *permanent* error never goes away by sending the "
        "same command again. A *retryable* one was retried before the workers gave up, and may go away. Codes are "
        "never renamed or reused; new ones may appear, so treat an unknown code by the outcome it stands in.",
        table(("Code", "Kind", "English", "ไทย", "What to do"), rows),
    )
