"""All dashboards, in the order they are listed."""

from typing import Final

from infra.dashboards import backends, dead_letters, fleet, promises, worker, workflows
from infra.dashboards.model import Dashboard

DASHBOARDS: Final[tuple[Dashboard, ...]] = (
    fleet.DASHBOARD,
    worker.DASHBOARD,
    backends.DASHBOARD,
    workflows.DASHBOARD,
    dead_letters.DASHBOARD,
    promises.DASHBOARD,
)
