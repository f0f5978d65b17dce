"""The words over the canvas: whole, and on a ground of their own whatever lies below."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.look.metrics import SCALES
from nnlab.ui.look.theme import Theme
from nnlab.ui.window.canvas_header import CanvasHeader

BELOW = QColor(255, 150, 80)


class Bright(QWidget):
    """A canvas on which a bright tile lies everywhere."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), BELOW)
        painter.end()


@pytest.fixture
def canvas(qtbot: QtBot) -> Bright:
    canvas = Bright()
    qtbot.addWidget(canvas)
    canvas.resize(900, 300)
    return canvas


@pytest.fixture
def header(theme: Theme, canvas: Bright) -> CanvasHeader:
    made = CanvasHeader(theme, canvas)
    made.resize(900, made.height())
    canvas.show()
    return made


def test_both_groups_stand_on_a_ground_of_their_own(header: CanvasHeader) -> None:
    image = header.parentWidget().grab().toImage()
    groups = (header.phases.geometry(), header.overlays.geometry())
    for group in groups:
        ground = image.pixelColor(group.topLeft() + QPoint(3, 3))
        assert ground.red() < 90
    assert image.pixelColor((groups[0].right() + groups[1].left()) // 2, header.height() // 2) == BELOW  # the canvas is seen between them


def test_without_phases_nothing_is_laid_where_they_were(header: CanvasHeader) -> None:
    header.phases.hide()
    assert header.parentWidget().grab().toImage().pixelColor(30, header.height() // 2) == BELOW


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("width", [420, 560, 632, 847, 1400])
def test_no_word_is_cut(header: CanvasHeader, theme: Theme, qtbot: QtBot, width: int, scale: float) -> None:
    theme.set_scale(scale)
    header.phases.set_phase(2)
    header.resize(width, header.height())
    header.layout().activate()
    places = [place for _, place in header.phases.places]
    assert len(places) in (0, 1, 4)
    assert all(place.right() < header.phases.width() for place in places)
    assert not any(place.intersects(other) for i, place in enumerate(places) for other in places[i + 1 :])
    header.phases.set_phase(None)
    assert len(header.phases.places) in (0, 4)
