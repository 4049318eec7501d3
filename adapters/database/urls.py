"""Database URLs: which we know, and how to name a database without its password."""

from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

SCHEMES: Final = ("sqlite", "postgresql")
_CURE: Final = "write sqlite:///path/to/file.db or postgresql://user:password@host:5432/database"


class DatabaseUrlError(ValueError):
    """A database URL is wrong; says why and what to write, never the URL itself, which may hold a password."""


def parse_url(url: str) -> URL:
    """Take a URL apart.

    Raises:
        DatabaseUrlError: it is none, or not of a database we know.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise DatabaseUrlError(f"database.url is no URL; {_CURE}") from None
    if parsed.drivername not in SCHEMES:
        raise DatabaseUrlError(
            f"database.url has the scheme {parsed.drivername!r}, known are {' and '.join(SCHEMES)}; {_CURE}"
        )
    if parsed.drivername == "sqlite" and (parsed.host or parsed.database in {None, "", ":memory:"}):
        raise DatabaseUrlError(f"database.url names no file, and memory forgets every outcome; {_CURE}")
    if parsed.drivername == "postgresql" and not parsed.database:
        raise DatabaseUrlError(f"database.url names no database; {_CURE}")
    return parsed


def sqlite_file(url: URL) -> Path:
    return Path(url.database or "")


def place_of(url: URL) -> str:
    """How people know the database: its file, or host, port and name."""
    if url.drivername == "sqlite":
        return str(sqlite_file(url))
    host = url.host or url.query.get("host") or "localhost"
    return f"{host}:{url.port or 5432}/{url.database}"
