"""Every workflow there is."""

from typing import Final

from workers.workflows.months import CLOSE_MONTH
from workers.workflows.receipts import PROCESS_RECEIPT

DEFINITIONS: Final = {definition.name: definition for definition in (PROCESS_RECEIPT, CLOSE_MONTH)}
"""Every workflow by its name."""
