"""A PDF drawn in a process of its own: ``python -m adapters.inference.ocr.pdf_process MAX_PAGES MAX_SIDE < PDF``.

A few hundred bytes of PDF can keep PDFium busy for hours or make it take all memory. Here the system ends it, and the
recognition process with its models lives on. Writes pictures: width and height (4 bytes each), then the RGB bytes.
"""

from __future__ import annotations

import resource
import struct
import sys
from typing import TYPE_CHECKING, Final

import pypdfium2
import pypdfium2.raw as pdfium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image
    from pypdfium2 import PdfDocument, PdfPage

CPU_SECONDS: Final = 20
MEMORY_BYTES: Final = 1 << 30
UNREADABLE: Final = 3
TOO_LARGE: Final = 4
SIZE: Final = struct.Struct(">II")
POINTS_PER_INCH: Final = 72
SHARPEST: Final = 220 / POINTS_PER_INCH
"""Pixels a point: the print of a receipt is 8 points high, and what is larger only costs time."""
COARSEST: Final = 40 / POINTS_PER_INCH
MAX_PIXELS: Final = 40_000_000
"""Of a drawn page, and of a picture on it."""
STRIP: Final = 2.5
"""A page this many times as high as wide is a till's strip: cut into pictures, or its print would shrink away."""
CUT: Final = 1.6
MAX_PICTURES: Final = 16


class RefusedError(Exception):
    """The PDF cannot be used; the exit code tells in which way."""

    def __init__(self, exit_code: int, reason: str) -> None:
        super().__init__(reason)
        self.exit_code = exit_code


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    max_pages, max_side = map(int, sys.argv[1:])
    try:
        for picture in pictures(sys.stdin.buffer.read(), max_pages, max_side):
            sys.stdout.buffer.write(SIZE.pack(*picture.size) + picture.tobytes())
    except RefusedError as refused:
        sys.stderr.write(str(refused))
        sys.exit(refused.exit_code)
    except pypdfium2.PdfiumError as error:
        sys.stderr.write("the PDF is encrypted" if "password" in str(error) else "the PDF data is damaged")
        sys.exit(UNREADABLE)


def pictures(data: bytes, max_pages: int, max_side: int) -> Iterator[Image.Image]:
    document = pypdfium2.PdfDocument(data)
    pages = len(document)
    if not pages:
        raise RefusedError(UNREADABLE, "the PDF has no pages")
    if pages > max_pages:
        raise RefusedError(TOO_LARGE, f"the document has {pages} pages, at most {max_pages} are allowed")
    document.init_forms()
    drawn = 0
    for page in _pages(document):
        _refuse_large_pictures(page)
        for picture in cut(_drawn(page, max_side)):
            drawn += 1
            if drawn > MAX_PICTURES:
                raise RefusedError(TOO_LARGE, "the pages of the PDF are too long")
            yield picture


def _pages(document: PdfDocument) -> Iterator[PdfPage]:
    for number in range(len(document)):
        page = document[number]
        yield page
        page.close()


def _refuse_large_pictures(page: PdfPage) -> None:
    """A picture is decoded whole when it is drawn, however small it appears on the page."""
    for found in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=5):
        width, height = found.get_px_size()
        if width * height > MAX_PIXELS:
            reason = f"the PDF holds a picture of {width} x {height} pixels, at most {MAX_PIXELS} are allowed"
            raise RefusedError(TOO_LARGE, reason)


def _drawn(page: PdfPage, max_side: int) -> Image.Image:
    width, height = page.get_size()
    if width < 1 or height < 1:
        raise RefusedError(UNREADABLE, "a page of the PDF has no size")
    long_side = width * STRIP if height > STRIP * width else max(width, height)
    scale = min(SHARPEST, max_side / long_side)
    if scale < COARSEST or width * height * scale * scale > MAX_PIXELS:
        raise RefusedError(TOO_LARGE, f"a page of the PDF is {width:.0f} x {height:.0f} points large")
    picture: Image.Image = page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    return picture


def cut(page: Image.Image) -> Iterator[Image.Image]:
    """A long strip cut where nothing is printed, so that no line is halved; any other page as it is."""
    top, step = 0, round(CUT * page.width)
    while page.height - top > STRIP * page.width:
        bottom = _blank_row(page, top + step // 2, top + step)
        yield page.crop((0, top, page.width, bottom))
        top = bottom
    yield page.crop((0, top, page.width, page.height))


def _blank_row(page: Image.Image, first: int, last: int) -> int:
    """The lowest row of the range in which one colour stands alone, else its last."""
    for row in range(last, first, -1):
        darkest, lightest = page.crop((0, row, page.width, row + 1)).convert("L").getextrema()
        if darkest == lightest:
            return row
    return last


if __name__ == "__main__":
    main()
