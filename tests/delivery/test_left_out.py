"""What the image leaves out of its packages, no worker misses."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from infra.tools.delivery.image_size import is_left_out, left_out
from tests.architecture.tree import ROOT

RECEIPT = ROOT / "workers/entrypoints/demo_data/images/coffee-cash.jpg"
PRUNED = ("numpy", "openvino", "pythainlp")
LIBRARIES = "numpy.libs"  # looked for beside numpy
READS = """
import sys
from io import BytesIO
from pathlib import Path
import openvino
from adapters.inference.lexicon.segmentation import word_starts
from adapters.inference.ocr.engine import PageText, read_image
assert Path(openvino.__file__).is_relative_to(sys.argv[1]), openvino.__file__
assert word_starts("กินข้าวที่ร้าน")
page = read_image(Path(sys.argv[2]).read_bytes())
assert isinstance(page, PageText), page
print(*(line.text for line in page.lines), sep="\\n")
"""


def site_packages() -> Path:
    spec = find_spec("openvino")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parents[1]


@pytest.fixture(scope="module")
def pruned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages as the image has them, to be found before those of this environment."""
    folder = tmp_path_factory.mktemp("image")
    for name in (*PRUNED, LIBRARIES):
        shutil.copytree(site_packages() / name, folder / name, copy_function=_linked)
    # As the Dockerfile does it.
    step = re.search(r"xargs (sh -c '[^']+' rm) <", (ROOT / "Dockerfile").read_text())
    assert step is not None
    subprocess.run(f"xargs {step[1]}", shell=True, cwd=folder, input="\n".join(left_out()), text=True, check=True)  # noqa: S602  as in the Dockerfile
    return folder


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def test_what_is_left_out_is_what_is_not_weighed(pruned: Path) -> None:
    for name in PRUNED:
        files = {
            str(path.relative_to(site_packages())) for path in (site_packages() / name).rglob("*") if path.is_file()
        }
        kept = {str(path.relative_to(pruned)) for path in (pruned / name).rglob("*") if path.is_file()}
        assert {file for file in files if not is_left_out(file)} == kept
        assert len(kept) < len(files)


@pytest.mark.parametrize("pattern", left_out())
def test_every_pattern_still_means_something(pattern: str) -> None:
    assert list(site_packages().glob(pattern))


@pytest.mark.ocr
def test_recognition_and_segmentation_work_without_what_is_left_out(pruned: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": f"{pruned}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-c", READS, str(pruned), str(RECEIPT)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "TOTAL" in done.stdout.upper()
