"""Plug-ins in the person's folder are known to every process; one that fails is said in a sentence and takes nothing along."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

GOOD = """
from nnlab.core.schedule import Schedule, schedules
print("loaded", __name__)
"""
PROGRAM = """
from nnlab.core.operator import operators
from nnlab.core.schedule import schedules
assert "dense" in operators and "constant" in schedules or len(schedules) > 3
"""


def run(home: Path) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "NNLAB_HOME": str(home)}
    return subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environ, check=False, timeout=120)


def test_files_of_the_folder_are_loaded_once_and_a_broken_one_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "a_good.py").write_text(GOOD, encoding="utf-8")
    (folder / "b_broken.py").write_text("1 / 0\n", encoding="utf-8")
    (folder / "c_asks.py").write_text("from nnlab.core.operator import operators\nassert 'relu' in operators\n" + GOOD, encoding="utf-8")
    (folder / "notes.txt").write_text("no plug-in", encoding="utf-8")
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["loaded nnlab_plugin_a_good", "loaded nnlab_plugin_c_asks"]
    assert done.stderr.count("b_broken.py: the plug-in failed to load: ZeroDivisionError") == 1 and "Traceback" not in done.stderr


def test_without_a_folder_there_are_none(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0 and done.stdout == done.stderr == ""
    assert not (tmp_path / "plugins").exists()
