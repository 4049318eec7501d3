"""Small documents of several pages, good and hostile."""

import io
import zlib
from collections.abc import Iterable, Sequence

import numpy as np
import zxingcpp
from PIL import Image


def frames(count: int, size: tuple[int, int] = (40, 20)) -> list[Image.Image]:
    """Pages that differ: the first is white, the next ones darker and darker."""
    return [Image.new("RGB", size, (255 - 5 * number,) * 3) for number in range(count)]


def many(image_format: str, pages: Sequence[Image.Image]) -> bytes:
    buffer = io.BytesIO()
    pages[0].save(buffer, image_format, save_all=True, append_images=list(pages[1:]))
    return buffer.getvalue()


def code_picture(payload: str, scale: int = 4) -> Image.Image:
    """A QR code as a picture."""
    code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(np.array(code.to_image(scale=scale))).convert("RGB")


def pdf(
    content: bytes, media_box: str = "0 0 200 300", resources: str = "", more: Iterable[bytes] = (), trailer: str = ""
) -> bytes:
    """A PDF of one page with this content stream; `more` are further objects, numbered from 5."""
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{media_box}] /Contents 4 0 R /Resources <<{resources}>> >>".encode(),
        stream,
        *more,
    ]
    body, offsets = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + head + table + tail.encode()


BLACK_CORNER = b"0 g 0 250 50 50 re f"
"""Drawn, it blackens the top left corner of the page."""


def encrypted_pdf() -> bytes:
    secret = "<" + "5a" * 32 + ">"
    encryption = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O {secret} /U {secret} /P -44 >> /ID [<01> <01>]"
    return pdf(BLACK_CORNER, trailer=encryption)


def pdf_with_picture(width: int, height: int) -> bytes:
    """A small page with a picture that takes few bytes in the file and many in memory."""
    pixels = zlib.compress(b"\x00" * min(width * height, 1_000_000))
    picture = (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 "
        b"/Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
    ) % (width, height, len(pixels), pixels)
    return pdf(b"q 100 0 0 100 0 0 cm /I Do Q", resources="/XObject << /I 5 0 R >>", more=[picture])


def looping_pdf() -> bytes:
    """A form that draws itself, twice."""
    head = b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >> /Length 11 >>"
    form = head + b"\nstream\n/F Do /F Do\nendstream"
    return pdf(b"/F Do", resources="/XObject << /F 5 0 R >>", more=[form])
