"""Every workflow there is."""

from typing import Final

from workers.workflows.months import CLOSE_MONTH
from workers.workflows.receipts import PROCESS_RECEIPT
from workers.workflows.statements import IMPORT_STATEMENT

DEFINITIONS: Final = {definition.name: definition for definition in (PROCESS_RECEIPT, IMPORT_STATEMENT, CLOSE_MONTH)}
"""Every workflow by its name."""
