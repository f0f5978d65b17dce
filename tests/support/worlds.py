"""A document with its session, without a window: what parts of the window follow. Real training, real steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from networks import mlp
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings
from nnlab.files.project import Project
from nnlab.training.settings import TrainingSettings
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.session import LiveSession


def spiral_project(activation: str = "tanh", optimizer: str = "adam", batch_size: int = 8) -> Project:
    """The 2-8-8-1 network of the pictures."""
    graph = mlp([2, 8, 8, 1], activation, "binary_cross_entropy")
    return Project(graph, DataSettings("spiral"), TrainingSettings(optimizer, {}, 0.01, batch_size, seed=4))


def iris_project() -> Project:
    """Four features, three classes."""
    return Project(
        mlp([4, 6, 3], "relu", "cross_entropy"), DataSettings("iris"), TrainingSettings("sgd", {"momentum": 0.9}, 0.05, 5, seed=1)
    )


@dataclass
class World:
    document: Document
    session: LiveSession
    selection: Selection
    qtbot: QtBot

    def train(self, iterations: int) -> None:
        """Trains so many iterations and waits for the frame of the last."""
        goal = self.session.iteration + iterations
        self.session.run_iterations(iterations)
        # The frame that is shown may still be of a run that has just begun anew: the newest one says how far this one is.
        self.qtbot.waitUntil(
            lambda: not self.session.is_playing and min(self.session.iteration, self.frame_iteration) >= goal, timeout=20_000
        )

    @property
    def frame_iteration(self) -> int:
        return self.session.frame.iteration if self.session.frame is not None else -1

    def step(self, count: int = 1) -> None:
        """Steps forward so many instructions and waits for the answer."""
        with self.qtbot.waitSignal(self.session.stepped, timeout=20_000):
            self.session.step_forward(count)

    def back(self, count: int = 1) -> None:
        with self.qtbot.waitSignal(self.session.stepped, timeout=20_000):
            self.session.step_back(count)

    def view(self) -> LiveView:
        """The view after one more iteration, standing still."""
        before = self.frame_iteration

        def is_next(view: LiveView) -> bool:
            return view.frame.iteration > before and not view.playing

        with self.qtbot.waitSignal(self.session.ticked, timeout=20_000, check_params_cb=is_next) as caught:
            self.session.step_iteration()
        view = caught.args[0] if caught.args else None
        assert isinstance(view, LiveView)
        return view


def end(document: Document, session: LiveSession) -> None:
    """Closes a session and deletes it with its document, in an order that holds: the collector's would be any, and commands of an undo
    stack that are freed before it end the process."""
    session.close()
    QApplication.processEvents()
    document.undo_stack.blockSignals(True)
    document.undo_stack.clear()
    session.setParent(document)
    document.deleteLater()


@contextmanager
def world(project: Project, qtbot: QtBot) -> Iterator[World]:
    """A world that is ready to train, and closed at the end."""
    document = Document(project, "test")
    session = LiveSession(document)
    try:
        qtbot.waitUntil(lambda: session.frame is not None, timeout=60_000)
        yield World(document, session, Selection(), qtbot)
    finally:
        end(document, session)
