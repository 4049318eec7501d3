"""Which programs the control plane is made of."""

from infra.cluster.programs import MODULE, PROGRAMS, versions
from tests.charts.tools import KEDA


def test_the_cluster_runs_the_keda_whose_schemas_the_chart_is_held_to() -> None:
    name, _, version = KEDA.partition("@v")
    assert versions()[name] == version


def test_every_program_has_a_module_with_a_version_and_stands_in_the_module_as_a_tool() -> None:
    text = (MODULE / "go.mod").read_text()
    assert all(f"\t{package}\n" in text for package in PROGRAMS.values())
    assert len(versions()) == 3


def test_what_goes_into_the_programs_is_held_by_sums() -> None:
    sums = (MODULE / "go.sum").read_text()
    assert all(f"{name} v{version} h1:" in sums for name, version in versions().items())
