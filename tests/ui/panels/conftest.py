"""A session that really trains, and panels on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot
from worlds import end

from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.project import Project
from nnlab.graph.builder import GraphBuilder
from nnlab.training.settings import TrainingSettings
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.crosshair import Crosshair
from nnlab.ui.panels.registry import PANELS
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.session import LiveSession

SPIRAL = DataSettings("spiral")
LOSSES = {"continuous": "mse", "binary": "binary_cross_entropy", "classes": "cross_entropy"}


def small_project(data: DataSettings, **training: object) -> Project:
    """One hidden layer of four tanh units, and the loss that fits the data."""
    prepared = prepare(data)
    b = GraphBuilder()
    hidden = b.tanh(b.dense(b.input(features=prepared.x.shape[1]), units=4))
    outputs = prepared.target.classes if prepared.target.kind == "classes" else prepared.target.outputs
    b.node(LOSSES[prepared.target.kind], b.dense(hidden, units=outputs))
    return Project(b.build(), data, TrainingSettings(batch_size=16, learning_rate=0.01, **training))  # type: ignore[arg-type]


class Studio:
    """A session with its document and services; `train` and `view` wait for what they promise."""

    def __init__(self, qtbot: QtBot, theme: Theme, project: Project) -> None:
        self._qtbot = qtbot
        self.document = Document(project)
        self.session = LiveSession(self.document)
        self.services = Services(theme, self.document, self.session, Selection(), Crosshair())
        self.views: list[LiveView] = []
        self.session.ticked.connect(self.views.append)

    def panel(self, name: str, width: int = 480, height: int = 260) -> LivePanel:
        panel = PANELS[name](self.services)
        self._qtbot.addWidget(panel)
        panel.resize(width, height)
        panel.show()
        self._qtbot.waitUntil(lambda: panel.is_shown)
        return panel

    def train(self, iterations: int) -> LiveView:
        """Trains so many iterations; the last view."""
        goal = self.session.iteration + iterations
        self.session.run_iterations(iterations)
        self._qtbot.waitUntil(lambda: bool(self.views) and self.views[-1].frame.iteration == goal and self.views[-1].is_exact)
        return self.views[-1]

    def view(self, *probes: str) -> LiveView:
        """A view with results of these probes."""
        self.session.want(self, probes)
        self._qtbot.waitUntil(lambda: bool(self.views) and self.views[-1].is_exact and set(probes) <= set(self.views[-1].probes))
        return self.views[-1]


@pytest.fixture
def studio(qtbot: QtBot, theme: Theme) -> Iterator[Callable[..., Studio]]:
    """studio(DataSettings(...), **training settings) or studio(project)."""
    made: list[Studio] = []

    def make(data: DataSettings | Project = SPIRAL, **training: object) -> Studio:
        project = data if isinstance(data, Project) else small_project(data, **training)
        made.append(Studio(qtbot, theme, project))
        return made[-1]

    yield make
    for one in made:
        end(one.document, one.session)
