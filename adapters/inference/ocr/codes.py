"""QR codes in an image: their payloads as they stand, for others to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image

MAX_CODES: Final = 8
MAX_PAYLOAD: Final = 512
"""Characters: the most a payment code has by its standard (EMVCo). Longer ones are no payment codes."""


def codes_in(page: Image.Image) -> tuple[str, ...]:
    """The payloads of a page's QR codes without repetition, sorted; takes some milliseconds."""
    import zxingcpp  # noqa: PLC0415  only recognition processes need it

    picture = page.convert("L")
    only_qr = zxingcpp.barcode_formats_from_str("QRCode")
    found = zxingcpp.read_barcodes(picture, formats=only_qr, text_mode=zxingcpp.TextMode.Plain)
    texts = {code.text for code in found if code.valid}
    return tuple(sorted(text for text in texts if 0 < len(text) <= MAX_PAYLOAD and text.isprintable())[:MAX_CODES])
