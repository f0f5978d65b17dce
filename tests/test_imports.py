"""The rules that keep the project in one shape, as tests: imports point one way, the linter and the type checker are silent."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from endings import LIMIT

from nnlab.core.kernel.cache import cache_root

CHECKOUT = Path(__file__).resolve().parents[1]
# lint-imports as a program of its own would lie in a folder that differs between systems; -c looks in the working folder first.
LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"


def assert_silent(*command: str) -> None:
    """Runs a tool over the checkout and fails with everything it says when it finds something wrong."""
    whole = [sys.executable, *command]
    answer = subprocess.run(whole, cwd=CHECKOUT, capture_output=True, text=True, encoding="utf-8", check=False, timeout=LIMIT)
    if answer.returncode:
        pytest.fail(answer.stdout + answer.stderr, pytrace=False)


def loaded_by(statement: str) -> set[str]:
    """Top-level names in sys.modules after `statement` ran in a fresh interpreter."""
    code = f"{statement}\nimport json, sys\nprint(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=LIMIT)
    assert answer.returncode == 0, answer.stderr
    return set(json.loads(answer.stdout.splitlines()[-1]))


def test_imports_point_one_way():
    assert_silent("-X", "utf8", "-c", LINT_IMPORTS)


def test_ruff_is_silent():
    assert_silent("-m", "ruff", "check", "nnlab", "tests", "packaging")


@pytest.mark.parametrize("arguments", [(), ("--strict", "packaging/dev.py")], ids=["nnlab", "dev.py"])
def test_types_agree(arguments):
    # Beside the compiled kernels: what mypy found out it knows again by content, in a fresh clone too, and half a minute is saved.
    assert_silent("-m", "mypy", "--cache-dir", str(cache_root() / "types"), *arguments)


def test_training_needs_no_window():
    assert not loaded_by("import nnlab.training") & {"PySide6", "shiboken6", "pyqtgraph", "qtawesome"}


def test_importing_nnlab_loads_nothing_slow():
    slow = {"PySide6", "numba", "scipy", "sklearn", "duckdb", "onnx", "torch"}
    assert not loaded_by("import nnlab") & slow


def test_training_leaves_the_slow_data_libraries_for_those_who_use_them():
    assert not loaded_by("import nnlab.training") & {"sklearn", "duckdb", "onnx", "torch"}


def test_a_wrong_import_breaks_the_contracts(tmp_path):
    """The contracts do look: in a copy, an operator that imports another one, Qt and numba is reported for all three."""
    package = tmp_path / "nnlab"
    shutil.copytree(CHECKOUT / "nnlab", package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "operators" / "wrong.py").write_text("import PySide6\nimport numba\nfrom nnlab.operators import dense\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_bytes((CHECKOUT / "pyproject.toml").read_bytes())
    command = [sys.executable, "-X", "utf8", "-c", LINT_IMPORTS]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False, timeout=LIMIT)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    for contract in ("Operators do not know each other", "Qt is imported by the window alone", "numba is imported in core alone"):
        assert f"{contract} BROKEN" in answer.stdout
