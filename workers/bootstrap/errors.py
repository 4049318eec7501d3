"""What wiring can refuse. Apart from the wiring itself, so that a light command need not load it."""


class DatabaseRefusedError(Exception):
    """The database's URL or schema is not one this release can work with; says what to do."""


class HttpAddressError(Exception):
    """The HTTP address that was set cannot be listened on; names the setting and the cure."""


class FleetAbortedError(Exception):
    """A fleet was stopped before it had finished what was in flight; all of that is redelivered."""

    def __init__(self, left: int) -> None:
        super().__init__(f"stopped with {left} commands in flight: they are redelivered to the next worker")


class ProcessesAbortedError(Exception):
    """Worker processes were stopped before all had finished their work; what they left is redelivered."""


class WorkerProcessError(Exception):
    """Worker processes end for a reason that starting them again does not cure; their own messages say which."""
