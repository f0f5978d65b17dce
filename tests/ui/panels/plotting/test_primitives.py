"""Lines, pieces and marks drawn from arrays cover the pixels that Qt's own calls cover."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap

from nnlab.ui.panels.plotting.primitives import Stamps, draw_line, draw_pieces, polygon

X, Y = np.array([10.0, 30.0, 50.0, 55.0]), np.array([10.0, 40.0, 20.0, 50.0])


def drawn(paint: object, ratio: float = 1.0) -> np.ndarray:
    """Grey levels (rows, columns) of 64 × 64 points on white."""
    image = QImage(int(64 * ratio), int(64 * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setPen(QPen(QColor("black"), 2.0))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint(painter)  # type: ignore[operator]
    painter.end()
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(grey.constBits(), dtype=np.uint8).reshape(grey.height(), grey.bytesPerLine())
    return rows[:, : grey.width()].astype(int)


def test_a_polygon_has_the_points(qapp: object) -> None:
    assert [(p.x(), p.y()) for p in polygon(X, Y).toList()] == list(zip(X, Y, strict=True))


def test_a_polygon_of_nothing_is_empty(qapp: object) -> None:
    assert polygon(np.empty(0), np.empty(0)).size() == 0


def test_a_line_is_its_pieces(qapp: object) -> None:
    pieces = drawn(lambda painter: [painter.drawLine(QPointF(a, b), QPointF(c, d)) for a, b, c, d in zip(X, Y, X[1:], Y[1:], strict=False)])
    np.testing.assert_array_equal(drawn(lambda painter: draw_line(painter, X, Y)), pieces)


def test_pieces_have_gaps_between_them(qapp: object) -> None:
    def by_qt(painter: QPainter) -> None:
        painter.drawLine(QPointF(X[0], Y[0]), QPointF(X[1], Y[1]))
        painter.drawLine(QPointF(X[2], Y[2]), QPointF(X[3], Y[3]))

    np.testing.assert_array_equal(drawn(lambda painter: draw_pieces(painter, X, Y)), drawn(by_qt))


def test_nothing_is_drawn_of_a_single_point(qapp: object) -> None:
    assert drawn(lambda painter: draw_line(painter, X[:1], Y[:1])).min() == 255
    assert drawn(lambda painter: draw_pieces(painter, X[:1], Y[:1])).min() == 255


class BusyPainter(QPainter):
    """One beside whom other threads allocate: what was freed before it draws is written over."""

    def drawLines(self, lines: object, count: int) -> None:
        others = [np.full((count, 4), 32.0) for _ in range(8)]
        super().drawLines(lines, count)  # type: ignore[arg-type]
        assert len(others) == 8


def test_what_is_drawn_lives_until_it_is_drawn(qapp: object) -> None:
    """Seen once as a plot that was black from edge to edge."""
    for draw in (draw_line, draw_pieces):
        image = QImage(64, 64, QImage.Format.Format_Grayscale8)
        image.fill(Qt.GlobalColor.white)
        painter = BusyPainter(image)
        painter.setPen(QPen(QColor("black"), 2.0))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter, X, Y)
        painter.end()
        rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(64, image.bytesPerLine())[:, :64].astype(int)
        np.testing.assert_array_equal(rows, drawn(lambda painter, draw=draw: draw(painter, X, Y)))


def square(painter: QPainter, centre: QPointF) -> None:
    painter.setPen(QPen(QColor("black"), 1.3))
    painter.drawRect(QRectF(centre.x() - 3, centre.y() - 3, 6, 6))


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_stamp_is_the_mark_at_every_point(qapp: object, ratio: float) -> None:
    stamps = Stamps()
    by_qt = drawn(lambda painter: [square(painter, QPointF(x, y)) for x, y in zip(X, Y, strict=True)], ratio)
    for _ in range(2):  # painted, then copied
        found = drawn(lambda painter: stamps.draw(painter, X, Y, "square", 5.0, square), ratio)
        assert np.abs(found - by_qt).max() <= 1  # blended from eight bits


def test_a_mark_is_painted_once(qapp: object) -> None:
    stamps, painted = Stamps(), []

    def mark(painter: QPainter, centre: QPointF) -> None:
        painted.append(painter.device())
        square(painter, centre)

    for _ in range(3):
        drawn(lambda painter: stamps.draw(painter, X, Y, "mark", 5.0, mark))
    assert len(painted) == 1 and isinstance(painted[0], QPixmap)
