"""The runs of a project as a table: the one under way first, then those that were kept, newest first.

Only settings in which runs differ have a column; a value that is the same in the run under way is written faintly. The first column shows
how the run's line is dashed in the loss plot, or an eye that is closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)
from shiboken6 import isValid

from nnlab.training.kept_run import KeptRun
from nnlab.ui.look.icons import glyph
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.plot import FADED, line_pen, thicker
from nnlab.ui.widgets.model_index import ModelIndex

SAMPLE, NAME = 0, 1  # columns
LENGTH = 26  # of a line's sample
_LINE = Qt.ItemDataRole(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True)
class LineSample:
    """How a run's line is drawn. `dash` is empty for a solid one; None: it is not shown."""

    dash: tuple[float, ...] | None
    has_band: bool = False
    is_pinned: bool = False


@dataclass(frozen=True)
class TableRow:
    """`run` is None for the run under way. `settings` are texts by heading, `figures` the last columns."""

    run: KeptRun | None
    name: str
    sample: LineSample
    settings: Mapping[str, str]
    figures: tuple[str, ...]


class RunTable(QTableWidget):
    """`toggled(run)` shows or hides it, `renamed(run, name)`, `deleted(run)`, `hovered(number or None)`."""

    toggled = Signal(object)
    renamed = Signal(object, str)
    deleted = Signal(object)
    hovered = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(0, 2, parent)
        self._theme = theme
        self._rows: Sequence[TableRow] = ()
        self._headings: tuple[str, ...] = ()
        self._said: dict[int, object] = {}  # by row, what its cells say and look like
        self._is_filling = False
        self.setAccessibleName("Runs")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setMinimumSectionSize(1)
        self.setItemDelegateForColumn(SAMPLE, _SampleDelegate(theme, self))
        self.itemChanged.connect(self._on_edited)
        self.cellClicked.connect(self._on_clicked)
        self.cellEntered.connect(self._on_entered)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.setFont(self._theme.font("body"))
        self.horizontalHeader().setFont(self._theme.font("caption"))
        self.verticalHeader().setDefaultSectionSize(self._theme.metrics.value_row)
        if self._rows:
            self.show_rows(self._headings, self._rows)

    @property
    def rows(self) -> Sequence[TableRow]:
        return self._rows

    @property
    def current_run(self) -> KeptRun | None:
        """The kept run of the current row."""
        row = self.currentRow()
        return self._rows[row].run if 0 <= row < len(self._rows) else None

    def show_rows(self, headings: tuple[str, ...], rows: Sequence[TableRow]) -> None:
        """`headings` of the settings and figures. Only cells that say something else are touched."""
        current, self._is_filling = self.current_run, True
        self._rows, names = rows, ("", "run", *headings)
        if headings != self._headings or self.columnCount() != len(names):
            self._headings = headings
            self.setColumnCount(len(names))
            self.setHorizontalHeaderLabels(names)
            for column in range(len(names)):
                side = Qt.AlignmentFlag.AlignLeft if column == NAME else Qt.AlignmentFlag.AlignRight
                heading = self.horizontalHeaderItem(column)
                assert heading is not None
                heading.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.setRowCount(len(rows))
        self._said = {place: said for place, said in self._said.items() if place < len(rows)}
        with QSignalBlocker(self), QSignalBlocker(self.model()):  # each of thousands of calls would measure all columns anew
            changed = [place for place, row in enumerate(rows) if self._fill(place, row, rows[0])]
        if changed:
            self.model().dataChanged.emit(self.model().index(changed[0], 0), self.model().index(changed[-1], len(names) - 1))
        if current is not None:
            place = next((k for k, row in enumerate(rows) if row.run is not None and row.run.number == current.number), -1)
            if place >= 0 and place != self.currentRow():
                self.setCurrentCell(place, NAME)
        self._is_filling = False

    def show_figures(self, place: int, figures: tuple[str, ...]) -> None:
        """Other figures in a row: what changes while training runs."""
        if place >= self.rowCount():
            return
        self._is_filling = True
        self._said.pop(place, None)
        first = self.columnCount() - len(figures)
        for k, text in enumerate(figures):
            item = self.item(place, first + k)
            if item is not None and item.text() != text:
                item.setText(text)
        self._is_filling = False

    def _fill(self, place: int, row: TableRow, first: TableRow) -> bool:
        """Whether the row has changed."""
        tokens, is_live = self._theme.tokens, row.run is None
        texts = (*row.settings.values(), *row.figures)
        own = tuple(first.settings.values())
        said = (row.name, row.sample, is_live, texts, () if is_live else own, self._headings, tokens, self._theme.metrics)
        if self._said.get(place) == said:
            return False
        self._said[place] = said
        for column, text in enumerate(("", row.name, *texts)):
            item = self.item(place, column)
            if item is None:
                item = QTableWidgetItem()
                self.setItem(place, column, item)
            is_setting = 2 <= column < 2 + len(row.settings)
            is_equal = is_setting and not is_live and text == own[column - 2]
            item.setText(text)
            item.setForeground(QColor(tokens.text3 if is_equal else tokens.text))
            item.setFont(self._theme.font("name" if is_live or (is_setting and not is_equal) else "body"))
            side = Qt.AlignmentFlag.AlignLeft if column == NAME else Qt.AlignmentFlag.AlignRight
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            item.setFlags(flags | Qt.ItemFlag.ItemIsEditable if column == NAME and not is_live else flags)
        sample = self.item(place, SAMPLE)
        assert sample is not None
        sample.setData(_LINE, row.sample)
        shown = "under way" if is_live else "shown in the loss plot" if row.sample.dash is not None else "hidden"
        pinned = ", pinned" if row.sample.is_pinned else ""
        sample.setData(Qt.ItemDataRole.AccessibleTextRole, f"{row.name}, {shown}{pinned}")
        sample.setToolTip("The run under way" if is_live else "Click to show or hide it in the loss plot")
        return True

    def _on_edited(self, item: QTableWidgetItem) -> None:
        if self._is_filling or item.column() != NAME or not 0 <= item.row() < len(self._rows):
            return
        self._said.pop(item.row(), None)
        run = self._rows[item.row()].run
        if run is not None and item.text().strip() != run.name:
            self.renamed.emit(run, item.text())

    def _on_clicked(self, row: int, column: int) -> None:
        run = self._rows[row].run
        if column == SAMPLE and run is not None:
            self.toggled.emit(run)

    def _on_entered(self, row: int, column: int) -> None:
        run = self._rows[row].run if row < len(self._rows) else None
        self.hovered.emit(run.number if run is not None and self._rows[row].sample.dash is not None else None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not self.indexAt(event.position().toPoint()).isValid():
            self.hovered.emit(None)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if isValid(self):
            self.hovered.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        run = self.current_run
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() == Qt.Key.Key_Space and run is not None:
            self.toggled.emit(run)
        elif event.key() == Qt.Key.Key_Delete and run is not None:
            self.deleted.emit(run)
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """All rows with the headings, as a spreadsheet takes them."""
        lines = ["\t".join(("run", *self._headings))]
        lines += ["\t".join((row.name, *row.settings.values(), *row.figures)) for row in self._rows]
        QGuiApplication.clipboard().setText("\n".join(lines))


class _SampleDelegate(QStyledItemDelegate):
    """A piece of the run's line over its band, or a closed eye; a pin where it has one."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: ModelIndex) -> QSize:
        px = self._theme.metrics.px
        return QSize(round(px(LENGTH + 12 + 18)), round(self._theme.metrics.value_row))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        super().paint(painter, option, QModelIndex())
        sample, px, tokens = index.data(_LINE), self._theme.metrics.px, self._theme.tokens
        rect = QRectF(option.rect)
        if not isinstance(sample, LineSample):
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(tokens.sel))
        left, middle = rect.left() + px(8), rect.center().y()
        if sample.is_pinned:
            side = px(12)
            glyph("pin").draw(painter, QRectF(left + px(LENGTH + 4), middle - side / 2, side, side), tokens.text2)
        if sample.dash is None:
            side = px(16)
            glyph("hidden").draw(painter, QRectF(left + px(5), middle - side / 2, side, side), tokens.text3)
            return
        if sample.has_band:
            band = QColor(tokens.text2)
            band.setAlpha(FADED)
            painter.fillRect(QRectF(left, middle - px(5), px(LENGTH), px(10)), band)
        pen = line_pen(tokens.text, 2.5 if not sample.dash else 1.75)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if sample.dash:
            pen.setDashPattern([length / pen.widthF() for length in sample.dash])
        painter.setPen(thicker(pen, self._theme.metrics.stroke))
        painter.drawLine(QPointF(left, round(middle)), QPointF(left + px(LENGTH), round(middle)))
