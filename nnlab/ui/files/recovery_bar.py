"""Recovery bar: unsaved work that a killed process left behind, one row each, offered and never in the way.

It stands above the canvas until every row is answered or the bar is closed; what is not answered is offered by the next start again.
While it is offered, its lock is held here, so that no second window offers the same work.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from nnlab.files.autosave import LeftBehind, Note
from nnlab.ui.files.autosave import OwnedCopy
from nnlab.ui.look.glyphs import symbol
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton, PressButton
from nnlab.ui.widgets.label import ElidedLabel, Label

MOST_ROWS = 3


class RecoveryBar(QWidget):
    """Hidden while there is nothing to offer.

    `recover(OwnedCopy, LeftBehind)` opens a copy and answers whether it could; the copy then belongs to it. `may_discard(name)` asks
    whether a copy may be deleted.
    """

    changed = Signal()  # what is offered

    def __init__(
        self, theme: Theme, recover: Callable[[OwnedCopy, LeftBehind], bool], may_discard: Callable[[str], bool],
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._theme, self._recover, self._may_discard = theme, recover, may_discard
        self._offered: list[tuple[OwnedCopy, LeftBehind]] = []
        self.rows: list[RecoveryRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.setAccessibleName("Unsaved work that can be recovered")
        follow(theme, self)
        self.hide()

    @property
    def offered(self) -> tuple[LeftBehind, ...]:
        """What can be recovered, newest first."""
        return tuple(left for _, left in self._offered)

    def offer(self, found: list[tuple[OwnedCopy, LeftBehind]]) -> None:
        """Shows these copies besides those offered already."""
        self._offered += found
        self._fill()

    def recover_newest(self) -> None:
        """What the first button does; without anything to recover, nothing."""
        if self._offered:
            self.recover(self._offered[0][1])

    def recover(self, left: LeftBehind) -> None:
        """Opens a copy; one that cannot be opened stays offered."""
        pair = self._pair(left)
        if self._recover(*pair):
            self._answer(pair)

    def discard(self, left: LeftBehind) -> None:
        """Deletes a copy, once the person confirmed it."""
        pair = self._pair(left)
        if self._may_discard(left.note.name):
            pair[0].remove()
            self._answer(pair)

    def leave(self) -> None:
        """Offers nothing any more; what was not answered waits for the next start."""
        for owned, _ in self._offered:
            owned.release()
        self._offered.clear()
        self._fill()

    def _pair(self, left: LeftBehind) -> tuple[OwnedCopy, LeftBehind]:
        return next(pair for pair in self._offered if pair[1] is left)

    def _answer(self, pair: tuple[OwnedCopy, LeftBehind]) -> None:
        self._offered.remove(pair)
        self._fill()

    def _fill(self) -> None:
        for row in self.rows:
            row.hide()
            self._column.removeWidget(row)
            row.deleteLater()
        shown = self._offered[:MOST_ROWS]
        self.rows = [RecoveryRow(self._theme, self, left) for _, left in shown]
        for row in self.rows[1:]:
            row.close_button.hide()
        if len(self._offered) > len(shown):
            self.rows[-1].more.setText(f"and {len(self._offered) - len(shown)} more")
        for row in self.rows:
            self._column.addWidget(row)
        self.setVisible(bool(self.rows))
        self.changed.emit()
        if self.rows:
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def apply_metrics(self) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.tokens.raised)
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._theme.tokens.line)
        painter.end()


class RecoveryRow(QWidget):
    """One copy: whose unsaved work it is and from when, and what can be done with it."""

    def __init__(self, theme: Theme, bar: RecoveryBar, left: LeftBehind) -> None:
        super().__init__(bar)
        self._theme = theme
        name = left.note.name
        self.title = Label(theme, f"Unsaved work of “{name}”", "name")
        self.detail = ElidedLabel(theme, in_words(left.note), "body", "text2")
        self.detail.setToolTip(left.note.original or "Never saved to a file")
        self.more = Label(theme, "", "caption", "text2")
        self.recover = _button("Recover", f"Recover the unsaved work of {name}", lambda: bar.recover(left))
        self.recover.setToolTip("Opens it with its weights, as unsaved work")
        self.discard = _button("Discard…", f"Discard the unsaved work of {name}", lambda: bar.discard(left))
        self.close_button = IconButton.of(theme, icon(theme, "close", color="text2"), "Later", "Later: the next start asks again (Esc)")
        self.close_button.clicked.connect(bar.leave)
        policy = self.close_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the buttons of all rows stand below each other
        self.close_button.setSizePolicy(policy)
        self._row = QHBoxLayout(self)
        self._row.addWidget(_RowIcon(theme))
        self._row.addWidget(self.title)
        self._row.addWidget(self.detail, 1)
        for widget in (self.more, self.recover, self.discard, self.close_button):
            self._row.addWidget(widget)
        follow(theme, self)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self.setFixedHeight(metrics.header)
        self._row.setContentsMargins(metrics.padding, 0, metrics.grid, 0)
        self._row.setSpacing(metrics.grid)


class _RowIcon(QWidget):
    """The icon in front of a row."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.setFixedSize(self._theme.metrics.icon, self._theme.metrics.icon)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        symbol("backup-restore").draw(painter, QRectF(self.rect()), self._theme.tokens.text2)
        painter.end()


def _button(text: str, name: str, act: Callable[[], None]) -> QPushButton:
    button = PressButton(text)
    button.setAccessibleName(name)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(act)
    return button


def in_words(note: Note) -> str:
    """When the work was last kept and how far its training was."""
    when = ago(time.time() - note.time, note.time)
    return f"saved {when}, at iteration {note.iteration:,}" if note.iteration else f"saved {when}"


def ago(seconds: float, moment: float) -> str:
    """A time as people say it: just now, 3 minutes ago, 2 hours ago, on 24 November 2026."""
    if seconds < 60:
        return "just now"
    for unit, length, most in (("minute", 60, 3600), ("hour", 3600, 86_400)):
        if seconds < most:
            count = int(seconds / length)
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    day = datetime.fromtimestamp(moment)
    return f"on {day.day} {day:%B %Y}"
