"""The rights Terraform gives, held against the tables there are."""

import re

import pytest

from adapters.database.tables import METADATA
from infra.tools.terraform import FOLDER

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

RIGHTS = (FOLDER / "modules/database/rights.tf").read_text()


def test_every_table_is_in_the_list_of_rights_so_that_a_new_one_is_thought_about() -> None:
    worker = RIGHTS[RIGHTS.index("worker_rights = {") : RIGHTS.index("  rights = {")]
    named = set(re.findall(r"^    (\w+)\s+= ", worker, re.MULTILINE))
    assert named - {"alembic_version"} == set(METADATA.tables), "see infra/terraform/modules/database/rights.tf"
