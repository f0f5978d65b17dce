"""Where a run will stand that was added later: it catches up to the iteration of the others, and says how far it is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from nnlab.ui.look import numbers
from nnlab.ui.look.theme import FontRole, Theme
from nnlab.ui.run.other_runs import LateRun
from nnlab.ui.widgets.painting import fill_rounded

BAR = 4


class CatchingUp(QWidget):
    """The name of the run, the iterations done of those it is behind, and a bar."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._run = LateRun("", 0, 1)
        self._name = ""
        theme.changed.connect(self.update)

    def show_run(self, run: LateRun, name: str) -> None:
        self._run, self._name = run, name
        self.setAccessibleName(f"{name}: {self.words}")
        self.update()

    @property
    def words(self) -> str:
        return f"catches up: {numbers.count(self._run.done)} of {numbers.count(self._run.wanted)} iterations"

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px, metrics = self._theme.tokens, self._theme.metrics.px, self._theme.metrics
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(tokens.stroke, 1.5)
        pen.setDashPattern([4.0, 4.0])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), metrics.radius_card, metrics.radius_card)
        room = QRectF(self.rect()).adjusted(px(16), 0, -px(16), 0)
        middle = room.center().y()
        lines: tuple[tuple[FontRole, QColor, float, str], ...] = (
            ("name", tokens.text, middle - px(30), self._name), ("caption", tokens.text2, middle - px(8), self.words),
        )  # fmt: skip
        for font, color, y, text in lines:
            painter.setFont(self._theme.font(font))
            painter.setPen(color)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(QRectF(room.left(), y, room.width(), painter.fontMetrics().height()), Qt.AlignmentFlag.AlignLeft, shown)
        bar = QRectF(room.left(), middle + px(16), room.width(), px(BAR))
        fill_rounded(painter, bar, px(2), tokens.line)
        bar.setWidth(bar.width() * min(1.0, self._run.done / max(1, self._run.wanted)))
        fill_rounded(painter, bar, px(2), tokens.text2)
        painter.end()
