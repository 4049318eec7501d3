"""Pages of a PDF as pictures. What is drawn is read; a text layer may say something else, and nobody sees it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Final

from PIL import Image

from contracts.errors import ErrorCode
from workers.ports.errors import ImageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROCESS: Final = Path(__file__).with_name("pdf_process.py")
_SIZE_BYTES: Final = 8
_TOO_LARGE: Final = 4


def pdf_pages(data: bytes, max_pages: int, max_side: int) -> Iterator[Image.Image]:
    """The pages as pictures of at most about `max_side` pixels, one at a time; a long strip as several pictures.

    Blocks while a child process draws: some tenths of a second, at most its 20 s of processor time.

    Raises:
        ImageError: image_unreadable (damaged, encrypted, without pages, endless) or image_too_large.
    """
    command = [sys.executable, "-I", str(_PROCESS), str(max_pages), str(max_side)]
    # The document goes in by a file: it is read whole before anything comes out, so a pipe would need two threads.
    with TemporaryFile() as document, TemporaryFile() as said:
        document.write(data)
        document.seek(0)
        with subprocess.Popen(command, stdin=document, stdout=subprocess.PIPE, stderr=said) as process:  # noqa: S603
            try:
                if process.stdout is not None:
                    yield from _pictures(process.stdout)
                code = process.wait()
            finally:
                process.kill()
        if code:
            said.seek(0)
            raise _refusal(code, said.read().decode(errors="replace"))


def _pictures(drawn: IO[bytes]) -> Iterator[Image.Image]:
    while len(size := drawn.read(_SIZE_BYTES)) == _SIZE_BYTES:
        width, height = int.from_bytes(size[:4]), int.from_bytes(size[4:])
        pixels = drawn.read(width * height * 3)
        if len(pixels) < width * height * 3:
            return
        yield Image.frombytes("RGB", (width, height), pixels)


def _refusal(code: int, said: str) -> ImageError:
    """Why the child ended: in its own words, or by the signal that ended it."""
    if code == _TOO_LARGE:
        return ImageError(ErrorCode.IMAGE_TOO_LARGE, said[:200])
    if code in {-signal.SIGXCPU, -signal.SIGKILL}:
        return ImageError(ErrorCode.IMAGE_UNREADABLE, "the PDF takes too long to draw")
    if code < 0 or "Error" in said or not said:
        return ImageError(ErrorCode.IMAGE_UNREADABLE, "the PDF cannot be drawn")
    return ImageError(ErrorCode.IMAGE_UNREADABLE, said[:200])
