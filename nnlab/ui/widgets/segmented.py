"""Segmented choice: "Weights  Gradients  Activations" as plain words, the chosen one bright and heavier.

Each word is a radio button without its circle: one of them is always chosen, the arrow keys move the choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QRadioButton, QSizePolicy, QWidget

from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.painting import draw_focus


@dataclass(frozen=True)
class Option:
    """One of the words: what it is called in code, what it says, and why one would choose it."""

    name: str
    label: str
    tip: str = ""


class Segmented(QWidget):
    """A choice between a few words. `chosen(name)` is emitted when the person chooses, not when `choose` is called."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, options: Sequence[Option | str], name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, _Word] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for given in options:
            option = Option(given, given) if isinstance(given, str) else given
            button = _Word(theme, option)
            self._buttons[option.name] = button
            self._group.addButton(button)
            row.addWidget(button)
        next(iter(self._buttons.values())).setChecked(True)
        self._last = self.current
        self._group.buttonToggled.connect(self._toggled)

    @property
    def current(self) -> str:
        return next(name for name, button in self._buttons.items() if button.isChecked())

    def choose(self, name: str) -> None:
        """Shows another choice without emitting `chosen`. Raises KeyError for a name that is not among the options."""
        self._last = name
        self._buttons[name].setChecked(True)

    def button(self, name: str) -> QAbstractButton:
        """The button of an option, to disable or hide it."""
        return self._buttons[name]

    def _toggled(self, button: QAbstractButton, checked: bool) -> None:
        if checked and self.current != self._last:
            self._last = self.current
            self.chosen.emit(self.current)


class _Word(QRadioButton):
    """One word of the choice, as wide as in its heavier form so that nothing moves when it is chosen."""

    def __init__(self, theme: Theme, option: Option) -> None:
        super().__init__(option.label)
        self._theme = theme
        self.setToolTip(option.tip)
        self.setAccessibleName(option.label)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self._theme.metrics
        width = max(QFontMetrics(self._theme.font(role)).horizontalAdvance(self.text()) for role in ("body", "option", "name"))
        return QSize(width + 2 * metrics.px(6), metrics.field)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setFont(self._theme.font("name" if self.isChecked() else "body"))
        bright = self.isChecked() or (self.isEnabled() and self.underMouse())
        painter.setPen(tokens.text if bright else tokens.text2 if self.isEnabled() else tokens.text3)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            draw_focus(painter, self.rect(), self._theme.metrics.radius_field, tokens)
        painter.end()
