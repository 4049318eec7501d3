"""What a database promises of schemas that newer releases made: whether this one may work on them."""

import shutil
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from adapters.database import schema
from adapters.database.engine import WRITES
from adapters.database.schema import FoundSchema, SchemaError, SchemaStatus
from adapters.database.urls import parse_url

MIGRATIONS = Path(schema.__file__).with_name("migrations")
HEAD = """
import sqlalchemy as sa
from alembic import op
from adapters.database.migrations.floor import works_from

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None
"""
ADDING = """
def upgrade():
    op.add_column("dead_letters", sa.Column("seen_by", sa.Text(), nullable=True))

def downgrade():
    op.drop_column("dead_letters", "seen_by")
"""
TAKING = """
def upgrade():
    op.rename_table("dead_letters", "letters")
    works_from("9999")

def downgrade():
    works_from("{head}")
    op.rename_table("letters", "dead_letters")
"""


def newer_release(folder: Path, steps: str) -> Config:
    """The migrations of a release after this one, as its `poon migrate` would carry them out."""
    place = folder / "migrations"
    shutil.copytree(MIGRATIONS, place, ignore=shutil.ignore_patterns("__pycache__"))
    head = schema.head_revision()
    (place / "versions" / "a_9999_planted.py").write_text((HEAD + steps).replace("{head}", head))
    config = Config()
    config.set_main_option("script_location", str(place))
    config.set_main_option("path_separator", "os")
    return config


def step(url: str, config: Config, revision: str) -> None:
    """Go there, up or down."""
    writing = schema.sync_engine(parse_url(url)).execution_options(**{WRITES: True})
    with writing.begin() as connection:
        config.attributes["connection"] = connection
        (command.upgrade if revision == "head" else command.downgrade)(config, revision)


class FloorContract:
    """For the schema suite of each database."""

    def test_a_schema_says_from_which_release_on_it_may_be_worked_on(self, fresh_url: str) -> None:
        assert schema.found_schema(fresh_url) == FoundSchema(None)
        schema.migrate(fresh_url)
        assert schema.found_schema(fresh_url) == FoundSchema(schema.head_revision())
        with schema.sync_engine(parse_url(fresh_url)).connect() as connection:
            assert connection.execute(text("SELECT oldest FROM schema_floor")).scalar_one() in schema.REVISIONS

    def test_a_newer_schema_that_only_added_lets_this_release_work(self, fresh_url: str, tmp_path: Path) -> None:
        schema.migrate(fresh_url)
        config = newer_release(tmp_path, ADDING)
        step(fresh_url, config, "head")
        assert schema.schema_status(fresh_url) is SchemaStatus.NEWER
        step(fresh_url, config, schema.head_revision())
        assert schema.schema_status(fresh_url) is SchemaStatus.CURRENT

    def test_a_newer_schema_that_took_something_away_does_not_until_it_is_back(
        self, fresh_url: str, tmp_path: Path
    ) -> None:
        schema.migrate(fresh_url)
        config = newer_release(tmp_path, TAKING)
        step(fresh_url, config, "head")
        assert schema.found_schema(fresh_url) == FoundSchema("9999", "9999")
        assert schema.schema_status(fresh_url) is SchemaStatus.AHEAD
        with pytest.raises(SchemaError, match="newer release"):
            schema.migrate(fresh_url)
        step(fresh_url, config, schema.head_revision())
        assert schema.schema_status(fresh_url) is SchemaStatus.CURRENT

    def test_a_newer_schema_that_does_not_say_is_ahead(self, fresh_url: str, tmp_path: Path) -> None:
        schema.migrate(fresh_url)
        step(fresh_url, newer_release(tmp_path, ADDING), "head")
        with schema.sync_engine(parse_url(fresh_url)).begin() as connection:
            connection.execute(text("DELETE FROM schema_floor"))
        assert schema.schema_status(fresh_url) is SchemaStatus.AHEAD
