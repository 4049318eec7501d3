"""What is known of the schema without the migrator."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

from alembic.config import Config
from alembic.script import ScriptDirectory

from adapters.database import schema

HEAVY: Final = ("alembic", "redis")


def test_the_revisions_are_those_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).with_name("migrations")))
    scripts = ScriptDirectory.from_config(config)
    assert tuple(reversed([script.revision for script in scripts.walk_revisions()])) == schema.REVISIONS


def test_a_fleet_that_needs_neither_the_migrator_nor_redis_imports_neither() -> None:
    program = f"import sys, workers.bootstrap.fleet; print([name for name in {HEAVY} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
