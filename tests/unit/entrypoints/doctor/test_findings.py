"""Where findings send people to is there."""

import re
from pathlib import Path

import pytest

from workers.entrypoints.doctor import findings
from workers.entrypoints.doctor.findings import runbook, some

ROOT = Path(__file__).parents[4]
SOURCES = Path(findings.__file__).parent


def pages() -> list[str]:
    text = "".join(file.read_text() for file in sorted(SOURCES.glob("*.py")))
    alerts = re.findall(r'runbook\("(\w+)"\)', text)
    named = re.findall(r'"(docs/[a-z/]+\.md(?:#[a-z-]+)?)"', text)
    return sorted({*map(runbook, alerts), *named})


@pytest.mark.parametrize("page", pages())
def test_every_page_a_finding_names_is_there(page: str) -> None:
    file, _, anchor = page.partition("#")
    text = (ROOT / file).read_text()
    headings = {
        re.sub(r"[^a-z -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }
    assert not anchor or anchor in headings


def test_there_are_pages() -> None:
    assert len(pages()) > 10


def test_many_names_are_told_by_the_first_few() -> None:
    assert some(["a", "b"]) == "a, b"
    assert some(list("abcdefg"), most=2) == "a, b and 5 more"
