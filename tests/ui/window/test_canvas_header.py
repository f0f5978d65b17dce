"""The words over the canvas: whole, and on a ground of their own whatever lies below."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.look.metrics import SCALES
from nnlab.ui.look.theme import Theme
from nnlab.ui.window.canvas_header import CanvasHeader, whole_percents

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


@pytest.mark.parametrize(
    ("shares", "percents"),
    [
        ((0.2, 0.24, 0.42, 0.14), [20, 24, 42, 14]), ((0.25, 0.25, 0.25, 0.25), [25, 25, 25, 25]),
        ((1 / 3, 1 / 3, 1 / 3, 0.0), [34, 33, 33, 0]),
        ((0.126, 0.126, 0.373, 0.375), [13, 13, 37, 37]), ((0.996, 0.002, 0.001, 0.001), [100, 0, 0, 0]),
    ],
)  # fmt: skip
def test_percents_add_up_to_a_hundred(shares: tuple[float, ...], percents: list[int]) -> None:
    assert whole_percents(shares) == percents and sum(percents) == 100


def test_every_word_has_its_share_of_the_time_where_there_is_room(header: CanvasHeader) -> None:
    strip = header.phases
    before = [place for _, place in strip.places]
    strip.set_shares((0.2, 0.24, 0.42, 0.14))
    header.layout().activate()
    assert strip.shows_shares and strip.accessibleDescription().startswith("Predict 20 %. Forward pass: ")
    assert "Gradients 42 %. Backward pass: " in strip.accessibleDescription()
    after = [place for _, place in strip.places]
    assert [a.width() - b.width() for a, b in zip(after, before, strict=True)] == [after[0].width() - before[0].width()] * 4
    image = strip.grab().toImage()
    strip.set_shares((0.3, 0.24, 0.32, 0.14))
    assert [place for _, place in strip.places] == after, "nothing moves when shares change"
    assert strip.grab().toImage() != image, "they are drawn"
    header.resize(520, header.height())
    header.layout().activate()
    assert not strip.shows_shares and all(place.right() < strip.width() for _, place in strip.places)
    strip.set_shares(None)
    assert strip.accessibleDescription().startswith("Predict. Forward pass: ")
