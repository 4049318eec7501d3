"""Ending PostgreSQL's sessions from outside."""

from typing import Final, LiteralString

import psycopg

OTHERS: Final = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def terminate(url: str, which: LiteralString) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for (pid,) in connection.execute(which).fetchall():
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
