"""The library of targets: small pictures from smooth to nasty. Arrow keys move through them, Enter or a click takes one, Escape leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from nnlab.ui.look.colormaps import sign_image
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.focus import focused_within
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.painting import draw_focus, fill_rounded, outline_rounded
from nnlab.ui.widgets.picture_tile import PictureTile

COLUMNS = 4
TILE = (124, 84)


@dataclass(frozen=True, eq=False)
class LibraryPicture:
    """A target as the popup shows it: (points,) over one feature, (side, side) over two, row 0 at the lowest second feature."""

    name: str
    title: str
    tip: str
    values: np.ndarray


class _Tile(PictureTile):
    """One target."""

    def __init__(self, theme: Theme, picture: LibraryPicture, parent: QWidget) -> None:
        super().__init__(theme, TILE, picture.title, picture.tip, parent)
        self.picture = picture
        self.setToolTip(picture.tip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, metrics = self._theme.tokens, self._theme.metrics
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill_rounded(painter, self.rect(), metrics.radius_field, tokens.card if self.underMouse() else tokens.panel)
        font = self._theme.font("caption")
        words = QFontMetrics(font)
        area = QRectF(self.rect()).adjusted(metrics.px(10), metrics.px(8), -metrics.px(10), -words.height() - metrics.px(10))
        values = self.picture.values
        if values.ndim == 2:
            side = min(area.width(), area.height())
            place = QRectF(area.center().x() - side / 2, area.top(), side, side)
            limit = float(np.nanmax(np.abs(values), initial=1e-12))
            painter.drawImage(place, sign_image(values[::-1], limit, self._theme.is_dark))
        else:
            self._paint_curve(painter, area, values)
        painter.setFont(font)
        painter.setPen(tokens.text)
        room = self.rect().adjusted(metrics.px(8), 0, -metrics.px(8), -metrics.px(5))
        text = words.elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom), text)
        if self.isChecked():
            outline_rounded(painter, self.rect(), metrics.radius_field, tokens.accent, 2)
        elif self.hasFocus():
            draw_focus(painter, self.rect(), metrics.radius_field, tokens)
        painter.end()

    def _paint_curve(self, painter: QPainter, area: QRectF, values: np.ndarray) -> None:
        finite = np.nan_to_num(values)
        low, reach = float(finite.min()), max(float(np.ptp(finite)), 1e-12)
        xs = np.linspace(area.left(), area.right(), len(finite))
        ys = area.bottom() - (finite - low) / reach * area.height()
        painter.setPen(QPen(self._theme.tokens.text, 1.5))
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]))


class LibraryPopup(QWidget):
    """`chosen(name)` when a target is taken; the popup closes."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, pictures: Sequence[LibraryPicture], current: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAccessibleName("Library of targets")
        self.tiles = [_Tile(theme, picture, self) for picture in pictures]
        head = QHBoxLayout()
        head.addWidget(Label(theme, "Library of targets", "name"), 1)
        head.addWidget(Label(theme, "smooth  →  nasty", "caption", "text2"))
        grid = QGridLayout()
        for place, tile in enumerate(self.tiles):
            tile.setChecked(tile.picture.name == current)
            tile.clicked.connect(self._take)
            grid.addWidget(tile, place // COLUMNS, place % COLUMNS)
        self._column = QVBoxLayout(self)
        self._column.addLayout(head)
        self._column.addLayout(grid)
        self._grid = grid
        follow(theme, self)

    def apply_metrics(self) -> None:
        px = self._theme.metrics.px
        self._column.setContentsMargins(px(12), px(10), px(12), px(12))
        self._column.setSpacing(px(8))
        self._grid.setSpacing(px(8))

    def open_below(self, field: QWidget) -> None:
        """Shows it under a field, within the field's window."""
        self.adjustSize()
        window = field.window()
        at = field.mapTo(window, QPoint(0, field.height() + self._theme.metrics.px(6)))
        left = min(at.x(), window.width() - self.width() - self._theme.metrics.px(8))
        self.move(window.mapToGlobal(QPoint(max(0, left), at.y())))
        self.show()
        checked = next((tile for tile in self.tiles if tile.isChecked()), self.tiles[0] if self.tiles else None)
        if checked is not None:
            checked.setFocus(Qt.FocusReason.PopupFocusReason)

    def _take(self) -> None:
        tile = self.sender()
        assert isinstance(tile, _Tile)
        self.close()
        self.chosen.emit(tile.picture.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -COLUMNS, Qt.Key.Key_Down: COLUMNS}
        step = steps.get(Qt.Key(event.key()))
        focused = focused_within(self)
        if step is None or focused not in self.tiles:
            super().keyPressEvent(event)
            return
        place = self.tiles.index(focused) + step
        if 0 <= place < len(self.tiles):
            self.tiles[place].setFocus(Qt.FocusReason.TabFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        radius = self._theme.metrics.radius_card
        fill_rounded(painter, self.rect(), radius, self._theme.tokens.raised)
        outline_rounded(painter, QRectF(self.rect()), radius, self._theme.tokens.stroke, 1)
        painter.end()
