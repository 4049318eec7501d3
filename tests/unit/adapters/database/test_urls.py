"""Which URLs name a database, and how a database is named without its password."""

import pytest

from adapters.database.engine import open_database
from adapters.database.urls import DatabaseUrlError, parse_url, place_of


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("sqlite:///.poon/poon.db", ".poon/poon.db"),
        ("sqlite:////var/lib/poon/poon.db", "/var/lib/poon/poon.db"),
        ("postgresql://poon:pw@db.example.org:5433/spending", "db.example.org:5433/spending"),
        ("postgresql://db.example.org/spending?sslmode=require", "db.example.org:5432/spending"),
        ("postgresql:///spending?host=/run/postgresql", "/run/postgresql:5432/spending"),
        ("postgresql:///spending", "localhost:5432/spending"),
    ],
)
def test_a_known_url_names_its_place_without_secrets(url: str, place: str) -> None:
    assert place_of(parse_url(url)) == place


@pytest.mark.parametrize(
    "url",
    ["mysql://db/poon", "postgres://db/poon", "postgresql+asyncpg://db/poon", "sqlite+aiosqlite:///x.db", "oracle://x"],
)
def test_another_scheme_is_refused_with_the_list_of_known_ones(url: str) -> None:
    with pytest.raises(DatabaseUrlError, match="known are sqlite and postgresql"):
        open_database(url)


@pytest.mark.parametrize("url", ["", "poon.db", "sqlite", "://", "postgresql://db:port/poon"])
def test_what_is_no_url_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(DatabaseUrlError, match="write sqlite:///path"):
        parse_url(url)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite://poon.db"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(DatabaseUrlError, match="no file"):
        parse_url(url)


@pytest.mark.parametrize("url", ["postgresql://db", "postgresql://db/"])
def test_a_server_without_a_database_is_refused(url: str) -> None:
    with pytest.raises(DatabaseUrlError, match="names no database"):
        parse_url(url)


def test_a_refused_url_is_never_repeated() -> None:
    password = "horse-staple"
    with pytest.raises(DatabaseUrlError) as raised:
        parse_url(f"mysql://poon:{password}@db/poon")
    assert password not in str(raised.value)
