import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inference.ocr.images import MAX_PAGES, MAX_SIDE, PDF, DecodedImage, decode_pages, image_format
from contracts.errors import ErrorCode
from contracts.values import MAX_IMAGE_BYTES
from tests.unit.adapters.inference.ocr.documents import BLACK_CORNER, frames, many, pdf
from tests.unit.adapters.inference.ocr.pictures import bomb, picture, turned
from workers.ports.errors import ImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
WHOLE = {name: picture(name) for name in FORMATS}


def decode(data: bytes) -> DecodedImage:
    """The first page."""
    return next(decode_pages(data))


def code_of(data: bytes) -> ErrorCode:
    with pytest.raises(ImageError) as refused:
        decode(data)
    return refused.value.code


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_known_by_its_content(name: str) -> None:
    assert image_format(WHOLE[name]) == name
    image = decode(WHOLE[name])
    assert image.media_type == f"image/{name.lower()}"
    assert image.pixels.size == (40, 20)
    assert image.pixels.mode == "RGB"


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16"])
def test_each_kind_of_pixel_becomes_colour(mode: str) -> None:
    name = "TIFF" if mode == "CMYK" else "PNG"
    assert decode(picture(name, mode=mode)).pixels.mode == "RGB"


def test_what_is_transparent_is_paper() -> None:
    assert decode(picture(mode="RGBA")).pixels.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(("orientation", "size"), [(1, (40, 20)), (3, (40, 20)), (6, (20, 40)), (8, (20, 40))])
def test_the_camera_may_have_been_held_any_way(orientation: int, size: tuple[int, int]) -> None:
    assert decode(turned(orientation)).pixels.size == size


def test_a_large_picture_is_scaled_down() -> None:
    assert decode(picture("JPEG", (5_000, 1_000))).pixels.size == (MAX_SIDE, 400)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", ErrorCode.IMAGE_UNREADABLE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ErrorCode.IMAGE_UNSUPPORTED),
        (b"\xff\xd8\xff" + b"\x00" * 64, ErrorCode.IMAGE_UNREADABLE),
        (b"\x00" * (MAX_IMAGE_BYTES + 1), ErrorCode.IMAGE_TOO_LARGE),
        (bomb(8_000, 8_000), ErrorCode.IMAGE_TOO_LARGE),
        (bomb(100_000, 100_000), ErrorCode.IMAGE_TOO_LARGE),
        (bomb(500, 500), ErrorCode.IMAGE_UNREADABLE),
        (WHOLE["JPEG"][:-200], ErrorCode.IMAGE_UNREADABLE),
        (WHOLE["PNG"][:40], ErrorCode.IMAGE_UNREADABLE),
    ],
    ids=["empty", "svg", "garbage", "heavy", "huge", "huger", "hollow", "cut jpeg", "cut png"],
)
def test_a_picture_that_cannot_be_used_is_refused_with_its_reason(data: bytes, code: ErrorCode) -> None:
    assert code_of(data) is code


@given(st.sampled_from(FORMATS), st.integers(0, 2_000), st.binary(min_size=1, max_size=8), st.booleans())
def test_damage_is_refused_or_survived_but_never_crashes(name: str, at: int, noise: bytes, cut: bool) -> None:  # noqa: FBT001
    data = WHOLE[name]
    at %= len(data)
    damaged = data[:at] if cut else data[:at] + noise + data[at + len(noise) :]
    try:
        assert decode(damaged).pixels.mode == "RGB"
    except ImageError as refused:
        assert refused.reason  # noqa: PT017  either outcome is right


@given(st.binary(max_size=200))
def test_a_wrong_content_is_named_before_anything_is_decoded(data: bytes) -> None:
    try:
        assert image_format(data) in {*FORMATS, PDF}
    except ImageError as refused:
        assert refused.code in {ErrorCode.IMAGE_UNREADABLE, ErrorCode.IMAGE_UNSUPPORTED}  # noqa: PT017


def sizes_and_shades(data: bytes) -> list[tuple[tuple[int, int], object]]:
    return [(page.pixels.size, page.pixels.getpixel((5, 5))) for page in decode_pages(data)]


@pytest.mark.parametrize("name", ["TIFF", "GIF"])
def test_the_frames_of_a_document_are_its_pages(name: str) -> None:
    pages = sizes_and_shades(many(name, frames(3)))
    assert pages == [((40, 20), (shade,) * 3) for shade in (255, 250, 245)]


def test_an_animation_is_one_picture() -> None:
    assert len(sizes_and_shades(many("GIF", frames(MAX_PAGES + 1)))) == 1
    assert len(sizes_and_shades(many("WEBP", frames(3)))) == 1
    assert len(sizes_and_shades(many("PNG", frames(3)))) == 1


def test_a_document_of_too_many_pages_is_refused_before_the_first_is_decoded() -> None:
    with pytest.raises(ImageError) as refused:
        next(decode_pages(many("TIFF", frames(MAX_PAGES + 1))))
    assert refused.value.code is ErrorCode.IMAGE_TOO_LARGE
    assert "9 pages" in refused.value.reason


def test_pages_that_are_too_large_together_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.inference.ocr.images.MAX_DOCUMENT_PIXELS", 2 * 40 * 20)
    with pytest.raises(ImageError) as refused:
        list(decode_pages(many("TIFF", frames(3))))
    assert refused.value.code is ErrorCode.IMAGE_TOO_LARGE


def test_a_pdf_is_known_by_its_header_even_behind_other_lines() -> None:
    assert image_format(pdf(BLACK_CORNER)) == image_format(b"\r\nX-Mail: 1\r\n" + pdf(BLACK_CORNER)) == PDF
    with pytest.raises(ImageError):
        image_format(b"x" * 2_000 + pdf(BLACK_CORNER))
