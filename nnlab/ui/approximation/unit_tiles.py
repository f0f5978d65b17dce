"""Every hidden unit's contribution as a small picture, in the order in which they are added, and the knob that adds them.

Over one feature a tile is the curve v·f(wx + b) filled to zero in the colour of its sign; over two it is the plane in the sign map.
More than 24 units have no numbers; more than 48 are bars as high as what they contribute, with the tile of the current one over them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from nnlab.ui.look import numbers
from nnlab.ui.look.colormaps import sign_image
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.look.tokens import mix
from nnlab.ui.widgets.painting import draw_focus, fill_rounded, outline_rounded

NUMBERED, SEPARATE = 24, 48  # most units whose tiles have a number; most that have a tile of their own
TILE, SLIDER = 52, 22
TO_COME = 0.42  # opacity of what is not added yet
KNOB = 14


@dataclass(frozen=True, eq=False)
class UnitPictures:
    """What the tiles show, in the order in which units are added.

    curves: (units, points) over one feature, or (units, side, side) over two, row 0 at the lowest second feature. numbers: (units,) as
    the network counts them, from 1. peaks: (units,) signed value of the largest magnitude.
    """

    bias: float
    curves: np.ndarray
    numbers: np.ndarray
    peaks: np.ndarray

    @property
    def units(self) -> int:
        return len(self.numbers)

    @property
    def is_plane(self) -> bool:
        return self.curves.ndim == 3


class UnitTiles(QWidget):
    """`chosen(k)`: the first k units are to be added, 0 for the bias alone. Left and Right by one, Home and End to either end."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pictures: UnitPictures | None = None
        self._added = 0
        self._is_selected = False
        self._is_dragging = False
        self.setAccessibleName("Hidden units added")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(600), self._theme.metrics.px(TILE + 6 + SLIDER))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(160), self._theme.metrics.px(34 + SLIDER))

    @property
    def added(self) -> int:
        return self._added

    @property
    def pictures(self) -> UnitPictures | None:
        return self._pictures

    def show_units(self, pictures: UnitPictures | None, added: int, is_selected: bool) -> None:
        """The first `added` are summed up; the last of them may be the selected one."""
        self._pictures, self._added, self._is_selected = pictures, added, is_selected
        if pictures is not None:
            number = f", the last is unit {int(pictures.numbers[added - 1])}" if added else ""
            self.setAccessibleDescription(f"{added} of {pictures.units} added{number}")
        self.update()

    # Geometry

    @property
    def _places(self) -> int:
        return (self._pictures.units if self._pictures is not None else 0) + 1

    @property
    def tile_height(self) -> float:
        return self.height() - self._theme.metrics.px(SLIDER) - self._theme.metrics.px(6)

    def _share(self) -> float:
        return self.width() / max(self._places, 1)

    def tile(self, place: int) -> QRectF:
        """The room of the tile at a place, 0 being the bias."""
        gap = self._theme.metrics.px(5) if self._places <= SEPARATE + 1 else 0
        share = self._share()
        top = self._theme.metrics.px(4)
        room = QRectF(place * share + gap / 2, top, max(share - gap, 1.0), self.tile_height)
        if self._pictures is not None and self._pictures.is_plane and self._places <= SEPARATE + 1:
            side = min(room.height(), room.width())
            room.setWidth(side)
        return room

    def place_at(self, x: float) -> int:
        return min(max(int(x / self._share()), 0), self._places - 1)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pictures = self._pictures
        if pictures is not None:
            limit = max(float(np.abs(pictures.peaks).max(initial=0.0)), abs(pictures.bias), 1e-12)
            if pictures.units <= SEPARATE:
                for place in range(self._places):
                    self._paint_tile(painter, place, limit)
            else:
                self._paint_bars(painter, limit)
            self._paint_knob(painter)
        if self.hasFocus():
            draw_focus(painter, QRectF(self.rect()), self._theme.metrics.radius_field, self._theme.tokens)
        painter.end()

    def _paint_tile(self, painter: QPainter, place: int, limit: float, room: QRectF | None = None) -> None:
        pictures, tokens, px = self._pictures, self._theme.tokens, self._theme.metrics.px
        assert pictures is not None
        is_current = place == self._added and self._is_selected
        room = room or self.tile(place)
        if is_current:
            room = room.adjusted(0, -px(4), 0, 0)
        painter.setOpacity(1.0 if place <= self._added else TO_COME)
        fill_rounded(painter, room, 2, tokens.canvas)
        if place == 0:
            self._paint_curve(painter, room, np.full(2, pictures.bias), limit)
        elif pictures.is_plane:
            image = sign_image(pictures.curves[place - 1][::-1], limit, self._theme.is_dark)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(room, image)
            outline_rounded(painter, room, 0, tokens.line, 1)  # zero has nearly the colour of the ground
        else:
            self._paint_curve(painter, room, pictures.curves[place - 1], limit)
        self._paint_number(painter, room, place, is_current)
        painter.setOpacity(1.0)
        if is_current:
            outline_rounded(painter, room.adjusted(-1, -1, 1, 1), 3, tokens.accent, 2)

    def _paint_number(self, painter: QPainter, room: QRectF, place: int, is_current: bool) -> None:
        pictures, tokens, px = self._pictures, self._theme.tokens, self._theme.metrics.px
        assert pictures is not None
        text = "bias" if place == 0 else str(int(pictures.numbers[place - 1]))
        painter.setFont(self._theme.font("caption_strong" if is_current else "caption"))
        metrics = QFontMetricsF(painter.font())
        if pictures.units > NUMBERED and not is_current:
            return
        painter.setPen(tokens.text)
        if pictures.is_plane:
            left, free = room.right() + px(3), self._share() - room.width()
            if metrics.horizontalAdvance(text) + px(4) <= free:
                painter.drawText(QPointF(left, room.top() + metrics.ascent()), text)
        elif metrics.horizontalAdvance(text) + px(8) <= room.width():
            painter.drawText(QPointF(room.left() + px(5), room.bottom() - px(5)), text)

    def _paint_curve(self, painter: QPainter, room: QRectF, values: np.ndarray, limit: float) -> None:
        """One contribution on the scale of all, filled to zero."""
        step = max(1, len(values) // max(2, int(room.width() / 2)))
        shown = np.nan_to_num(values[::step])
        middle, reach = room.center().y(), room.height() * 0.44
        xs = np.linspace(room.left(), room.right(), len(shown))
        ys = middle - np.clip(shown / limit, -1.0, 1.0) * reach
        curve = [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
        largest = float(shown[np.abs(shown).argmax()])
        color = QColor(self._theme.tokens.pos if largest > 0 else self._theme.tokens.neg)
        fill = QColor(color)
        fill.setAlpha(90)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF([QPointF(room.left(), middle), *curve, QPointF(room.right(), middle)]))
        painter.setPen(QPen(color, 1.5))
        painter.drawPolyline(QPolygonF(curve))

    def _paint_bars(self, painter: QPainter, limit: float) -> None:
        """A mass of bars as high as the contributions, and the tile of the current unit over them."""
        pictures, tokens = self._pictures, self._theme.tokens
        assert pictures is not None
        first = self.tile(0)
        fill_rounded(painter, QRectF(0, first.top(), self.width(), first.height()), 2, tokens.canvas)
        middle, reach, width = first.center().y(), first.height() * 0.46, max(1.0, self._share() * 0.8)
        painter.setPen(Qt.PenStyle.NoPen)
        for place, value in enumerate([pictures.bias, *pictures.peaks.tolist()]):
            painter.setOpacity(1.0 if place <= self._added else TO_COME)
            height = value / limit * reach
            painter.fillRect(
                QRectF(place * self._share(), min(middle, middle - height), width, abs(height)), tokens.pos if value > 0 else tokens.neg
            )
        painter.setOpacity(1.0)
        if self._added:
            wide = self._theme.metrics.px(84)
            centre = self.tile(self._added).center().x()
            left = min(max(centre - wide / 2, 0.0), self.width() - wide)
            self._paint_tile(painter, self._added, limit, QRectF(left, first.top(), wide, first.height()))

    def _paint_knob(self, painter: QPainter) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        y, knob = self.height() - px(SLIDER) / 2, px(KNOB)
        x = self.knob
        fill_rounded(painter, QRectF(0, y - px(2), self.width(), px(4)), px(2), mix(tokens.panel, tokens.stroke, 0.6))
        fill_rounded(painter, QRectF(0, y - px(2), x, px(4)), px(2), tokens.text2)
        fill_rounded(painter, QRectF(x - knob / 2, y - knob / 2, knob, knob), knob / 2, tokens.text)

    @property
    def knob(self) -> float:
        """Where the slider's knob stands: under the tile of the unit added last."""
        share = self._share()
        half = self._theme.metrics.px(KNOB) / 2
        return min(max(self._added * share + min(share, self.tile(0).width()) / 2, half), self.width() - half)

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._pictures is not None:
            self._is_dragging = True
            self._choose(self.place_at(event.position().x()), always=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dragging:
            self._choose(self.place_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._is_dragging = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1}
        key = Qt.Key(event.key())
        if self._pictures is None:
            super().keyPressEvent(event)
        elif key in steps:
            self._choose(self._added + steps[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._choose(0 if key == Qt.Key.Key_Home else self._places - 1)
        else:
            super().keyPressEvent(event)

    def _choose(self, place: int, always: bool = False) -> None:
        place = min(max(place, 0), self._places - 1)
        if place != self._added or always:
            self.chosen.emit(place)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._pictures is not None:
            QToolTip.showText(event.globalPos(), self.words_at(self.place_at(event.pos().x())), self)
            return True
        return super().event(event)

    def words_at(self, place: int) -> str:
        pictures = self._pictures
        if pictures is None:
            return ""
        if place == 0:
            return f"The bias of the output: {numbers.number(pictures.bias)}"
        return f"Unit {int(pictures.numbers[place - 1])} contributes at most {numbers.number(float(pictures.peaks[place - 1]))}"
