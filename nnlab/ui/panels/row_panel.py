"""What panels of rows share: rows under one another that scroll, and below them what always stands there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from nnlab.ui.panels.base import LivePanel

LOWEST = 120  # pixels at 100 %
Row = TypeVar("Row", bound=QWidget)


class RowPanel(LivePanel):
    """A subclass calls `set_below` once, then `fit` whenever it has another number of rows."""

    _around: QVBoxLayout | None = None

    def set_below(self, *parts: QWidget) -> None:
        """What stands below the rows."""
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._around = QVBoxLayout()
        for part in parts:
            self._around.addWidget(part)
        self._column.addLayout(self._around)
        self._column.addStretch(1)
        self._area = QScrollArea()
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidgetResizable(True)
        self._area.setWidget(page)
        self.set_content(self._area)

    def fit(self, rows: list[Row], number: int, make: Callable[[], Row], before: int = 0) -> None:
        """Drops rows, or makes some, until there are `number`; `before`: how many of another kind stand above them."""
        while len(rows) > number:
            row = rows.pop()
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        while len(rows) < number:
            row = make()
            self._column.insertWidget(before + len(rows), row)
            rows.append(row)

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if self._around is not None:
            metrics = self._theme.metrics
            self._around.setContentsMargins(metrics.padding, metrics.px(4), metrics.padding, metrics.padding)
            self._around.setSpacing(metrics.px(4))

    def minimumSizeHint(self) -> QSize:
        """What a sentence needs in the narrowest panel is no measure: among the stepper's tabs it would take the canvas's height."""
        hint = super().minimumSizeHint()
        return QSize(hint.width(), min(hint.height(), self._services.theme.metrics.px(LOWEST)))
