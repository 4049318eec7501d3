"""Why the domain refuses a command."""

from contracts.errors import ErrorCode


class RejectionError(Exception):
    """The input is wrong and will never be right: the command ends as rejected, without a retry.

    Attributes:
        code: the taxonomy's code, a permanent one.
        reason: what is wrong, for developers; never the owner's own words.
        field: the field that is wrong, dotted.
        current_version: the entry's version, on a version conflict.
    """

    def __init__(
        self, code: ErrorCode, reason: str, *, field: str | None = None, current_version: int | None = None
    ) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.field = field
        self.current_version = current_version
