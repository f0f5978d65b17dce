"""Buttons that show an icon: flat, a card under the pointer, accent for the one main button of a bar.

A button usually belongs to a QAction, which gives it icon, name, tip, shortcut, and whether it is enabled and checked. The tip ends
with the shortcut, so that a person learns it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QHelpEvent, QIcon, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy, QToolButton, QToolTip, QWidget

from nnlab.ui.look.icons import tinted
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.look.tokens import mix
from nnlab.ui.widgets.painting import draw_focus, fill_rounded


def shortcut_text(action: QAction) -> str:
    """An action's shortcut as people read it: Ctrl K, Shift F11."""
    text = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return text.replace("+", " ").strip() if len(text) > 1 else text


def plain_text(action: QAction) -> str:
    """An action's text without the & of its mnemonic."""
    return action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")


_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PRESS = (Qt.Key.Key_Space, *_ENTER)

# Named before one of Qt's classes, whose methods they call; Qt allows no class of its own as a second base.
if TYPE_CHECKING:
    _Widget = QWidget
    _Button = QAbstractButton
else:
    _Widget = _Button = object


class KeepsPressKeys(_Widget):
    """Keeps Space and Enter for the widget with the keyboard, where they would be shortcuts of the window: Space plays elsewhere."""

    def event(self, event: QEvent) -> bool:
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and event.key() in _PRESS and event.modifiers() in _PLAIN:
            event.accept()
        return super().event(event)


class PressedByKeys(KeepsPressKeys, _Button):
    """A button that Space and Enter press."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            self.click()
        else:
            super().keyPressEvent(event)


class PressButton(PressedByKeys, QPushButton):
    """A button with words that Space and Enter press while it has the keyboard, also where these keys play."""


class IconButton(PressedByKeys, QToolButton):
    """An icon without a frame. `side` names a size in `Metrics` (button, row, field) and `icon_side` the icon's."""

    def __init__(self, theme: Theme, side: str = "row", icon_side: str = "icon", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._side, self._icon_side = theme, side, icon_side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        follow(theme, self)

    @classmethod
    def of(cls, theme: Theme, icon: QIcon, name: str, tip: str = "", parent: QWidget | None = None) -> IconButton:
        """A button without an action; `name` is what a screen reader says and, without a `tip`, the tooltip."""
        button = cls(theme, parent=parent)
        button.setIcon(icon)
        button.setAccessibleName(name)
        button.setToolTip(tip or name)
        return button

    def set_action(self, action: QAction) -> None:
        """Shows and triggers an action from now on."""
        previous = self.defaultAction()
        if previous is not None and previous is not action:
            self.removeAction(previous)
        self.setDefaultAction(action)
        self.setAccessibleName(plain_text(action))

    def apply_metrics(self) -> None:
        side, icon_side = self._sizes()
        self.setFixedSize(side)
        self.setIconSize(QSize(icon_side, icon_side))

    def _sizes(self) -> tuple[QSize, int]:
        """The size of the button and the side of its icon."""
        side = getattr(self._theme.metrics, self._side)
        return QSize(side, side), int(getattr(self._theme.metrics, self._icon_side))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            action = self.defaultAction()
            shortcut = shortcut_text(action) if action is not None else ""
            QToolTip.showText(event.globalPos(), f"{self.toolTip()}  ({shortcut})" if shortcut else self.toolTip(), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, radius = self._theme.tokens, self._theme.metrics.radius_button
        painter = QPainter(self)
        if self.isEnabled() and (self.isDown() or self.underMouse()):
            fill_rounded(painter, self.rect(), radius, tokens.raised if self.isDown() else tokens.card)
        self._paint_icon(painter)
        if self.hasFocus():
            draw_focus(painter, self.rect(), radius, tokens)
        painter.end()

    def _paint_icon(self, painter: QPainter) -> None:
        mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
        self.icon().paint(painter, self._icon_rect().toRect(), Qt.AlignmentFlag.AlignCenter, mode, self._state())

    def _icon_rect(self) -> QRectF:
        side = self.iconSize().width()
        return QRectF((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    def _state(self) -> QIcon.State:
        return QIcon.State.On if self.isChecked() else QIcon.State.Off


class MainButton(IconButton):
    """The one button of a bar that starts and stops what the workspace is for: filled with the accent."""

    _shape: tuple[object, QPixmap] | None = None  # the icon as last drawn, and what it was drawn from

    def _sizes(self) -> tuple[QSize, int]:
        return QSize(*self._theme.metrics.main_button), self._theme.metrics.main_icon

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, radius = self._theme.tokens, self._theme.metrics.radius_button
        painter = QPainter(self)
        ground = tokens.accent if self.isEnabled() else tokens.card
        if self.isEnabled() and (self.isDown() or self.underMouse()):
            ground = mix(ground, tokens.canvas if self.isDown() else tokens.text, 0.15)
        fill_rounded(painter, self.rect(), radius, ground)
        if self.isEnabled():
            painter.drawPixmap(self._icon_rect().topLeft(), self._tinted_icon())
        else:
            self._paint_icon(painter)
        if self.hasFocus():  # the outline is accent on accent: a gap makes it visible
            fill = self.rect().adjusted(2, 2, -2, -2)
            draw_focus(painter, fill, radius - 2, tokens)
            painter.setPen(tokens.on_accent)
            painter.drawRoundedRect(QRectF(fill).adjusted(1.5, 1.5, -1.5, -1.5), radius - 3, radius - 3)
        painter.end()

    def _tinted_icon(self) -> QPixmap:
        icon, side, ratio, color = self.icon(), self.iconSize().width(), self.devicePixelRatioF(), self._theme.tokens.on_accent
        key = (icon.cacheKey(), side, ratio, color.rgba(), self._state())
        if self._shape is None or self._shape[0] != key:
            self._shape = (key, tinted(icon, side, ratio, color, self._state()))
        return self._shape[1]


class ElidedButton(PressButton):
    """A button whose words end in … where there is no room for all of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    @property
    def words(self) -> str:
        """All of them."""
        return self._words

    def set_words(self, words: str) -> None:
        self._words = words
        self.setAccessibleName(words)
        self._fit()
        self.updateGeometry()

    def _around(self) -> int:
        """Pixels that the button needs besides its text."""
        return super().sizeHint().width() - self.fontMetrics().horizontalAdvance(self.text())

    def _fit(self) -> None:
        room = self.width() - self._around()
        self.setText(self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room))

    def width_of(self, words: str) -> int:
        """Pixels that the button would need for them."""
        return self._around() + self.fontMetrics().horizontalAdvance(words) + 1

    def sizeHint(self) -> QSize:
        return QSize(self.width_of(self._words), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), self._around() + self.fontMetrics().averageCharWidth() * 12), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
