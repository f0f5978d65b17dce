"""The samples as a table: row, part, target, features, what the network says and the loss of each, the present batch lit.

Rows stand in the order in which this epoch takes them, the validation part behind; a click on a heading sorts by that column, a third click
gives the epoch's order back. Only the cells in sight are written, so sixty thousand samples cost what sixty do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from nnlab.core.preparation import Data
from nnlab.training.feature_statistics import BINS
from nnlab.training.metrics import predicted_classes, probabilities
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.model_index import ModelIndex

_ROOT = QModelIndex()
MOST_COLUMNS = 200  # features of an image beyond that are read in the picture
DIGITS = 4
RING, ROW, PART, TARGET = range(4)
FIXED = ("", "row", "part", "target")


@dataclass(frozen=True, eq=False)
class Answers:
    """What the network makes of the samples, training first; NaN where nothing is known: class or number, share of it, loss."""

    predicted: np.ndarray
    share: np.ndarray
    loss: np.ndarray


class SampleModel(QAbstractTableModel):
    """`order` holds the samples in the order of the rows; a sample's number counts training first, then validation."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: Data | None = None
        self.order = np.empty(0, dtype=np.int64)
        self.passed = self.lit = np.empty(0, dtype=bool)  # of training samples: earlier in this epoch, in the present batch
        self.targets = np.empty(0)
        self.rows = np.empty(0, dtype=np.int64)
        self.features: tuple[str, ...] = ()
        self.answers: Answers | None = None

    @property
    def headings(self) -> tuple[str, ...]:
        return (*FIXED, *self.features, "predicted", "share", "loss")

    def show_data(self, data: Data, order: np.ndarray) -> None:
        """Other samples."""
        self.beginResetModel()
        self.shown, self.order, self.answers = data, order, None
        self.features = data.raw_features[:MOST_COLUMNS]
        self.targets = np.concatenate([_first_targets(data.y), _first_targets(data.validation_y)])
        self.rows = np.concatenate([data.train_index, data.validation_index])
        self.passed = self.lit = np.zeros(len(data.x), dtype=bool)
        self.endResetModel()

    def lay_out(self, order: np.ndarray) -> None:
        """Other rows for the same samples."""
        if not np.array_equal(order, self.order):
            self.layoutAboutToBeChanged.emit()
            before = self.persistentIndexList()
            at = np.empty(len(order), dtype=np.int64)
            at[order] = np.arange(len(order))
            after = [self.index(int(at[self.order[index.row()]]), index.column()) for index in before]
            self.order = order
            self.changePersistentIndexList(before, after)
            self.layoutChanged.emit()

    def column(self, name: int) -> np.ndarray:
        """The numbers of a column, by sample."""
        if name >= len(FIXED) + len(self.features):
            k = name - len(FIXED) - len(self.features)
            found = self.answers
            return np.full(len(self.rows), np.nan) if found is None else (found.predicted, found.share, found.loss)[k]
        if name >= len(FIXED):
            assert self.shown is not None
            return np.concatenate([values[:, name - len(FIXED)] for values in (self.shown.raw_x, self.shown.raw_validation_x)])
        if name == RING:
            lit = np.zeros(len(self.rows))
            lit[: len(self.lit)] = -1.0 * self.lit
            return lit
        return self.targets if name == TARGET else self.rows if name == ROW else np.arange(len(self.rows)) >= len(self.passed)

    def number(self, sample: int, column: int) -> float:
        """What `column` holds of one sample, without the others: of hundreds of thousands a cell is asked for at every look."""
        if not len(FIXED) <= column < len(FIXED) + len(self.features):
            return float(self.column(column)[sample])
        assert self.shown is not None
        held = sample - len(self.passed)
        return float((self.shown.raw_x[sample] if held < 0 else self.shown.raw_validation_x[held])[column - len(FIXED)])

    def written(self, sample: int, column: int) -> str:
        """A cell as it stands there."""
        if column == RING or self.shown is None:
            return ""
        if column == ROW:
            return f"{int(self.rows[sample]) + 1:,}"
        if column == PART:
            return "val" if sample >= len(self.passed) else "train"
        value, names = self.number(sample, column), self.shown.target.names
        if np.isnan(value):
            return numbers.NOTHING
        behind = column - len(FIXED) - len(self.features)
        if self.shown.target.classes and column in (TARGET, len(FIXED) + len(self.features)):
            return names[int(value)]
        return numbers.percent(value) if behind == 1 else numbers.number(value, DIGITS)

    # Qt

    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.order)

    def columnCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() or self.shown is None else len(self.headings)

    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        sample = int(self.order[index.row()])
        text = self.written(sample, index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if index.column() == RING:
            return "in this batch" if sample < len(self.lit) and self.lit[sample] else ""
        return f"{self.headings[index.column()]} {text}"

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.headings):
            return None
        name = self.headings[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return "Ringed: in this batch" if section == RING else f"{name}. Click to sort; a third click gives the order of the epoch back"
        return name if role == Qt.ItemDataRole.DisplayRole else None


class _SampleHeading(QHeaderView):
    """A name, and below it how the numbers of the column are spread."""

    def __init__(self, theme: Theme, model: SampleModel, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme, self._samples = theme, model
        self.histograms: tuple[np.ndarray, ...] = ()
        self.bold: frozenset[int] = frozenset()  # the features that are scattered
        self.sorted: tuple[int, bool] | None = None

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter.fillRect(rect, tokens.panel)
        feature = section - len(FIXED)
        is_bold = feature in self.bold
        painter.setFont(self._theme.font("name" if is_bold else "caption"))
        painter.setPen(tokens.text if is_bold else tokens.text2)
        place = rect.adjusted(px(6), px(2), -px(6), -px(2))
        line = painter.fontMetrics().height()
        mark = "" if self.sorted is None or self.sorted[0] != section else (" ↓" if self.sorted[1] else " ↑")
        name = painter.fontMetrics().elidedText(self._samples.headings[section] + mark, Qt.TextElideMode.ElideMiddle, place.width())
        side = Qt.AlignmentFlag.AlignLeft if section in (PART, TARGET) else Qt.AlignmentFlag.AlignRight
        painter.drawText(QRect(place.left(), place.top(), place.width(), line), side, name)
        if 0 <= feature < len(self.histograms):
            counts = self.histograms[feature]
            most, bottom = max(1, int(counts.max())), place.bottom()
            room, wide = max(px(4), place.height() - line - px(2)), place.width() / BINS
            for k, count in enumerate(counts.tolist()):
                high = room * count / most
                painter.fillRect(QRectF(place.left() + k * wide, bottom - high, max(1.0, wide - 1), high), tokens.text3)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, tokens.line)


class _SampleCells(QStyledItemDelegate):
    """Paints a cell; what has passed in this epoch is dim, the batch stands on a ground of its own."""

    def __init__(self, theme: Theme, table: SampleTable) -> None:
        super().__init__(table)
        self._theme, self._model, self._table = theme, table.samples, table
        self.prepare()

    def prepare(self) -> None:
        self._font, self._gap = self._theme.font("caption"), self._theme.metrics.px(6)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        model, tokens = self._model, self._theme.tokens
        sample, column, rect = int(model.order[index.row()]), index.column(), option.rect
        is_training = sample < len(model.lit)
        lit = is_training and bool(model.lit[sample])
        if index.row() == self._table.current_row:
            painter.fillRect(rect, tokens.sel)
        elif lit:
            painter.fillRect(rect, tokens.card)
        if column == RING:
            if lit:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(tokens.text, 1.5))
                side = min(rect.width(), rect.height()) * 0.5
                painter.drawEllipse(QRectF(rect.center().x() - side / 2, rect.center().y() - side / 2, side, side))
            return
        passed = is_training and bool(model.passed[sample])
        painter.setFont(self._font)
        painter.setPen(tokens.text if lit else tokens.text3 if passed else tokens.text2)
        side_of = Qt.AlignmentFlag.AlignLeft if column in (PART, TARGET) else Qt.AlignmentFlag.AlignRight
        text = painter.fontMetrics().elidedText(model.written(sample, column), Qt.TextElideMode.ElideRight, rect.width() - 2 * self._gap)
        painter.drawText(rect.adjusted(self._gap, 0, -self._gap, 0), side_of | Qt.AlignmentFlag.AlignVCenter, text)


