"""Overlay: a box over the window it belongs to, as the command palette and the shortcut sheet are.

The widget itself covers the window without being seen, so that a click beside the box is noticed. It closes by Escape, by a click
elsewhere, and when the focus goes elsewhere in the window; the focus then is where it was before.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.focus import focused_within, widgets_within
from nnlab.ui.widgets.painting import fill_rounded, outline_rounded
from nnlab.ui.widgets.required import application, parent_of


class Overlay(QWidget):
    """`box` is what is seen; subclasses fill `column`, say in `box_rect` where it lies, and whom `first_focus` belongs to."""

    def __init__(self, theme: Theme, window: QWidget, name: str) -> None:
        super().__init__(window)
        self._theme = theme
        self._before: QWidget | None = None  # had the focus when the box was opened
        self.setAccessibleName(name)
        self.box = _Box(theme, self)
        self.column = QVBoxLayout(self.box)
        self.hide()
        window.installEventFilter(self)
        application().focusChanged.connect(self._focus_changed)

    def box_rect(self) -> QRect:
        """Where the box lies, in the window's coordinates."""
        raise NotImplementedError

    def open_box(self, first_focus: QWidget) -> None:
        """Shows the box and gives one of its widgets the keyboard."""
        if self.isHidden():
            self._before = focused_within(self.window())
        self.place()
        self.show()
        self.raise_()
        first_focus.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_box(self) -> None:
        """Hides it; the focus goes back to where it was, unless it has gone elsewhere already."""
        if self.isHidden():
            return
        before, self._before = self._before, None
        had_focus = focused_within(self) is not None or focused_within(self.window()) is None
        self.hide()
        if had_focus and before is not None and isValid(before):
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Covers the window and lays the box where it belongs."""
        self.setGeometry(parent_of(self).rect())
        self.box.setGeometry(self.box_rect())

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab stays within the box, as in a dialog."""
        inside = [w for w in widgets_within(self.box) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible() and w.isEnabled()]
        if not inside:
            return True
        focused = focused_within(self)
        at = inside.index(focused) if focused in inside else -1
        inside[(at + (1 if forward else -1)) % len(inside)].setFocus(
            Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        )
        return True

    def _focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        # Focus that leaves the application comes back; focus elsewhere in the window means the person went on.
        if now is not None and not self.isHidden() and not self.keeps_open(now):
            self.close_box()

    def keeps_open(self, now: QWidget) -> bool:
        """Whether the box stays when a widget gets the keyboard: one of its own, or in a list that one of its own has opened."""
        within: QWidget | None = now
        while within is not None and within is not self:
            within = within.parentWidget()
        return within is self

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_box()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.close_box()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self.place()
        return super().eventFilter(watched, event)


class _Box(QWidget):
    """What is seen of an overlay."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        theme.changed.connect(self.update)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # a click between two parts is not beside the box

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, radius = self._theme.tokens, self._theme.metrics.radius_card
        painter = QPainter(self)
        fill_rounded(painter, self.rect(), radius, tokens.raised)
        outline_rounded(painter, self.rect(), radius, tokens.stroke)
        painter.end()
