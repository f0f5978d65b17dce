"""The error in numbers: the largest and the root mean square, in the domain and outside it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow

OUTSIDE = 108  # width of the column of what lies outside the domain, in pixels before the interface scale


@dataclass(frozen=True)
class ErrorNumbers:
    """None where there is no such number: outside the domain a table knows no target."""

    sup: float
    rms: float
    outside_sup: float | None
    outside_rms: float | None
    outside_to: str = ""  # how far "outside" reaches
    where: str = "in the domain"


class ErrorTable(QWidget):
    """The supremum in the domain is what the eye sees first. Its columns have their heads in the panel's header."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: ErrorNumbers | None = None
        self._is_narrow = False
        self.setAccessibleName("Error of the approximation")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("sup: the largest distance between target and fit on 2,001 even points; RMS: the root of the mean square there")
        theme.changed.connect(self.update)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self._theme.metrics
        return QSize(metrics.px(280), metrics.result + metrics.px(34))

    def show_domain_alone(self, is_alone: bool) -> None:
        """Without the column of what is outside the domain, which has less room in a small window."""
        if is_alone != self._is_narrow:
            self._is_narrow = is_alone
            self.update()

    @property
    def shown(self) -> ErrorNumbers | None:
        return self._shown

    def show_errors(self, errors: ErrorNumbers | None) -> None:
        if errors == self._shown:
            return
        self._shown = errors
        self.setAccessibleDescription("" if errors is None else f"largest {numbers.number(errors.sup)}, RMS {numbers.number(errors.rms)}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        errors, tokens, px = self._shown, self._theme.tokens, self._theme.metrics.px
        painter = QPainter(self)
        if errors is None:
            painter.end()
            return
        has_outside = errors.outside_sup is not None and not self._is_narrow
        outside = OUTSIDE if has_outside else 0
        middle = self.width() - px(outside)  # right edge of the column of the domain
        line = px(20)
        top, height = 0, self._theme.metrics.result + px(8)
        self._words(painter, "sup", " max |f − g|", top, height)
        self._write(painter, self._theme.font("result"), tokens.text, numbers.number(errors.sup, 3), middle, top, height)
        top += height
        self._words(painter, "RMS", "", top, line)
        self._write(painter, self._theme.font("name"), tokens.text, numbers.number(errors.rms, 3), middle, top, line)
        if has_outside:
            beyond = self._theme.font("number")
            self._write(painter, beyond, tokens.text2, numbers.number(errors.outside_sup or 0.0, 3), self.width(), 0, height)
            self._write(
                painter, self._theme.font("body"), tokens.text2, numbers.number(errors.outside_rms or 0.0, 3), self.width(), top, line
            )
        painter.end()

    def _write(self, painter: QPainter, font: QFont, color: object, text: str, right: float, top: float, height: float) -> None:
        painter.setFont(font)
        painter.setPen(color)
        width = QFontMetricsF(font).horizontalAdvance(text) + 2
        painter.drawText(QRectF(right - width, top, width, height), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _words(self, painter: QPainter, word: str, explained: str, top: float, height: float) -> None:
        painter.setFont(self._theme.font("body"))
        painter.setPen(self._theme.tokens.text)
        width = QFontMetricsF(painter.font()).horizontalAdvance(word)
        painter.drawText(QRectF(0, top, width + 2, height), Qt.AlignmentFlag.AlignVCenter, word)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(self._theme.tokens.text2)
        painter.drawText(QRectF(width, top, self._theme.metrics.px(100), height), Qt.AlignmentFlag.AlignVCenter, explained)
