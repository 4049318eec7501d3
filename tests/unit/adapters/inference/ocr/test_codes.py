from PIL import Image

from adapters.inference.ocr.codes import MAX_PAYLOAD, codes_in
from tests.unit.adapters.inference.ocr.documents import code_picture

PROMPTPAY = "00020101021229370016A0000006770101110113006681234567853037645406149.005802TH6304FAFA"
SLIP = "004000060000010103002021900021231231212000115102TH91049C30"


def on_a_page(*payloads: str, angle: float = 0) -> Image.Image:
    page = Image.new("RGB", (900, 700), "white")
    for number, payload in enumerate(payloads):
        code = code_picture(payload).rotate(angle, expand=True, fillcolor="white")
        page.paste(code, (60 + 420 * number, 200))
    return page


def test_every_code_of_a_page_is_read_once_in_a_fixed_order() -> None:
    assert codes_in(on_a_page(PROMPTPAY, SLIP)) == codes_in(on_a_page(SLIP, PROMPTPAY)) == (PROMPTPAY, SLIP)
    assert codes_in(on_a_page(SLIP, SLIP)) == (SLIP,)


def test_a_code_may_be_turned() -> None:
    assert codes_in(on_a_page(SLIP, angle=17)) == (SLIP,)
    assert codes_in(on_a_page(SLIP).rotate(90, expand=True)) == (SLIP,)


def test_a_page_without_codes_has_none() -> None:
    assert codes_in(Image.new("RGB", (900, 700), "white")) == ()


def test_what_is_too_long_or_not_printable_is_no_payment_code() -> None:
    assert codes_in(on_a_page("9" * (MAX_PAYLOAD + 1))) == ()
    assert codes_in(on_a_page("00\x01\x02")) == ()
