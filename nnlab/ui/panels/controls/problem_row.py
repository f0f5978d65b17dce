"""One problem as a row: its icon, its node, its sentence, and a button for every fix.

While the pointer is on a button, or the keyboard's focus, the sentence gives way to what that fix would change and what it would leave.
Fixes are sought when the row comes into sight (`show_fixes`), for each has to be tried.

Keys: Up and Down walk over the rows, Enter applies the first fix, Space shows the node again, Right and Tab lead to the buttons.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QWidget

from nnlab.graph.diagnostic import Diagnostic
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton, PressButton
from nnlab.ui.widgets.label import ElidedLabel
from nnlab.ui.widgets.painting import draw_focus
from nnlab.ui.widgets.picked_row import PickedRow

NODE_WIDTH = 96
SENTENCE_WIDTH = 300  # what the sentence keeps, however many fixes there are
_SEVERITIES = {"error": ("error", "Error"), "warning": ("warn", "Warning")}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Home: -10_000, Qt.Key.Key_End: 10_000}


class ProblemRow(PickedRow):
    """Space picks it, too; `fix_chosen(fix)`."""

    fix_chosen = Signal(object)

    def __init__(self, theme: Theme, problem: Diagnostic) -> None:
        super().__init__()
        self._theme, self._problem = theme, problem
        self._has_fixes = False
        self._icon = QLabel()
        self._node = ElidedLabel(theme, "", "option")
        self._sentence = ElidedLabel(theme, "", "body", "text2")
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._icon)
        self._row.addWidget(self._node)
        self._row.addWidget(self._sentence, 1)
        self._buttons: list[QPushButton] = []  # as many as were ever needed
        self._more = IconButton.of(theme, icon(theme, "down", color="text2"), "More fixes", "More ways to fix it")
        self._more.clicked.connect(self._open_menu)
        self._more.installEventFilter(self)
        self._row.addWidget(self._more)
        theme.changed.connect(self.apply_metrics)
        self.problem = problem
        follow(theme, self)

    @property
    def problem(self) -> Diagnostic:
        return self._problem

    @problem.setter
    def problem(self, problem: Diagnostic) -> None:
        """Shows another problem. Its fixes come with the next `show_fixes`; where the row stood in sight already, now."""
        same = (problem.message, problem.node_id) == (self._problem.message, self._problem.node_id)
        self._problem, had_fixes = problem, self._has_fixes
        self._has_fixes = False
        self._node.setText(problem.node_id or "")
        self._node.setVisible(problem.node_id is not None)  # what is no node's has the whole row for its sentence
        self.setCursor(Qt.CursorShape.PointingHandCursor if problem.node_id else Qt.CursorShape.ArrowCursor)
        self._draw_icon()
        if same and had_fixes:
            self.show_fixes()
        else:
            self._preview(None)
            self._name()
            self._share_room()

    @property
    def buttons(self) -> list[QPushButton]:
        """The buttons of the fixes that were sought, best first."""
        return self._buttons[: len(self._problem.fixes)] if self._has_fixes else []

    @property
    def button(self) -> QPushButton | None:
        """The button of the first fix."""
        self.show_fixes()
        return self.buttons[0] if self.buttons else None

    def show_fixes(self) -> None:
        """Seeks the problem's fixes, if that was not done, and shows a button for each."""
        if self._has_fixes:
            return
        self._has_fixes = True
        while len(self._buttons) < len(self._problem.fixes):
            self._add_button()
        for button, fix in zip(self._buttons, self._problem.fixes, strict=False):
            button.setText(fix.label)
            button.setAccessibleDescription(f"{fix.outlook} Can be undone.")
            button.setToolTip(f"{fix.name}. {fix.outlook}\nCan be undone.")
        self._preview(next((i for i, button in enumerate(self.buttons) if button.hasFocus() or button.underMouse()), None))
        self._name()
        self._share_room()

    def _add_button(self) -> None:
        """One more button. Buttons are kept, not made again: one that is pressed may not vanish under its own event."""
        place = len(self._buttons)
        button = PressButton(self)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        button.setCursor(Qt.CursorShape.ArrowCursor)
        button.clicked.connect(lambda: self._apply(place))
        button.installEventFilter(self)
        self._buttons.append(button)
        self._row.insertWidget(3 + place, button)
        for before, after in pairwise((self, *self._buttons, self._more)):
            QWidget.setTabOrder(before, after)

    def _apply(self, place: int) -> None:
        if place < len(self._problem.fixes):
            self.fix_chosen.emit(self._problem.fixes[place])

    def _open_menu(self) -> None:
        """The fixes there is no room for."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for place, button in enumerate(self.buttons):
            if button.isHidden():
                action = menu.addAction(button.text(), partial(self._apply, place))
                action.setToolTip(button.toolTip())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _name(self) -> None:
        word = _SEVERITIES[self._problem.severity][1]
        where = f" in {self._problem.node_id}" if self._problem.node_id else ""
        self._icon.setAccessibleName(word)
        self.setAccessibleName(f"{word}{where}: {self._problem.message}")
        self.setAccessibleDescription(f"Enter: {self.buttons[0].text()}" if self.buttons else "")

    # Room

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self.setFixedHeight(metrics.form_row + metrics.px(4))
        self._row.setContentsMargins(metrics.padding, 0, metrics.padding, 0)
        self._row.setSpacing(metrics.px(12))
        self._node.setFixedWidth(metrics.px(NODE_WIDTH))
        self._draw_icon()
        self._share_room()
        self.update()

    def _draw_icon(self) -> None:
        side = self._theme.metrics.icon
        symbol = icon(self._theme, self._problem.severity, color=_SEVERITIES[self._problem.severity][0])
        self._icon.setPixmap(symbol.pixmap(QSize(side, side), self.devicePixelRatioF()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """Shows as many buttons as leave the sentence its room, one at least; a menu has the others."""
        metrics = self._theme.metrics
        spacing = metrics.px(12)
        room = self.width() - 2 * metrics.padding - metrics.icon - metrics.px(NODE_WIDTH + SENTENCE_WIDTH) - 2 * spacing
        widths = [button.sizeHint().width() + spacing for button in self.buttons]
        fits = len(widths)
        while fits > 1 and sum(widths[:fits]) + (self._more.width() + spacing if fits < len(widths) else 0) > room:
            fits -= 1
        for place, button in enumerate(self._buttons):
            button.setVisible(place < fits)
        self._more.setVisible(fits < len(widths))

    # Following the pointer and the focus

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched in self._buttons and kind in (QEvent.Type.Enter, QEvent.Type.Leave, QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            shown = next((b for b in self.buttons if b is watched and kind in (QEvent.Type.Enter, QEvent.Type.FocusIn)), None)
            self._preview(self.buttons.index(shown) if shown is not None else None)
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in _STEPS:
            self.moved.emit(_STEPS[Qt.Key(event.key())])
            return True
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in _ENTER and isinstance(watched, QPushButton):
            watched.click()  # a button of a window reacts to Space alone
            return True
        return super().eventFilter(watched, event)

    def _preview(self, place: int | None) -> None:
        """Says what a fix would do in the place of what is wrong."""
        fixes = self._problem.fixes if self._has_fixes else ()
        is_shown = place is not None and place < len(fixes)
        self._sentence.setText(fixes[place].outlook if is_shown and place is not None else self._problem.message)
        self._sentence.set_color("text" if is_shown else "text2")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in _ENTER and self.button is not None:
            self._apply(0)
        elif key in (*_ENTER, Qt.Key.Key_Space):
            self.picked.emit()
        elif key in _STEPS:
            self.moved.emit(_STEPS[Qt.Key(key)])
        elif key == Qt.Key.Key_Right and self.button is not None:
            self.buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens = self._theme.tokens
        if self.is_current:
            painter.fillRect(self.rect(), tokens.sel)
        elif self.underMouse():
            painter.fillRect(self.rect(), tokens.card)
        if self.hasFocus():
            draw_focus(painter, self.rect().adjusted(2, 1, -2, -1), self._theme.metrics.radius_field, tokens)
        painter.end()