class SampleTable(QTableView):
    """`picked(sample)` when the person chooses a row; `sorting_changed` when another order is wanted."""

    picked = Signal(int)
    sorting_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.samples = SampleModel(self)
        self.sorting: tuple[int, bool] | None = None  # column, and whether the greatest come first; None: as the epoch takes them
        self._is_telling = True
        self.heading = _SampleHeading(theme, self.samples, self)
        self.setHorizontalHeader(self.heading)
        self.setModel(self.samples)
        self._cells = _SampleCells(theme, self)
        self.setItemDelegate(self._cells)
        self.heading.setSectionsClickable(True)
        self.heading.sectionClicked.connect(self._sort_by)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setAccessibleName("Samples")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.selectionModel().currentRowChanged.connect(self._row_changed)
        theme.changed.connect(self.viewport().update)
        follow(theme, self)

    @property
    def current_row(self) -> int:
        return self.currentIndex().row()

    def apply_metrics(self) -> None:
        px, font = self._theme.metrics.px, self._theme.font("caption")
        self._cells.prepare()
        self.verticalHeader().setDefaultSectionSize(px(23))
        self.heading.setFixedHeight(px(46))
        self.heading.setMinimumSectionSize(px(24))
        metrics = QFontMetrics(font)
        shown, predicted = self.samples.shown, len(FIXED) + len(self.samples.features)
        classes = shown.target.names if shown is not None and shown.target.classes else ()
        for column, name in enumerate(self.samples.headings):
            words = (name, *classes) if column in (TARGET, predicted) else (name,)  # up to the same width as any column
            wide = max(map(metrics.horizontalAdvance, words)) + px(20)
            least = {RING: px(26), ROW: px(48), PART: px(48), TARGET: px(72)}.get(column, px(74))
            self.setColumnWidth(column, min(max(wide, least), px(130)) if column != RING else least)

    def choose(self, sample: int | None) -> None:
        """Marks a sample's row, and tells nobody."""
        self._is_telling = False
        place = np.flatnonzero(self.samples.order == (-1 if sample is None else sample))
        if len(place):
            if self.current_row != int(place[0]):
                self.setCurrentIndex(self.samples.index(int(place[0]), max(ROW, self.currentIndex().column())))
                self.scrollTo(self.currentIndex())
        else:
            self.setCurrentIndex(QModelIndex())
        self._is_telling = True
        self.viewport().update()

    def _row_changed(self, current: QModelIndex, before: QModelIndex) -> None:
        self.viewport().update()
        if self._is_telling and current.isValid():
            self.picked.emit(int(self.samples.order[current.row()]))

    def _sort_by(self, column: int) -> None:
        now = self.sorting
        self.sorting = (column, False) if now is None or now[0] != column else (column, True) if not now[1] else None
        self.heading.sorted = self.sorting
        self.heading.viewport().update()
        self.sorting_changed.emit()

    def wanted_order(self, of_epoch: np.ndarray) -> np.ndarray:
        """The rows as they are sorted, or in the epoch's order with the validation part behind."""
        if self.sorting is None:
            return np.concatenate([of_epoch, np.arange(len(of_epoch), len(self.samples.rows))])
        values = np.asarray(self.samples.column(self.sorting[0]), dtype=np.float64)
        return np.argsort(-values if self.sorting[1] else values, kind="stable")


def answers_of(view: LiveView) -> Answers | None:
    """What the probes of a view say of every sample; None while they say nothing."""
    found, losses, data = view.probes.get("predictions"), view.probes.get("sample_losses"), view.data
    if found is None:
        return None
    samples, held = len(data.x), len(data.validation_x)
    predicted, share, loss = (np.full(samples + held, np.nan) for _ in range(3))
    link = view.project.graph.losses[0].kind.link if view.project.graph.losses else "identity"
    for outputs, first in ((found.outputs, 0), (found.validation_outputs, samples)):
        place = slice(first, first + len(outputs))
        if not len(outputs):
            continue
        if data.target.classes:
            predicted[place] = predicted_classes(outputs, link)
            share[place] = probabilities(outputs, link).max(axis=1)
        else:
            predicted[place] = outputs[:, 0]
    if losses is not None:
        for values, first in ((losses.training, 0), (losses.validation, samples)):
            loss[first : first + len(values)] = values
    return Answers(predicted, share, loss)


def _first_targets(y: np.ndarray) -> np.ndarray:
    """The target of each sample, or the first of several; there may be no samples."""
    return (y if y.ndim == 1 else y[:, 0]).astype(np.float64)
