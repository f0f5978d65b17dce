"""An inspector on the 2-8-8-1 network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from worlds import World, spiral_project, world

from nnlab.ui.inspector import Inspector
from nnlab.ui.look.theme import Theme


@dataclass
class Inspected:
    world: World
    panel: Inspector

    def select(self, *nodes: str) -> None:
        self.world.selection.set(nodes)
        self.settle()

    def settle(self) -> None:
        """Lets an edit arrive: what comes with a timer of 0 ms is left for the next call where events of more importance were waiting."""
        QApplication.processEvents()
        while self.panel._later.isActive():
            QApplication.processEvents()


@pytest.fixture
def inspected(qtbot: QtBot, theme: Theme) -> Iterator[Inspected]:
    with world(spiral_project(), qtbot) as found:
        panel = Inspector(theme, found.document, found.selection, found.session)
        found.session.ticked.connect(panel.show_view)
        # As the window does: what the graph no longer has is not selected.
        found.document.changed.connect(lambda _: found.selection.keep_within(found.document.graph))
        qtbot.addWidget(panel)
        panel.resize(264, 900)
        panel.show()
        yield Inspected(found, panel)
