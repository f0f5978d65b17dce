"""The list of what runs in the background, over the item of the transport bar: each job with its bar, what it is at, and a button
that cancels it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.focus import focused_within
from nnlab.ui.widgets.job_item import JobRow, draw_share
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.overlay import Overlay

EMPTY = "Nothing runs in the background. Long computations appear here while they run."
WIDTH = 336


class JobsList(Overlay):
    """`cancel_requested(k)` for row k. It lies above `anchor`, or in the corner of the window where that is hidden."""

    cancel_requested = Signal(int)

    def __init__(self, theme: Theme, window: QWidget, anchor: QWidget) -> None:
        super().__init__(theme, window, "Background work")
        self._anchor = anchor
        self.box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.box.setAccessibleName("Background work")
        self.title = Label(theme, "Background work", "name")
        self._empty = Label(theme, EMPTY, "caption", "text2")
        self._empty.setWordWrap(True)
        self.column.addWidget(self.title)
        self.column.addWidget(self._empty)
        self.rows: list[JobLine] = []
        follow(theme, self)

    def open_list(self, rows: Sequence[JobRow]) -> None:
        self.show_rows(rows)
        self.open_box(self.rows[0].cancel if rows and self.rows[0].cancel.isEnabled() else self.box)

    def show_rows(self, rows: Sequence[JobRow]) -> None:
        """Shows these jobs; closes when the last one has gone."""
        had = len(self.rows)
        while len(self.rows) > len(rows):
            line = self.rows.pop()
            self.column.removeWidget(line)
            if focused_within(line) is not None:
                self.box.setFocus(Qt.FocusReason.OtherFocusReason)
            line.hide()
            line.deleteLater()
        while len(self.rows) < len(rows):
            line = JobLine(self._theme)
            line.cancel.clicked.connect(partial(self._ask_to_cancel, len(self.rows)))
            self.rows.append(line)
            self.column.addWidget(line)
        for line, row in zip(self.rows, rows, strict=True):
            line.set_row(row)
        self._empty.setVisible(not rows)
        if self.isHidden():
            return
        if had and not rows:
            self.close_box()
        elif had != len(rows):
            self.place()

    def _ask_to_cancel(self, k: int, checked: bool = False) -> None:
        self.cancel_requested.emit(k)

    def box_rect(self) -> QRect:
        metrics, window = self._theme.metrics, self.window()
        width = min(metrics.px(WIDTH), self.width() - 2 * metrics.grid)
        height = self.column.totalHeightForWidth(width) if self.column.hasHeightForWidth() else self.column.totalSizeHint().height()
        corner = QPoint(self._anchor.width(), 0) if self._anchor.isVisible() else None
        end = self._anchor.mapTo(window, corner) if corner is not None else QPoint(self.width(), self.height() - metrics.transport)
        left = max(metrics.grid, min(end.x() - width, self.width() - width - metrics.grid))
        return QRect(left, max(metrics.grid, end.y() - height - metrics.padding), width, height)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self.column.setContentsMargins(metrics.padding, metrics.px(12), metrics.grid, metrics.px(12))
        self.column.setSpacing(metrics.px(12))
        if not self.isHidden():
            self.place()


class JobLine(QWidget):
    """One job of the list."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.name = ElidedLabel(theme, "", "body")
        self.done = Label(theme, "", "body")
        self.words = ElidedLabel(theme, "", "caption", "text2")
        self.left = Label(theme, "", "caption", "text2")
        self.bar = _ShareBar(theme)
        self.cancel = IconButton.of(theme, icon(theme, "close", color="text2"), "Cancel")
        self._first, self._last = QHBoxLayout(), QHBoxLayout()
        self._first.addWidget(self.name, 1)
        self._first.addWidget(self.done)
        self._last.addWidget(self.words, 1)
        self._last.addWidget(self.left)
        self._column = QVBoxLayout()
        self._column.addLayout(self._first)
        self._column.addWidget(self.bar)
        self._column.addLayout(self._last)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addLayout(self._column, 1)
        self._row.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignVCenter)
        follow(theme, self)

    def set_row(self, row: JobRow) -> None:
        for label, text in ((self.name, row.name), (self.done, row.done), (self.words, row.words), (self.left, row.state)):
            if label.text() != text:
                label.setText(text)
        self.bar.set_share(row.share)
        self.cancel.setEnabled(not row.is_cancelled)
        self.cancel.setAccessibleName(f"Cancel {row.name}")
        self.cancel.setToolTip(f"Cancel {row.name}")
        self.setAccessibleName(", ".join(part for part in (row.name, row.done, row.state) if part))

    def apply_metrics(self) -> None:
        self._column.setSpacing(self._theme.metrics.px(4))
        self._row.setSpacing(self._theme.metrics.grid)
        for line in (self._first, self._last):
            line.setSpacing(self._theme.metrics.grid)


class _ShareBar(QWidget):
    """The thin bar of one job."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._share: float | None = None
        follow(theme, self)

    def set_share(self, share: float | None) -> None:
        if share != self._share:
            self._share = share
            self.update()

    def apply_metrics(self) -> None:
        self.setFixedHeight(3)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_share(painter, self.rect(), self._share, self._theme)
        painter.end()
