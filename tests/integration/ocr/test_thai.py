"""Thai lines, by the model that ships. The pictures are set in fonts it was never trained on."""

import shutil
from concurrent.futures import ProcessPoolExecutor
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import pytest

from adapters.inference.ocr import engine
from adapters.inference.ocr.images import decode_pages
from adapters.inference.ocr.inference import give_back_memory
from adapters.inference.ocr.model_file import SHIPPED, UnusableModelError
from adapters.inference.ocr.recognition import LocalTextRecognition
from adapters.inference.ocr.thai import ThaiRecogniser
from adapters.inference.ocr.tiers import READERS
from tests.integration.ocr.demo import demo_image
from workers.ports.errors import UnavailableError

pytestmark = pytest.mark.ocr

LINES = Path(__file__).parent / "thai_lines"
PAGE = (LINES / "page.jpg").read_bytes()


def picture(name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    found = cv2.imread(str(LINES / f"{name}.png"), cv2.IMREAD_GRAYSCALE)
    assert found is not None
    return np.asarray(found, dtype=np.uint8)


def shipped() -> Path:
    return Path(str(files("adapters.inference.ocr").joinpath(SHIPPED)))


@pytest.fixture(scope="module")
def recogniser() -> ThaiRecogniser:
    return ThaiRecogniser()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("total", "รวมทั้งสิ้น"),
        ("date", "วันที่ 14 มิ.ย. 2568"),
        ("cash", "เงินสด"),
        ("noodles", "ก๋วยเตี๋ยวต้มยำ"),
        ("thanks", "ขอบคุณที่ใช้บริการ"),
        ("sent", "โอนเงินสำเร็จ"),
    ],
)
def test_printed_thai_is_read(recogniser: ThaiRecogniser, name: str, text: str) -> None:
    reading = recogniser.read(picture(name))
    assert reading.text == text
    assert 0.8 < reading.confidence <= 1


def test_an_empty_line_says_nothing(recogniser: ThaiRecogniser) -> None:
    assert recogniser.read(np.full((40, 300), 240, np.uint8)).text == ""


async def test_a_thai_receipt_is_read_with_its_numbers() -> None:
    async with LocalTextRecognition() as recognition:
        text = await recognition.recognise(PAGE)
    words = {line.text for line in text.lines}
    assert {"รวมทั้งสิ้น", "225.00", "เงินสด", "500.00", "เงินทอน", "275.00", "วันที่ 14/06/2568 08:41"} <= words
    assert text.answer.backend == recognition.engine
    assert "+thai-lines-" in recognition.engine


@pytest.mark.usefixtures("socket_disabled")
def test_a_page_without_thai_stays_exactly_as_the_latin_recogniser_reads_it() -> None:
    loaded = engine.load_engine()
    slip = demo_image("slip-school.jpg")
    pixels = np.asarray(next(decode_pages(slip)).pixels)[:, :, ::-1]
    _, latin = engine.latin_lines(loaded, pixels)
    page = engine.read_image(slip)
    assert isinstance(page, engine.PageText)
    assert sorted(line.text for line in page.lines) == sorted(reading.text for reading in latin)


@pytest.mark.usefixtures("socket_disabled")
def test_an_own_model_is_read_from_its_file_with_its_characters_beside_it(tmp_path: Path) -> None:
    own = tmp_path / "rec.onnx"
    shutil.copy(shipped(), own)
    assert ThaiRecogniser(own).read(picture("cash")).text == "เงินสด"
    alphabet = [chr(0x4E00 + number) for number in range(len(characters()))]
    own.with_suffix(".txt").write_text("\n".join(alphabet) + "\n", encoding="utf-8")
    expected = "".join(alphabet[characters().index(letter)] for letter in "เงินสด")
    assert ThaiRecogniser(own).read(picture("cash")).text == expected


def test_an_own_model_whose_characters_do_not_fit_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "rec.onnx"
    shutil.copy(shipped(), own)
    own.with_suffix(".txt").write_text("ก\nข\n", encoding="utf-8")
    with pytest.raises(UnusableModelError, match=r"knows \d+ characters, its list of characters has 2"):
        ThaiRecogniser(own)


def test_a_model_of_another_kind_is_refused() -> None:
    detector = READERS["accurate"].detector.path
    with pytest.raises(UnusableModelError, match="names no characters"):
        ThaiRecogniser(detector)


async def test_a_damaged_own_model_ends_the_start_with_its_name(tmp_path: Path) -> None:
    own = tmp_path / "rec.onnx"
    own.write_bytes(shipped().read_bytes()[:100_000])
    with pytest.raises(UnavailableError, match=r"text recognition cannot start: .*rec\.onnx is damaged"):
        await LocalTextRecognition(thai_model=own).start()


def test_a_missing_own_model_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"text recognition cannot start: .*rec\.onnx cannot be read"):
        LocalTextRecognition(thai_model=tmp_path / "rec.onnx")


def test_memory_does_not_grow_with_the_pictures() -> None:
    """The runtime would keep some 30 MB for each new shape: the largest comes first, in a process of its own."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
        held = process.submit(bytes_held_after_each_shape).result()
    assert max(held) - held[0] < 200_000_000


def bytes_held_after_each_shape() -> list[int]:
    loaded = engine.load_engine()
    rng = np.random.default_rng(7)
    held = []
    for number in reversed(range(12)):
        page = np.full((640 + 64 * number, 700, 3), 255, np.uint8)
        for top in range(40, 600, 60):
            width = int(rng.integers(60, 600))
            cv2.putText(page, "TOTAL 65.00 BAHT"[: width // 30], (40, top), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0, 0, 0), 2)
        engine.latin_lines(loaded, page)
        give_back_memory()
        held.append(int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096)
    return held


def characters() -> tuple[str, ...]:
    return ThaiRecogniser()._characters  # noqa: SLF001  the list itself is the point
