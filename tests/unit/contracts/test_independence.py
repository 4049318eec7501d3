"""Upstream services install contracts with pydantic alone."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

GUARDED_IMPORT = """
import importlib, pkgutil, sys

PYDANTIC = {"pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"}

class OnlyTheStandardLibrary:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in {"contracts"} | PYDANTIC | sys.stdlib_module_names and not top.startswith("_sysconfigdata"):
            raise ImportError(f"contracts must not import {name}")

sys.meta_path.insert(0, OnlyTheStandardLibrary())
import contracts
names = [module.name for module in pkgutil.walk_packages(contracts.__path__, "contracts.")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""

DIRECT_IMPORTS = """
import ast, pathlib, sys
allowed = {"contracts", "pydantic"} | sys.stdlib_module_names
for path in pathlib.Path("contracts").rglob("*.py"):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if name.partition(".")[0] not in allowed:
                print(path, name)
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_every_module_of_contracts_imports_with_pydantic_alone() -> None:
    result = run(GUARDED_IMPORT)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) > 20


def test_no_module_of_contracts_names_another_package() -> None:
    assert run(DIRECT_IMPORTS).stdout == ""


def test_the_guard_bites() -> None:
    planted = GUARDED_IMPORT.replace("import contracts\n", "import contracts, yaml\n")
    result = run(planted)
    assert result.returncode != 0
    assert "contracts must not import yaml" in result.stderr
