"""The guard in front of the image decoders: what is too large, unknown or damaged never reaches an engine."""

from __future__ import annotations

import io
import warnings
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from PIL import Image, ImageOps, ImageSequence

from adapters.inference.ocr.pdf import pdf_pages
from contracts.errors import ErrorCode
from contracts.values import MAX_IMAGE_BYTES
from workers.ports.errors import ImageError

MAX_PIXELS: Final = 40_000_000
"""Of one page, before it is decoded."""
MAX_DOCUMENT_PIXELS: Final = 120_000_000
"""Of all pages together: three photographs of the largest kind, or eight scanned A4 pages at 300 dpi."""
MAX_PAGES: Final = 8
MAX_SIDE: Final = 2_000
PDF: Final = "PDF"
PDF_HEADER_WITHIN: Final = 1_024
"""Readers of PDF look for its header in the first kilobyte, and mail programs put lines in front of it."""

_FORMATS: Final = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    PDF: "application/pdf",
}
_MAGIC: Final = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
)


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """One page: an upright RGB image within the bounds."""

    pixels: Image.Image
    media_type: str


def image_format(data: bytes) -> str:
    """The format by the first bytes; refuses what has no bytes, too many of them or no known beginning."""
    if not data:
        raise ImageError(ErrorCode.IMAGE_UNREADABLE, "the image has no bytes")
    if len(data) > MAX_IMAGE_BYTES:
        reason = f"the image has {len(data)} bytes, at most {MAX_IMAGE_BYTES} are allowed"
        raise ImageError(ErrorCode.IMAGE_TOO_LARGE, reason)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return name
    if b"%PDF-" in data[:PDF_HEADER_WITHIN]:
        return PDF
    raise ImageError(ErrorCode.IMAGE_UNSUPPORTED, "the content is neither JPEG, PNG, WebP, GIF, BMP, TIFF nor PDF")


def decode_pages(data: bytes, max_side: int = MAX_SIDE) -> Generator[DecodedImage, None, None]:
    """The pages one by one, so that one alone is in memory; at least one.

    Raises:
        ImageError: image_unreadable, image_unsupported or image_too_large; also at a later page.
    """
    name = image_format(data)
    pages = pdf_pages(data, MAX_PAGES, max_side) if name == PDF else _frames(data, name, max_side)
    try:
        with warnings.catch_warnings():
            # Pillow warns of large and of slightly malformed files; the bounds below and the decoder decide.
            warnings.simplefilter("ignore")
            for pixels in pages:
                yield DecodedImage(pixels, _FORMATS[name])
    except ImageError:
        raise
    except Exception as error:  # noqa: BLE001  damaged files make decoders raise nearly anything
        reason = f"the {name} data is damaged: {str(error) or type(error).__name__}"
        raise ImageError(ErrorCode.IMAGE_UNREADABLE, reason[:200]) from None


def _frames(data: bytes, name: str, max_side: int) -> Iterator[Image.Image]:
    try:
        image = Image.open(io.BytesIO(data), formats=(name,))
    except Image.DecompressionBombError:
        reason = f"the image claims more than {MAX_PIXELS} pixels"
        raise ImageError(ErrorCode.IMAGE_TOO_LARGE, reason) from None
    decoded, before = 0, None
    for frame in islice(ImageSequence.Iterator(image), _pages(image, name)):
        decoded += _within_bounds(frame, decoded)
        page = _upright(frame, max_side)
        if before is None or page.tobytes() != before:
            yield page
        before = page.tobytes() if name == "GIF" else None


def _pages(image: Image.Image, name: str) -> int:
    """How many frames are pages: those of a TIFF, and of a GIF unless it is an animation; one of the other formats."""
    frames = getattr(image, "n_frames", 1)
    if name == "TIFF" and frames > MAX_PAGES:
        reason = f"the document has {frames} pages, at most {MAX_PAGES} are allowed"
        raise ImageError(ErrorCode.IMAGE_TOO_LARGE, reason)
    return frames if name in {"TIFF", "GIF"} and frames <= MAX_PAGES else 1


def _within_bounds(frame: Image.Image, decoded: int) -> int:
    """The pixels of a frame that is not decoded yet."""
    pixels = frame.width * frame.height
    if pixels > MAX_PIXELS:
        reason = f"the image has {frame.width} x {frame.height} pixels, at most {MAX_PIXELS} are allowed"
        raise ImageError(ErrorCode.IMAGE_TOO_LARGE, reason)
    if decoded + pixels > MAX_DOCUMENT_PIXELS:
        reason = f"the pages have more than {MAX_DOCUMENT_PIXELS} pixels together"
        raise ImageError(ErrorCode.IMAGE_TOO_LARGE, reason)
    return pixels


def _upright(image: Image.Image, max_side: int) -> Image.Image:
    image.draft("RGB", (max_side, max_side))
    return _shrunk(_opaque(ImageOps.exif_transpose(image)), max_side)


def _shrunk(page: Image.Image, max_side: int) -> Image.Image:
    """A page within a square. By OpenCV, which takes a tenth of the time of Pillow's filters."""
    scale = max_side / max(page.size)
    if scale >= 1:
        return page
    import cv2  # noqa: PLC0415  belongs to the recognition processes alone
    import numpy as np  # noqa: PLC0415

    size = (max(1, round(page.width * scale)), max(1, round(page.height * scale)))
    # Down to the half four neighbours tell all there is; below it they would skip some, and the mean is dearer.
    way = cv2.INTER_LINEAR if scale >= 0.5 else cv2.INTER_AREA  # noqa: PLR2004
    return Image.fromarray(cv2.resize(np.asarray(page), size, interpolation=way))


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("RGB")
