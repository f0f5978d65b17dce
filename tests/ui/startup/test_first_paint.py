"""What the welcome page does not wait for. Not timed: what is imported and made by its first paint is the same on every computer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import json, sys
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from nnlab import app as nnlab_app

class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and not self.property("seen"):
            self.setProperty("seen", True)
            print(json.dumps([sorted(sys.modules), len(QApplication.allWidgets())]), flush=True)
            window.leave()
        return False

filter = FirstPaint()
open_window = nnlab_app.open_window

def opened(*arguments, **settings):
    global window
    window = open_window(*arguments, **settings)
    window.panels["welcome"].page.widget().installEventFilter(filter)
    return window

nnlab_app.open_window = opened
sys.exit(nnlab_app.main())
"""
# What takes a tenth of a second or more to import and is for what comes later: plots, the machine, statistics, tables, layouts of graphs.
LATER = {
    "pyqtgraph", "nnlab.engine.machine_code", "scipy.special", "scipy.stats", "scipy.linalg", "sklearn", "duckdb", "matplotlib", "networkx",
    "ziamath", "onnx", "torch", "pandas",
}  # fmt: skip


@pytest.fixture(scope="module")
def at_first_paint(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], int]:
    """(modules, widgets) of a window without a project when its welcome page is painted for the first time."""
    home: Path = tmp_path_factory.mktemp("home")
    done = subprocess.run(
        [sys.executable, "-c", CODE], env={**os.environ, "NNLAB_HOME": str(home)}, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    modules, widgets = json.loads(done.stdout)
    return set(modules), widgets


def test_nothing_that_takes_long_to_import_is_imported(at_first_paint: tuple[set[str], int]) -> None:
    assert "nnlab.ui.learn.welcome_page" in at_first_paint[0]
    assert not at_first_paint[0] & LATER


def test_of_the_panels_only_the_page_itself_is_imported(at_first_paint: tuple[set[str], int]) -> None:
    prefix = "nnlab.ui.panels."
    own = {name.removeprefix(prefix) for name in at_first_paint[0] if name.startswith(prefix)}
    assert {name for name in own if "." not in name} == {"base", "feed", "plotting", "registry", "welcome"}


def test_few_widgets_are_made(at_first_paint: tuple[set[str], int]) -> None:
    """1,107 when the panels of another workspace were made first, 700 without."""
    assert at_first_paint[1] <= 750


def test_few_modules_of_ours_are_imported(at_first_paint: tuple[set[str], int]) -> None:
    """900 when all panels were among them, 740 without."""
    assert sum(name.startswith("nnlab.") for name in at_first_paint[0]) <= 780
