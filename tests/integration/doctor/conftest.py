from tests.conformance.database.conftest import migrated_postgres, postgres_url, sqlite_url

__all__ = ["migrated_postgres", "postgres_url", "sqlite_url"]
