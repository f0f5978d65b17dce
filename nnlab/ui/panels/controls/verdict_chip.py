"""The verdict on the run in a word, beside the scale of the loss: quiet while it converges, with a warning sign when it does not."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from nnlab.engine.convergence import TOO_EARLY, Convergence
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.verdict_bracket import explained
from nnlab.ui.widgets.painting import draw_focus


class VerdictChip(QAbstractButton):
    """Says `Plateau since 2,350`, or only `Plateau` where that is too long.

    The tooltip says how it was found, a click opens the diagnosis.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._found: Convergence | None = None
        self._sign = icon(theme, "warning", color="warn")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        follow(theme, self)
        self.show_verdict(None)

    def show_verdict(self, found: Convergence | None) -> None:
        """None, or a verdict that it is too early for one, takes no room."""
        self._found = found if found is not None and found.verdict != TOO_EARLY else None
        self.setVisible(self._found is not None)
        text = self._found.title if self._found is not None else ""
        if text != self.text():
            self.setText(text)
            self.updateGeometry()
        self.setAccessibleName(f"Verdict on the run: {text}" if text else "Verdict on the run")
        if self._found is not None:
            self.setAccessibleDescription(f"{self._found.sentence} {self._found.test}")
            self.setToolTip(explained(self._found))
        self.update()

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    @property
    def _sign_width(self) -> int:
        return self._theme.metrics.px(20) if self._found is not None and self._found.is_fault else 0

    def _width_of(self, text: str) -> int:
        return self._sign_width + QFontMetrics(self._theme.font("body")).horizontalAdvance(text) + 2 * self._theme.metrics.px(6)

    def sizeHint(self) -> QSize:
        return QSize(self._width_of(self.text()), self._theme.metrics.field)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._width_of(self.text().split(" ")[0]), self._theme.metrics.field)

    @property
    def shown(self) -> str:
        """The wording for the present width."""
        return self.text() if self._width_of(self.text()) <= self.width() else self.text().split(" ")[0]

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._found is None:
            return
        px, tokens = self._theme.metrics.px, self._theme.tokens
        painter = QPainter(self)
        left = px(6)
        if self._found.is_fault:
            side = px(16)
            self._sign.paint(painter, QRect(left, (self.height() - side) // 2, side, side))
            left += self._sign_width
        painter.setFont(self._theme.font("body"))
        painter.setPen(tokens.text if self._found.is_fault or self.underMouse() else tokens.text2)
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.shown)
        if self.hasFocus():
            draw_focus(painter, self.rect(), self._theme.metrics.radius_field, tokens)
        painter.end()
