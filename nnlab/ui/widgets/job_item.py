"""What runs in the background, in the room of two counters: name, share done, time left, a thin bar, and a button that cancels.

Several jobs become one number and one bar; pressing the item asks for the list of them (`opened`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton, PressedByKeys
from nnlab.ui.widgets.painting import draw_focus, fill_rounded

NO_BREAK_SPACE = "\u00a0"
STARTING, CANCELLING = "starting …", "cancelling …"


@dataclass(frozen=True)
class JobRow:
    """A job as it is shown. `share` is what is done, from 0 to 1, None before anything is known; `words` say what it is at."""

    name: str
    share: float | None
    left: str = ""  # "about 12 s left"
    words: str = ""
    is_cancelled: bool = False

    @property
    def done(self) -> str:
        """The share in whole percent, rounded down: 100 % is the end."""
        return "" if self.share is None else f"{math.floor(100 * self.share)}{NO_BREAK_SPACE}%"

    @property
    def state(self) -> str:
        """What stands beside the percentage."""
        return CANCELLING if self.is_cancelled else STARTING if self.share is None else self.left


def together(rows: Sequence[JobRow]) -> JobRow:
    """Several jobs as one: their number, the mean of their shares, and the time that can be told of no one of them."""
    if len(rows) == 1:
        return rows[0]
    share = sum(row.share or 0.0 for row in rows) / len(rows)
    return JobRow(f"{len(rows)} background jobs", share, is_cancelled=all(row.is_cancelled for row in rows))


class JobItem(QWidget):
    """`opened` when somebody wants the list, `cancel_requested` when the only job is to be cancelled."""

    opened = Signal()
    cancel_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.summary = JobSummary(theme)
        self.summary.clicked.connect(self.opened)
        self.cancel = IconButton.of(theme, icon(theme, "close", color="text2"), "Cancel")
        self.cancel.clicked.connect(self.cancel_requested)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(0)
        self._row.addWidget(self.summary)
        self._row.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignVCenter)
        follow(theme, self)
        self.hide()

    def show_rows(self, rows: Sequence[JobRow]) -> None:
        """Shows jobs, at least one."""
        row = together(rows)
        self.summary.set_row(row)
        self.cancel.setVisible(len(rows) == 1)
        self.cancel.setEnabled(not row.is_cancelled)
        if self.cancel.accessibleName() != f"Cancel {row.name}":
            self.cancel.setAccessibleName(f"Cancel {row.name}")
            self.cancel.setToolTip(f"Cancel {row.name}")

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._row.setContentsMargins(metrics.px(6), 0, metrics.px(2), 0)
        self.setFixedSize(metrics.px(204) + metrics.row, metrics.transport - metrics.grid)

    def sizeHint(self) -> QSize:
        return self.size()


class JobSummary(PressedByKeys, QAbstractButton):
    """The written part, which opens the list: laid out as a counter is, so that it stands in line with them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.row = JobRow("", None)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self.update)

    def set_row(self, row: JobRow) -> None:
        if row == self.row:
            return
        self.row = row
        said = ", ".join(part for part in (row.name, row.done, row.state) if part)
        self.setAccessibleName(f"Background work: {said}")
        self.setToolTip(f"{row.name}: {row.words}" if row.words else f"{row.name}: shows what runs in the background")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(196), self._theme.metrics.transport - self._theme.metrics.grid)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(60), self._theme.metrics.row)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, metrics, row = self._theme.tokens, self._theme.metrics, self.row
        painter = QPainter(self)
        frame = self.rect().adjusted(0, 2, 0, -2)
        if self.isDown() or self.underMouse():
            fill_rounded(painter, frame, metrics.radius_button, tokens.raised if self.isDown() else tokens.card)
        inner = self.rect().adjusted(metrics.grid, 0, -metrics.grid, 0)
        caption, counter = self._theme.font("caption"), self._theme.font("counter")
        small, large = QFontMetrics(caption), QFontMetrics(counter)
        top = QRect(inner.left(), self.height() // 2 - small.height() - 1, inner.width(), small.height())
        below = QRect(inner.left(), self.height() // 2 - 1, inner.width(), large.height())
        painter.setFont(caption)
        painter.setPen(tokens.text2)
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter, small.elidedText(row.name, Qt.TextElideMode.ElideRight, top.width()))
        painter.setFont(counter)
        painter.setPen(tokens.text)
        painter.drawText(below, Qt.AlignmentFlag.AlignTop, row.done)
        painter.setFont(caption)
        painter.setPen(tokens.text2)
        baseline = below.top() + large.ascent()  # both sizes stand on one line
        painter.drawText(below.right() + 1 - small.horizontalAdvance(row.state) if row.done else below.left(), baseline, row.state)
        draw_share(painter, QRect(inner.left(), below.bottom() + 1, inner.width(), 3), row.share, self._theme)
        if self.hasFocus():
            draw_focus(painter, frame, metrics.radius_button, tokens)
        painter.end()


def draw_share(painter: QPainter, rect: QRect, share: float | None, theme: Theme) -> None:
    """A thin bar filled to a share of one, from the left; empty while nothing is known."""
    bar, radius = QRectF(rect), rect.height() / 2
    fill_rounded(painter, bar, radius, theme.tokens.line)
    if share:
        bar.setWidth(max(bar.height(), bar.width() * min(1.0, share)))
        fill_rounded(painter, bar, radius, theme.tokens.accent)
