"""The structure of the package, counted by the script that anyone can run: no two files import each other in a circle, no two rooms of

the window, and elsewhere only a room and what it is split into.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from endings import LIMIT

CHECKOUT = Path(__file__).resolve().parents[2]


def test_no_files_import_each_other_in_a_circle_and_rooms_only_with_their_own_parts() -> None:
    command = [sys.executable, str(CHECKOUT / "packaging" / "structure.py"), "--json"]
    answer = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, encoding="utf-8", check=True, timeout=LIMIT)
    found = json.loads(answer.stdout)
    assert found["circles_of_files"] == []
    for circle in found["circles_of_rooms"]:
        assert not any(room.startswith("nnlab.ui") for room in circle), circle
        whole = min(circle, key=len)
        assert all(room == whole or room.startswith(f"{whole}.") for room in circle), circle


def test_a_circle_is_found(tmp_path: Path) -> None:
    package = tmp_path / "nnlab"
    package.mkdir()
    for name, text in {"__init__": "", "one": "import nnlab.two\n", "two": "from nnlab import one\n"}.items():
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    script = tmp_path / "packaging" / "structure.py"
    script.parent.mkdir()
    script.write_bytes((CHECKOUT / "packaging" / "structure.py").read_bytes())
    command = [sys.executable, str(script), "--json"]
    environ = {"PYTHONPATH": str(tmp_path), "PATH": ""}
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=True, env=environ, timeout=LIMIT)
    assert json.loads(answer.stdout)["circles_of_files"] == [["nnlab.one", "nnlab.two"]]
