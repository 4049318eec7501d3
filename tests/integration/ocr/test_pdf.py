"""PDFs drawn by a real child process."""

from pathlib import Path
from typing import Final

import pytest

from adapters.inference.ocr.images import decode_pages
from contracts.errors import ErrorCode
from tests.unit.adapters.inference.ocr.documents import BLACK_CORNER, encrypted_pdf, frames, looping_pdf, many, pdf
from workers.ports.errors import ImageError

TASKS: Final = Path("/proc/self/task")


def test_the_pages_come_home_as_they_were_drawn() -> None:
    pages = list(decode_pages(many("PDF", frames(3))))
    shades = [page.pixels.tobytes()[0] for page in pages]
    assert shades == sorted(set(shades), reverse=True)
    assert {page.media_type for page in pages} == {"application/pdf"}
    assert next(decode_pages(pdf(BLACK_CORNER))).pixels.getpixel((5, 5)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        (encrypted_pdf(), ErrorCode.IMAGE_UNREADABLE, "encrypted"),
        (pdf(BLACK_CORNER)[:200], ErrorCode.IMAGE_UNREADABLE, "damaged"),
        (b"%PDF-1.7 and no more", ErrorCode.IMAGE_UNREADABLE, "damaged"),
        (many("PDF", frames(9)), ErrorCode.IMAGE_TOO_LARGE, "9 pages"),
        (looping_pdf(), ErrorCode.IMAGE_UNREADABLE, "drawn|draw"),
    ],
    ids=["encrypted", "cut", "header only", "many pages", "endless"],
)
def test_what_cannot_be_drawn_is_refused_and_this_process_lives(data: bytes, code: ErrorCode, reason: str) -> None:
    with pytest.raises(ImageError, match=reason) as refused:
        list(decode_pages(data))
    assert refused.value.code is code
    assert next(decode_pages(pdf(BLACK_CORNER))).pixels.mode == "RGB"


def drawing() -> list[str]:
    """The children of this process that draw."""
    children = [child for task in TASKS.iterdir() for child in (task / "children").read_text().split()]
    return [child for child in children if b"pdf_process" in Path(f"/proc/{child}/cmdline").read_bytes()]


@pytest.mark.skipif(not TASKS.exists(), reason="this system does not tell a process' children")
def test_a_reader_who_stops_after_the_first_page_leaves_no_process_behind() -> None:
    pages = decode_pages(many("PDF", frames(8, (2_000, 3_000))))
    next(pages)
    assert len(drawing()) == 1
    pages.close()
    assert drawing() == []
