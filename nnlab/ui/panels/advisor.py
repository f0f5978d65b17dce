"""Advisor: which loss and output layer suit the target column, why, and what in the network does not; applied as one undoable edit."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.studies.advice import Advice, advise, column_of
from nnlab.studies.target_column import TargetColumn
from nnlab.ui.look import numbers
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.widgets.label import ElidedLabel, Label

MOST_BARS = 6
MOST_WARNINGS = 4


class ValueBars(QWidget):
    """How many rows hold each value of the column: a bar each, the most frequent as long as there is room."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[tuple[str, int]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.updateGeometry()

    def show_counts(self, advice: Advice) -> None:
        items = list(advice.frequencies.items())
        self._rows = items if len(items) <= MOST_BARS else []
        self.setVisible(bool(self._rows))
        self.setAccessibleName(", ".join(f"{name}: {count} rows" for name, count in self._rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(120), self._theme.metrics.px(18) * len(self._rows))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, px, tokens = QPainter(self), self._theme.metrics.px, self._theme.tokens
        painter.setFont(self._theme.font("caption"))
        most, row = max((count for _, count in self._rows), default=1), px(18)
        label, value = px(92), px(44)
        metrics = painter.fontMetrics()
        for k, (name, count) in enumerate(self._rows):
            painter.setPen(tokens.text2)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, label - px(8))
            painter.drawText(0, k * row, label - px(8), row, Qt.AlignmentFlag.AlignVCenter, text)
            room = max(1, self.width() - label - value)
            painter.fillRect(label, k * row + row // 2 - px(4), max(1, room * count // most), px(8), tokens.stroke)
            right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(self.width() - value, k * row, value, row, right, numbers.count(count))
        painter.end()


class WarningRow(QWidget):
    """A mismatch, with its icon."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        self._theme = theme
        self._sign = icon(theme, "warning", color="warn")
        words = Label(theme, text, "body", "text2")
        words.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.metrics.icon + theme.metrics.px(8), 0, 0, 0)
        row.addWidget(words, 1)
        self.setAccessibleName(f"Warning: {text}")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._sign.paint(painter, 0, 0, self._theme.metrics.icon, self._theme.metrics.icon)
        painter.end()


class AdvisorPanel(LivePanel):
    """Reads the column beside the display whenever the data change; judges the network with every edit."""

    name = "advisor"
    title = "Advisor"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "Says which loss suits the target as soon as there are data.", parent)
        theme = services.theme
        self._column: TargetColumn | None = None
        self._read_for: object = None
        self._job: LiveJob | None = None
        self.advice: Advice | None = None
        self.column_name = ElidedLabel(theme, "", "body", "text2")
        self.column_name.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.add_option(self.column_name)
        self.headline = Label(theme, "", "title")
        self.headline.setWordWrap(True)
        self.bars = ValueBars(theme)
        self.reason = Label(theme, "", "body", "text2")
        self.reason.setWordWrap(True)
        self.apply_button = QPushButton("Apply")
        self.apply_button.setToolTip("Gives the network this loss and output layer, as one change that can be undone")
        self.apply_button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.apply_button.clicked.connect(self.apply)
        self._warnings = QVBoxLayout()
        page = QWidget()
        self._stack = QVBoxLayout(page)
        for widget in (self.headline, self.reason, self.bars, self.apply_button):
            self._stack.addWidget(widget)
        self._stack.addLayout(self._warnings)
        self._stack.addStretch(1)
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it has the focus
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        self.set_content(area)
        self.apply_metrics()
        services.document.changed.connect(lambda _: self._judge())
        services.document.data_changed.connect(self._read)
        services.document.replaced.connect(self._read)
        self._read()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_stack"):
            metrics = self._theme.metrics
            self._stack.setContentsMargins(metrics.padding, 0, metrics.padding, metrics.padding)
            self._stack.setSpacing(metrics.px(10))
            self._warnings.setSpacing(metrics.px(6))

    def _read(self) -> None:
        """Reads the target column in a job, since a table may be large."""
        data = self._services.document.project.data
        if data == self._read_for:
            self._judge()
            return
        self._read_for, self._column = data, None
        if self._job is not None:
            self._job.cancel()
        self._job = self._services.session.jobs.start("Reading the target", lambda context: column_of(data), quiet=True, lane="advice")
        self._job.finished.connect(self._take)
        self._job.failed.connect(self._say_why_not)

    def _take(self, column: TargetColumn) -> None:
        self._column = column
        self._judge()

    def _say_why_not(self, sentence: str, detail: str) -> None:
        self.set_empty(sentence)

    def _judge(self) -> None:
        if self._column is None:
            return
        self.set_empty(None)
        graph = self._services.document.graph
        self.advice = found = advise(self._column, graph)
        self.column_name.setText(f"column {found.column}")
        self.headline.setText(found.headline)
        self.reason.setText(found.reason)
        self.bars.show_counts(found)
        self.apply_button.setVisible(found.loss is not None and self._changes_something(found))
        while (item := self._warnings.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for text in found.warnings[:MOST_WARNINGS]:
            self._warnings.addWidget(WarningRow(self._theme, text))

    def _changes_something(self, advice: Advice) -> bool:
        graph = self._services.document.graph
        try:
            return advice.apply(graph) != graph
        except NNLabError:
            return False

    def apply(self) -> None:
        """The recommended loss and output layer, as one undoable edit."""
        if self.advice is None:
            return
        document = self._services.document
        try:
            graph = self.advice.apply(document.graph)
        except NNLabError as error:
            self._services.session.failed.emit(str(error), "")
            return
        document.edit(self.advice.headline, replace(document.project, graph=graph))
