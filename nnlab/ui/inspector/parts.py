"""Small parts the inspector's pages are put together from: captions, formulas, name, shapes, problems."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from nnlab.graph.validation import Diagnostic, Fix
from nnlab.ui.look.formula import draw_formula, keep, typeset
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.text_undo import share_undo


class Caption(Label):
    """The heading of a group of rows."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, text, "caption", "text2", parent)

    def apply_metrics(self) -> None:
        super().apply_metrics()
        self.setContentsMargins(0, self._theme.metrics.px(10), 0, self._theme.metrics.px(2))


class Formulas(QWidget):
    """Formulas under one another, each made smaller where it would not fit."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._texts: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        follow(theme, self)

    @property
    def texts(self) -> tuple[str, ...]:
        return self._texts

    def show_formulas(self, texts: tuple[str, ...]) -> None:
        if texts != self._texts:
            self._texts = texts
            for text in texts:
                keep(text)
            self.setAccessibleName("Formula " + "; ".join(texts))
            self.apply_metrics()

    def apply_metrics(self) -> None:
        self.setFixedHeight(round(sum(self._height(text) for text in self._texts)) + 2)
        self.update()

    @property
    def _size(self) -> float:
        return self._theme.metrics.formula_small * 1.25

    def _scaled(self, text: str) -> float:
        """The size at which a formula fits."""
        return min(self._size, max(self.width(), 1) / max(typeset(text).width, 0.1))

    def _height(self, text: str) -> float:
        return typeset(text).height * self._scaled(text) + self._theme.metrics.px(8)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.apply_metrics()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(160), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        y = float(self._theme.metrics.px(4))
        for text in self._texts:
            formula = typeset(text)
            size = self._scaled(text)
            draw_formula(painter, QPointF(0, y + formula.ascent * size), text, size, self._theme.tokens.text)
            y += self._height(text)
        painter.end()


class NameField(QLineEdit):
    """A node's name as a heading that can be typed over. `renamed(name)` when the person has decided on another."""

    renamed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._name = theme, ""
        share_undo(self)
        self.setProperty("flat", True)
        self.setTextMargins(-2, 0, 0, 0)  # Qt's own margin: the name stands above the line below it
        self.setAccessibleName("Name of the node")
        self.setToolTip("Click to rename. The name also names the parameters: hidden.weight")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.returnPressed.connect(self.clearFocus)
        self.editingFinished.connect(self._decide)
        follow(theme, self)

    def show_name(self, name: str) -> None:
        """Shows a name; what is being typed is given up."""
        self._name = name
        self.setText(name)
        self.setCursorPosition(0)

    def apply_metrics(self) -> None:
        self.setFont(self._theme.font("title"))

    def _decide(self) -> None:
        name = self.text().strip()
        if name and name != self._name:
            self.renamed.emit(name)
        elif not name:
            self.setText(self._name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._name)
            self.clearFocus()
        else:
            super().keyPressEvent(event)


class PropertyTable(QWidget):
    """Pairs of words, the second ones in a column: shapes, sources, counts."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[tuple[str, str], ...] = ()
        self._labels: list[tuple[Label, Label]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(1, 1)
        follow(theme, self)

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        return self._rows

    def show_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Shows other pairs; labels are made as they are needed and kept."""
        self._rows = tuple(rows)
        while len(self._labels) < len(self._rows):
            pair = (Label(self._theme, "", "body", "text2"), Label(self._theme, "", "body"))
            pair[1].setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            pair[1].setWordWrap(True)
            self._grid.addWidget(pair[0], len(self._labels), 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(pair[1], len(self._labels), 1)
            self._labels.append(pair)
        for k, pair in enumerate(self._labels):
            for label, text in zip(pair, self._rows[k] if k < len(self._rows) else ("", ""), strict=True):
                label.setVisible(k < len(self._rows))
                if label.text() != text:
                    label.setText(text)
        self.apply_metrics()

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._grid.setColumnMinimumWidth(0, metrics.label)
        self._grid.setHorizontalSpacing(metrics.grid)
        self._grid.setVerticalSpacing(0)
        for words, value in self._labels:
            words.setFixedHeight(metrics.value_row)
            value.setMinimumHeight(metrics.value_row)


MOST_FIXES = 3  # under one problem; the problems panel has them all


class Problems(QWidget):
    """Diagnostics of a node with buttons for their remedies. `fix_chosen(Fix)` when one is pressed."""

    fix_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[Diagnostic, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self._column.setSpacing(self._theme.metrics.grid)

    def show_problems(self, problems: tuple[Diagnostic, ...]) -> None:
        if problems == self._shown:
            return
        self._shown = problems
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for problem in problems:
            self._column.addWidget(self._row(problem))
        self.setVisible(bool(problems))

    def _row(self, problem: Diagnostic) -> QWidget:
        row = QWidget()
        grid = QGridLayout(row)
        grid.setContentsMargins(0, self._theme.metrics.grid, 0, 0)
        grid.setColumnStretch(1, 1)
        sign = QLabel()
        side = self._theme.metrics.icon
        is_error = problem.severity == "error"
        sign.setPixmap(icon(self._theme, "error" if is_error else "warning", color="error" if is_error else "warn").pixmap(side, side))
        sign.setAccessibleName(problem.severity)
        text = Label(self._theme, problem.message, "body")
        text.setWordWrap(True)
        grid.addWidget(sign, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(text, 0, 1)
        for place, fix in enumerate(problem.fixes[:MOST_FIXES]):
            grid.addWidget(self._button(fix), 1 + place, 1)
        return row

    def _button(self, fix: Fix) -> QPushButton:
        button = PressButton(fix.label)
        button.setToolTip(f"{fix.name}. {fix.outlook}\nCan be undone.")
        button.clicked.connect(lambda checked=False, fix=fix: self.fix_chosen.emit(fix))
        return button


class PartColumn(QWidget):
    """Parts under one another with the panel's margins."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        follow(theme, self)

    def put(self, *widgets: QWidget) -> None:
        for widget in widgets:
            self._column.addWidget(widget)

    def apply_metrics(self) -> None:
        padding = self.theme.metrics.padding
        self._column.setContentsMargins(padding, 0, padding, 0)


def in_reading_order(*widgets: QWidget) -> None:
    """Lets Tab walk through widgets as one reads them: Qt's own order is that in which they were made, and forms are made again."""
    for before, after in pairwise(widgets):
        QWidget.setTabOrder(before, after)


def button(text: str, tip: str, run: Callable[[], None]) -> QPushButton:
    """A quiet button."""
    made = PressButton(text)
    made.setToolTip(tip)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    made.clicked.connect(lambda checked=False: run())
    return made
