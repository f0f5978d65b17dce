"""Pictures of the panels with real training data, in both themes, at 1× and 2×: `python tests/ui/panels/gallery.py FOLDER [PANEL …]`.

Not a test: for looking at. Every panel follows a real session that trains a real network; the crosshair and a changed learning
rate are shown as a person would leave them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from nnlab.core.dataset import Target
from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.project import Project
from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.training.settings import TrainingSettings
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.crosshair import Crosshair
from nnlab.ui.panels.registry import PANELS
from nnlab.ui.run.session import LiveSession


def dense_network(features: int, hidden: tuple[int, ...], activation: str, target: Target) -> Graph:
    """Dense layers with an activation, and the loss that fits the target."""
    b = GraphBuilder()
    x = b.input(features=features)
    for units in hidden:
        x = b.node(activation, b.dense(x, units=units))
    loss = {"continuous": "mse", "binary": "binary_cross_entropy", "classes": "cross_entropy"}[target.kind]
    b.node(loss, b.dense(x, units=target.classes if target.kind == "classes" else target.outputs))
    return b.build()


def project(data: DataSettings, hidden: tuple[int, ...], activation: str, **training: object) -> Project:
    prepared = prepare(data)
    graph = dense_network(prepared.x.shape[1], hidden, activation, prepared.target)
    return Project(graph, data, TrainingSettings(**training))


PROJECTS = {
    "spiral": lambda: project(
        DataSettings("spiral", {"noise": 6.0}, validation_share=0.2), (16, 16), "tanh", learning_rate=0.012, batch_size=8
    ),
    "digits": lambda: project(DataSettings("digits"), (32,), "relu", learning_rate=1e-3, batch_size=32),
    "function": lambda: project(
        DataSettings("function", {"formula": "sin(x)", "noise": 10.0}), (16,), "tanh", learning_rate=0.01, batch_size=16
    ),
    "diabetes": lambda: project(DataSettings("diabetes"), (8,), "tanh", learning_rate=0.01, batch_size=16),
    "multi_gaussian": lambda: project(DataSettings("multi_gaussian"), (16, 16), "tanh", learning_rate=0.01, batch_size=16),
    "iris": lambda: project(DataSettings("iris"), (8,), "tanh", learning_rate=0.01, batch_size=16),
    "broken": lambda: broken(),
}


def broken() -> Project:
    """A network with an error that has a fix, another error, and a warning."""
    data = DataSettings("wine")
    b = GraphBuilder()
    x = b.input(features=13)
    hidden = b.relu(b.dense(x, units=16))
    b.dense(hidden, units=5)
    b.cross_entropy(b.dense(hidden, units=4))
    return Project(edits.add_node(b._graph, "tanh", position=(200.0, 300.0)), data)


class Studio:
    """One session with its services."""

    def __init__(self, theme: Theme, project: Project) -> None:
        self.document = Document(project)
        self.session = LiveSession(self.document)
        self.services = Services(theme, self.document, self.session, Selection(), Crosshair())
        self.theme = theme

    def train(self, iterations: int) -> None:
        """Trains for so many iterations and waits for the pause."""
        goal = self.session.iteration + iterations
        loop = QEventLoop()
        self.session.state_changed.connect(lambda: loop.quit() if not self.session.is_playing and self.session.iteration >= goal else None)
        self.session.run_iterations(iterations)
        loop.exec()
        self.settle()

    def set_learning_rate(self, rate: float) -> None:
        project = self.document.project
        self.document.edit("Learning rate", replace(project, training=replace(project.training, learning_rate=rate)))
        self.settle()

    def settle(self) -> None:
        """Lets the newest frame be shown."""
        loop = QEventLoop()
        self.session.ticked.connect(loop.quit)
        QTimer.singleShot(150, loop.quit)
        loop.exec()

    def show(self, name: str, width: int, height: int) -> LivePanel:
        panel = PANELS[name](self.services)
        panel.resize(width, height)
        panel.show()
        panel.setFocus()
        self.settle()
        return panel

    def close(self) -> None:
        self.session.close()


# (file, project, panel, iterations, size at 1280×800, size at 2560×1440)
SHEETS = (
    ("loss", "spiral", "loss", 4304, (490, 240), (1040, 408)),
    ("gradient_flow", "spiral", "gradient_flow", 4304, (438, 240), (928, 408)),
    ("decision", "spiral", "prediction", 4304, (352, 240), (592, 408)),
    ("regions", "multi_gaussian", "prediction", 3000, (352, 240), (592, 408)),
    ("fit", "function", "prediction", 1500, (352, 240), (592, 408)),
    ("diabetes", "diabetes", "prediction", 1500, (352, 240), (592, 408)),
    ("digits", "digits", "prediction", 600, (440, 240), (760, 408)),
    ("iris", "iris", "prediction", 200, (352, 240), (592, 408)),
    ("digits_flow", "digits", "gradient_flow", 2000, (438, 240), (928, 408)),
    ("data", "spiral", "data", 100, (336, 560), (400, 900)),
    ("data_digits", "digits", "data", 100, (336, 560), (400, 900)),
    ("data_wide", "digits", "data", 100, (512, 152), (1024, 208)),
    ("training", "spiral", "training", 100, (336, 400), (400, 500)),
    ("problems", "broken", "problems", 0, (1280, 152), (2560, 208)),
)


def paint(folder: Path, names: list[str], large: bool) -> None:
    application = QApplication.instance() or QApplication([])
    theme = Theme(application, "dark")
    theme.set_window_width(2560 if large else 1280)
    scale = os.environ.get("QT_SCALE_FACTOR", "1")
    for file, source, panel_name, iterations, small_size, large_size in SHEETS:
        if (names and file not in names) or panel_name not in PANELS or source not in PROJECTS:
            continue
        studio = Studio(theme, PROJECTS[source]())
        panel = studio.show(panel_name, *(large_size if large else small_size))
        if iterations > 4000:
            studio.train(2400)
            studio.set_learning_rate(0.004)
            studio.train(iterations - 2400)
        elif iterations:
            studio.train(iterations)
        if file in ("loss", "gradient_flow"):
            studio.services.crosshair.set(3504)
        for mode in ("dark", "light"):
            theme.set_mode(mode)
            application.processEvents()
            panel.grab().save(str(folder / f"{file}-{mode}-{'large' if large else 'small'}@{scale}x.png"))
        studio.close()
        panel.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--once", action="store_true", help="only at the scale of this process")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    paint(options.folder, options.names, options.large)
    if not options.once:  # Qt reads the scale when it starts
        environment = {**os.environ, "QT_SCALE_FACTOR": "2"}
        command = [sys.executable, __file__, str(options.folder), *options.names, "--once"]
        subprocess.run(command, env=environment, check=True, timeout=600)


if __name__ == "__main__":
    main()
