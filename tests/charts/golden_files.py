"""What each example renders to, kept to be read in a review; and the manifests for people without Helm."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tests.charts.rendering import CHART, NAMES, example, render_text
from tests.charts.tools import ROOT

PLAIN: Final = ROOT / "infra/kubernetes/poon-workers.yaml"
GOLDEN: Final = Path(__file__).with_name("golden")

_NOTE: Final = "# Rendered by `make charts-golden` from charts/poon-workers/examples/{name}.yaml; do not edit.\n"
_PLAIN_NOTE: Final = """\
# The fleet without Helm, in the namespace `poon`; charts/poon-workers says what each part is for. Before it:
#   kubectl create namespace poon
#   kubectl --namespace poon create secret generic poon-database --from-literal=url="$DATABASE_URL"
# Put your brokers and your image in the place of kafka:9092 and poon-workers:0.1.0, then: kubectl apply -f this file.
"""


def target(name: str) -> Path:
    return PLAIN if name == "plain" else GOLDEN / f"{name}.yaml"


def expected(chart: Path = CHART) -> Mapping[Path, str]:
    """The text of each file as the chart renders it now."""
    return dict(_texts(chart))


def _texts(chart: Path) -> Iterator[tuple[Path, str]]:
    for name in NAMES:
        note = _NOTE.format(name=name) + (_PLAIN_NOTE if name == "plain" else "")
        text = render_text(example(name), chart)
        yield target(name), note + (_without_helm_test(text) if name == "plain" else text)


def _without_helm_test(text: str) -> str:
    """Only Helm knows what a test is; to others it would be a pod that ends."""
    parts = text.removeprefix("---\n").split("\n---\n")
    return "---\n" + "\n---\n".join(part.rstrip("\n") for part in parts if "helm.sh/hook: test" not in part) + "\n"


def differences(files: Mapping[Path, str]) -> list[str]:
    """The files that are not as rendered, surplus ones among them."""
    stale = [path for path, text in files.items() if not path.exists() or path.read_text() != text]
    surplus = [path for path in GOLDEN.glob("*.yaml") if path not in files]
    return sorted(str(path.relative_to(ROOT)) for path in (*stale, *surplus))
