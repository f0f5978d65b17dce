"""Segmented choice: "Weights  Gradients  Activations" as plain words, the chosen one bright and heavier.

Each word is a radio button without its circle: one of them is always chosen, the arrow keys move the choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QMenu, QRadioButton, QSizePolicy, QWidget

from nnlab.ui.look.icons import glyph
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.painting import draw_focus

FOLD_MARK = 14  # pixels at 100 %
STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


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
        self._theme, self._is_folded = theme, False
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, _Word] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for given in options:
            option = Option(given, given) if isinstance(given, str) else given
            button = _Word(theme, option, self)
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

    # Where it is narrow

    @property
    def is_folded(self) -> bool:
        """Whether the chosen word stands alone."""
        return self._is_folded

    @property
    def whole_width(self) -> int:
        """Pixels that all the words need."""
        return sum(button.plain_width for button in self._buttons.values())

    @property
    def fold_mark(self) -> int:
        """Pixels for the mark behind a word that opens a menu."""
        return self._theme.metrics.px(FOLD_MARK)

    def set_folded(self, is_folded: bool) -> None:
        """Where the words have no room, the chosen one stands alone and opens the others as a menu."""
        if is_folded != self._is_folded:
            self._is_folded = is_folded
            self._show_words()

    def _show_words(self) -> None:
        for button in self._buttons.values():
            button.setVisible(not self._is_folded or button.isChecked())
            button.updateGeometry()

    def open_menu(self) -> None:
        """The words as a menu under the chosen one."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for button in self._buttons.values():
            act = menu.addAction(button.text(), button.click)
            act.setCheckable(True)
            act.setChecked(button.isChecked())
            act.setEnabled(button.isEnabled())
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    def choose_beside(self, step: int) -> None:
        """The word before (−1) or after (1) the chosen one, as the arrow keys do; the keyboard goes with it."""
        names = [name for name, button in self._buttons.items() if button.isEnabled()]
        button = self._buttons[names[(names.index(self.current) + step) % len(names)]]
        button.show()
        button.setFocus(Qt.FocusReason.OtherFocusReason)
        button.click()

    def _toggled(self, button: QAbstractButton, checked: bool) -> None:
        if checked and self._is_folded:
            self._show_words()
        if checked and self.current != self._last:
            self._last = self.current
            self.chosen.emit(self.current)


class _Word(QRadioButton):
    """One word of the choice, as wide as in its heavier form so that nothing moves when it is chosen."""

    def __init__(self, theme: Theme, option: Option, words: Segmented) -> None:
        super().__init__(option.label)
        self._theme, self._words = theme, words
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
        return QSize(self.plain_width + (self._words.fold_mark if self._words.is_folded else 0), metrics.field)

    @property
    def plain_width(self) -> int:
        """Pixels that the word needs among the others."""
        widths = (QFontMetrics(self._theme.font(role)).horizontalAdvance(self.text()) for role in ("body", "option", "name"))
        return max(widths) + 2 * self._theme.metrics.px(6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._words.is_folded and event.button() == Qt.MouseButton.LeftButton:
            self._words.open_menu()
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = STEPS.get(Qt.Key(event.key())) if self._words.is_folded else None
        if step is not None:
            self._words.choose_beside(step)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setFont(self._theme.font("name" if self.isChecked() else "body"))
        bright = self.isChecked() or (self.isEnabled() and self.underMouse())
        painter.setPen(tokens.text if bright else tokens.text2 if self.isEnabled() else tokens.text3)
        room = self.rect()
        if self._words.is_folded:
            mark = self._words.fold_mark
            room.setRight(room.right() - mark)
            side = self._theme.metrics.px(10)
            glyph("down").draw(painter, QRectF(room.right(), (self.height() - side) / 2, side, side), painter.pen().color())
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            draw_focus(painter, self.rect(), self._theme.metrics.radius_field, tokens)
        painter.end()
