"""Check box: an 18 px square, filled with the accent when checked."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from nnlab.ui.look.icons import glyph
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.painting import draw_focus, fill_rounded, outline_rounded


class Check(QCheckBox):
    """A check box with an optional text; everything else is QCheckBox."""

    def __init__(self, theme: Theme, text: str = "", name: str = "", tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self.setAccessibleName(name or text)
        self.setToolTip(tip)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    def _box(self) -> QRect:
        side = self._theme.metrics.px(18)
        return QRect(0, (self.height() - side) // 2, side, side)

    def sizeHint(self) -> QSize:
        metrics = self._theme.metrics
        text = QFontMetrics(self._theme.font("body")).horizontalAdvance(self.text()) + metrics.grid if self.text() else 0
        return QSize(metrics.px(18) + 2 + text, metrics.field)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, box, enabled = self._theme.tokens, self._box(), self.isEnabled()
        painter = QPainter(self)
        if self.hasFocus():  # the outline takes the box's place and the box shrinks: accent on accent would not be seen
            draw_focus(painter, box, 5, tokens)
            box = box.adjusted(3, 3, -3, -3)
        radius = 2 if self.hasFocus() else 4
        if self.checkState() == Qt.CheckState.PartiallyChecked:  # some of several are
            fill_rounded(painter, box, radius, tokens.well)
            outline_rounded(painter, box, radius, tokens.text2 if enabled and self.underMouse() else tokens.stroke)
            inset = box.width() / 4
            dash = QRectF(box).adjusted(inset, box.height() / 2 - 1, -inset, -box.height() / 2 + 1)
            fill_rounded(painter, dash, 1, tokens.text if enabled else tokens.stroke)
        elif self.isChecked():
            fill_rounded(painter, box, radius, tokens.accent if enabled else tokens.stroke)
            inset = box.width() / 9
            glyph("check").draw(painter, QRectF(box).adjusted(inset, inset, -inset, -inset), tokens.on_accent if enabled else tokens.panel)
        else:
            fill_rounded(painter, box, radius, tokens.well)
            outline_rounded(painter, box, radius, tokens.text2 if enabled and self.underMouse() else tokens.stroke)
        if self.text():
            painter.setFont(self._theme.font("body"))
            painter.setPen(tokens.text if enabled else tokens.text3)
            left = self._box().right() + 1 + self._theme.metrics.grid
            painter.drawText(QRect(left, 0, self.width() - left, self.height()), Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()
