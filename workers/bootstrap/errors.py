"""What wiring can refuse. Apart from the wiring itself, so that a light command need not load it."""


class DatabaseRefusedError(Exception):
    """The database's URL or schema is not one this release can work with; says what to do."""
