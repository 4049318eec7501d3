"""Small pictures for the guard in front of the decoders."""

import io
import struct
import zlib

from PIL import Image


def picture(image_format: str = "PNG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, "white" if mode != "RGBA" else (0, 0, 0, 0)).save(buffer, image_format, **options)
    return buffer.getvalue()


def turned(orientation: int) -> bytes:
    """A landscape JPEG whose EXIF data says how the camera was held."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return picture("JPEG", exif=exif)


def bomb(width: int, height: int) -> bytes:
    """A few bytes of PNG that claim a huge picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\x00" * 100)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
