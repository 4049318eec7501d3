"""The guard in front of the image decoders: what is too large, unknown or damaged never reaches an engine."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps

from contracts.errors import ErrorCode
from contracts.values import MAX_IMAGE_BYTES
from workers.ports.errors import ImageError

MAX_PIXELS: Final = 40_000_000
MAX_SIDE: Final = 2_000

_FORMATS: Final = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
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
    """An upright RGB image within the bounds."""

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
    raise ImageError(ErrorCode.IMAGE_UNSUPPORTED, "the content is neither JPEG, PNG, WebP, GIF, BMP nor TIFF")


def decode(data: bytes, max_side: int = MAX_SIDE) -> DecodedImage:
    """Decode the first frame, turned upright as its EXIF data says and scaled down to `max_side`."""
    name = image_format(data)
    try:
        with warnings.catch_warnings():
            # Pillow warns of large and of slightly malformed files; the bound below and the decoder decide.
            warnings.simplefilter("ignore")
            return DecodedImage(_upright(data, name, max_side), _FORMATS[name])
    except ImageError:
        raise
    except Exception as error:  # noqa: BLE001  damaged files make decoders raise nearly anything
        reason = f"the {name} data is damaged: {str(error) or type(error).__name__}"
        raise ImageError(ErrorCode.IMAGE_UNREADABLE, reason[:200]) from None


def _upright(data: bytes, name: str, max_side: int) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=(name,))
    except Image.DecompressionBombError:
        reason = f"the image claims more than {MAX_PIXELS} pixels"
        raise ImageError(ErrorCode.IMAGE_TOO_LARGE, reason) from None
    if image.width * image.height > MAX_PIXELS:
        reason = f"the image has {image.width} x {image.height} pixels, at most {MAX_PIXELS} are allowed"
        raise ImageError(ErrorCode.IMAGE_TOO_LARGE, reason)
    image.draft("RGB", (max_side, max_side))
    upright = _opaque(ImageOps.exif_transpose(image))
    upright.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    return upright


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("RGB")
