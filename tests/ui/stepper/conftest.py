"""A stepper on the 2-8-8-1 network after some training."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from worlds import World, spiral_project, world

from nnlab.ui.look.theme import Theme
from nnlab.ui.stepper.stepper_panel import StepperPanel


@dataclass
class Steps:
    world: World
    panel: StepperPanel

    def to(self, done: int) -> None:
        """Runs until `done` moments of the iteration are done."""
        if self.panel.model.done != done:
            with self.world.qtbot.waitSignal(self.world.session.stepped, timeout=20_000):
                self.panel.model.go_to(done)
        assert self.panel.model.done == done

    def settle(self) -> None:
        """Waits until the layout is done and the frame of the moment has arrived."""
        QApplication.processEvents()  # the layout follows
        curve = self.panel.picture.curve
        self.world.qtbot.waitUntil(lambda: curve.picture is None or not math.isnan(curve.picture.point[0]), timeout=5000)


@pytest.fixture
def steps(qtbot: QtBot, theme: Theme) -> Iterator[Steps]:
    with world(spiral_project(), qtbot) as found:
        found.train(200)
        panel = StepperPanel(theme, found.session, found.document, found.selection)
        qtbot.addWidget(panel)
        panel.resize(1016, 368)
        panel.show()
        panel.scrubber.setFocus()
        yield Steps(found, panel)
