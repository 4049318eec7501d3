"""The tables. Migrations create them; a test proves that both say the same."""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from adapters.database.columns import ExactAmount, Key, Moment, key_lengths, present_moment

NAMING: Final = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
}
METADATA: Final = MetaData(naming_convention=NAMING)

events: Final = Table(
    "events",
    METADATA,
    Column("tenant", Key, nullable=False),
    Column("stream", Key, nullable=False),
    Column("version", Integer, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("handler", Key, nullable=False),
    Column("causation_id", Key, nullable=False),
    Column("ordinal", SmallInteger, nullable=False),
    Column("type", Key, nullable=False),
    Column("topic", Key, nullable=False),
    Column("owner", Key, nullable=False),
    Column("correlation_id", Key, nullable=False),
    Column("occurred_at", Moment, nullable=False),
    # Text, never a JSON type: what is published again must be the same bytes as the first time.
    Column("data", Text, nullable=False),
    Column("terminal", Boolean, nullable=False),
    Column("recorded_at", Moment, nullable=False, server_default=present_moment()),
    PrimaryKeyConstraint("tenant", "stream", "version"),
    UniqueConstraint("tenant", "handler", "causation_id", "ordinal", name="uq_events_inbox"),
    UniqueConstraint("id"),
    CheckConstraint("version between 1 and 2147483647", "version"),
    CheckConstraint("ordinal between 0 and 32767", "ordinal"),
    *key_lengths("tenant", "stream", "handler", "causation_id", "type", "topic", "owner", "correlation_id"),
    # What is known of an owner, to be handed over or erased. Many rows an owner: of one name's rows the index keeps
    # the name once.
    Index(None, "tenant", "owner"),
)

owner_erasures: Final = Table(
    "owner_erasures",
    METADATA,
    Column("tenant", Key, nullable=False),
    Column("owner", Key, nullable=False),
    # Of the last one; the same command goes on where it was killed.
    Column("command_id", Key, nullable=False),
    Column("erased_until", Moment, nullable=False),
    Column("under_way", Boolean, nullable=False),
    # JSON: how much was deleted of each kind.
    Column("removed", Text, nullable=False),
    # Of the owner's keys, the first that was not destroyed: nothing is stored that an earlier one has sealed.
    Column("keys_from", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("tenant", "owner"),
    *key_lengths("tenant", "owner"),
)

# May be in a database of its own: nothing else is read or written together with it.
owner_keys: Final = Table(
    "owner_keys",
    METADATA,
    Column("tenant", Key, nullable=False),
    Column("owner", Key, nullable=False),
    # Counts an owner's keys; the row of a destroyed one stays, so that the next has another number.
    Column("generation", Integer, nullable=False),
    Column("id", Uuid),
    Column("master", Key),
    Column("wrapped", LargeBinary),
    Column("created_at", Moment),
    PrimaryKeyConstraint("tenant", "owner"),
    UniqueConstraint("id"),
    CheckConstraint("generation >= 1", "generation"),
    CheckConstraint("(id is null) = (wrapped is null) and (id is null) = (master is null)", "whole"),
    *key_lengths("tenant", "owner"),
    # How many are left to be wrapped anew, and which.
    Index(None, "master", "tenant", "owner"),
)

# How far the sealing of what was stored before the first master key is, table by table.
sealing_walks: Final = Table(
    "sealing_walks",
    METADATA,
    Column("name", Key, nullable=False),
    # JSON: the primary key of the last row that was gone through; empty before the first.
    Column("after", Text, nullable=False),
    Column("looked", BigInteger, nullable=False),
    Column("sealed", BigInteger, nullable=False),
    Column("is_over", Boolean, nullable=False),
    PrimaryKeyConstraint("name"),
)

spending_entries: Final = Table(
    "spending_entries",
    METADATA,
    Column("tenant", Key, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("owner", Key, nullable=False),
    Column("version", Integer, nullable=False),
    Column("amount", ExactAmount, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("merchant", Text, nullable=False),
    Column("description", Text),
    Column("spent_on", Date, nullable=False),
    Column("spent_at", Time),
    Column("time_zone", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("subcategory", Text),
    Column("payment_method", Text),
    Column("location", Text),
    Column("tags", JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    Column("raw_text", Text),
    Column("confidence", Double, nullable=False),
    Column("processing_method", Text, nullable=False),
    Column("source", JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    Column("deleted_reason", Text),
    PrimaryKeyConstraint("tenant", "id"),
    CheckConstraint("version between 1 and 2147483647", "version"),
    CheckConstraint("amount >= 0", "amount"),
    CheckConstraint("length(currency) = 3", "currency"),
    CheckConstraint("confidence between 0 and 1", "confidence"),
    *key_lengths("tenant", "owner"),
    # The order of a list of entries, to the last: a page begins where the one before ended.
    Index(None, "tenant", "owner", "spent_on", "id"),
    Index(None, "tenant", "owner", "merchant", "spent_on", "id"),
)
REFERENCE: Final = literal_column("(source ->> 'reference')", Text)
"""What an entry's source names: a slip or an image. Spelled the same on both databases."""
Index(
    "ix_spending_entries_reference",
    spending_entries.c.tenant,
    spending_entries.c.owner,
    REFERENCE,
    postgresql_where=REFERENCE.is_not(None),
    sqlite_where=REFERENCE.is_not(None),
)

duplicate_pairs: Final = Table(
    "duplicate_pairs",
    METADATA,
    Column("tenant", Key, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("owner", Key, nullable=False),
    Column("version", Integer, nullable=False),
    Column("one", Uuid, nullable=False),
    Column("two", Uuid, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    UniqueConstraint("tenant", "one", "two"),
    CheckConstraint("version between 1 and 2147483647", "version"),
    CheckConstraint("one < two", "order"),
    *key_lengths("tenant", "owner"),
    Index(None, "tenant", "owner"),
)

category_mappings: Final = Table(
    "category_mappings",
    METADATA,
    Column("tenant", Key, nullable=False),
    Column("id", Uuid, nullable=False),
    # Of what all owners of a tenant share, "*": no owner can have that name.
    Column("owner", Key, nullable=False),
    Column("version", Integer, nullable=False),
    Column("key", Key, nullable=False),
    Column("text", Text, nullable=False),
    Column("match", Key, nullable=False),
    Column("aliases", JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    Column("patterns", JSON().with_variant(JSONB(), "postgresql"), nullable=False),
    Column("category", Text, nullable=False),
    Column("subcategory", Text),
    Column("priority", SmallInteger, nullable=False),
    Column("source", Key, nullable=False),
    Column("status", Key, nullable=False),
    Column("confirmations", Integer, nullable=False),
    Column("contradictions", Integer, nullable=False),
    PrimaryKeyConstraint("tenant", "id"),
    CheckConstraint("version between 1 and 2147483647", "version"),
    CheckConstraint("length(key) between 1 and 400", "key"),
    CheckConstraint("status in ('active', 'candidate', 'retired')", "status"),
    CheckConstraint("confirmations >= 0 and contradictions >= 0", "counts"),
    *key_lengths("tenant", "owner"),
    # With the version, so that how far an owner's mappings have got is read from the index alone.
    Index(None, "tenant", "owner", "version"),
    Index(None, "tenant", "key"),
)

dead_letters: Final = Table(
    "dead_letters",
    METADATA,
    Column("id", Uuid, nullable=False),
    Column("tenant", Key, nullable=False),
    Column("owner", Key, nullable=False),
    Column("area", Key, nullable=False),
    Column("command_id", Key, nullable=False),
    Column("command_type", Key, nullable=False),
    Column("code", Key, nullable=False),
    Column("reason", Key, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("redrives", Integer, nullable=False),
    Column("consumer_group", Key, nullable=False),
    Column("failed_at", Moment, nullable=False),
    Column("original_topic", Key, nullable=False),
    Column("original_partition", Integer, nullable=False),
    Column("original_offset", BigInteger, nullable=False),
    Column("original_timestamp", BigInteger, nullable=False),
    Column("record_key", LargeBinary),
    Column("record_value", LargeBinary),
    # JSON in ASCII, values in base64: a header's name may be any text and its value any bytes.
    Column("record_headers", Text, nullable=False),
    Column("status", Key, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("edit_type", Key),
    Column("edit_tenant", Key),
    Column("edit_owner", Key),
    Column("edit_data", Text),
    Column("redriven_as", Key),
    Column("acted_at", Moment),
    Column("acted_by", Key),
    Column("action_reason", Key),
    PrimaryKeyConstraint("id"),
    CheckConstraint("status in ('waiting', 'redriving', 'redriven', 'discarded')", "status"),
    CheckConstraint("revision >= 1", "revision"),
    *key_lengths("tenant", "owner"),
    Index(None, "status", "failed_at", "id"),
    Index(None, "original_topic", "original_partition", "original_offset"),
    Index(None, "tenant", "owner"),
    Index(None, "command_id"),
)
Index(
    "ix_dead_letters_redriven_as",
    dead_letters.c.redriven_as,
    postgresql_where=dead_letters.c.redriven_as.is_not(None),
    sqlite_where=dead_letters.c.redriven_as.is_not(None),
)

workflow_runs: Final = Table(
    "workflow_runs",
    METADATA,
    Column("tenant", Key, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("owner", Key, nullable=False),
    Column("workflow", Key, nullable=False),
    Column("phase", Key, nullable=False),
    Column("version", Integer, nullable=False),
    Column("step", Key),
    Column("code", Key),
    Column("correlation_id", Key, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    # A workflow's id follows from its tenant too, so it is unique without it.
    PrimaryKeyConstraint("id"),
    CheckConstraint("phase in ('running', 'compensating', 'stuck', 'completed', 'compensated')", "phase"),
    *key_lengths("tenant", "owner", "correlation_id"),
    Index(None, "phase", "updated_at", "id"),
    Index(None, "started_at", "id"),
    Index(None, "tenant", "owner"),
)

workflow_timers: Final = Table(
    "workflow_timers",
    METADATA,
    Column("tenant", Key, nullable=False),
    Column("workflow_id", Uuid, nullable=False),
    Column("step", Key, nullable=False),
    Column("token", Key, nullable=False),
    Column("owner", Key, nullable=False),
    Column("correlation_id", Key, nullable=False),
    Column("shard", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    PrimaryKeyConstraint("workflow_id", "step"),
    *key_lengths("tenant", "owner", "correlation_id"),
    Index(None, "shard", "due_at"),
    Index(None, "tenant", "owner"),
)

_ANSWERS_OR_GROWS: Final = text("status <> 'retired'")

projection_generations: Final = Table(
    "projection_generations",
    METADATA,
    Column("number", Integer, nullable=False, autoincrement=False),
    Column("projection", Key, nullable=False),
    Column("status", Key, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("events", BigInteger, nullable=False),
    Column("after_tenant", Key),
    Column("after_stream", Key),
    Column("after_version", Integer),
    Column("builder", Key),
    Column("builder_until", Moment),
    PrimaryKeyConstraint("number"),
    CheckConstraint("status in ('building', 'live', 'retired')", "status"),
    # One that answers and one that is being built, never two of either.
    Index(
        "uq_projection_generations_status",
        "projection",
        "status",
        unique=True,
        sqlite_where=_ANSWERS_OR_GROWS,
        postgresql_where=_ANSWERS_OR_GROWS,
    ),
)

projection_streams: Final = Table(
    "projection_streams",
    METADATA,
    Column("generation", Integer, nullable=False),
    Column("tenant", Key, nullable=False),
    Column("stream", Key, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    PrimaryKeyConstraint("generation", "tenant", "stream"),
)

spending_months: Final = Table(
    "spending_months",
    METADATA,
    Column("generation", Integer, nullable=False),
    Column("tenant", Key, nullable=False),
    Column("owner", Key, nullable=False),
    Column("month", Date, nullable=False),
    Column("category", Key, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("amount", ExactAmount, nullable=False),
    PrimaryKeyConstraint("generation", "tenant", "owner", "month", "category", "currency"),
)

spending_merchants: Final = Table(
    "spending_merchants",
    METADATA,
    Column("generation", Integer, nullable=False),
    Column("tenant", Key, nullable=False),
    Column("owner", Key, nullable=False),
    Column("month", Date, nullable=False),
    Column("merchant", Key, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("amount", ExactAmount, nullable=False),
    PrimaryKeyConstraint("generation", "tenant", "owner", "month", "merchant", "currency"),
)

processing_quality: Final = Table(
    "processing_quality",
    METADATA,
    Column("generation", Integer, nullable=False),
    Column("tenant", Key, nullable=False),
    Column("day", Date, nullable=False),
    Column("area", Key, nullable=False),
    Column("outcome", Key, nullable=False),
    Column("code", Key, nullable=False),
    Column("backend", Key, nullable=False),
    Column("degraded", Boolean, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("milliseconds", ExactAmount, nullable=False),
    PrimaryKeyConstraint("generation", "tenant", "day", "area", "outcome", "code", "backend", "degraded"),
)

# One row, which migrations write: whether older code may work here has to be known before that code is asked.
schema_floor: Final = Table(
    "schema_floor",
    METADATA,
    Column("id", SmallInteger, nullable=False),
    Column("oldest", Key, nullable=False),
    PrimaryKeyConstraint("id"),
    CheckConstraint("id = 1", "id"),
)
