"""Samples: what the network learns from, seen: a table in the order of the epoch and a scatter plot, the present batch lit in both.

Points are drawn with the mouse, for classes over two features or numbers over one; samples of a generated set become points of one's own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from nnlab.core.preparation import Data
from nnlab.datasets.points import CLASSES
from nnlab.engine.epoch_order import order_of_frame, samples_of_update
from nnlab.training.feature_statistics import TRAINING, VALIDATION, ColumnStatistics
from nnlab.ui.look import numbers
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.controls.class_balance import ClassBalance
from nnlab.ui.panels.controls.feature_table import FIGURES, FeatureTable
from nnlab.ui.panels.controls.live_statistics import ask_statistics
from nnlab.ui.panels.controls.point_drawing import PointDrawing
from nnlab.ui.panels.controls.point_edits import is_drawn, why_not
from nnlab.ui.panels.controls.sample_table import SampleTable, answers_of
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.sample_plot import DRAW, ERASE, LOOK, SamplePlot, column_of, scatter_groups
from nnlab.ui.run.chosen_sample import ChosenSample, SampleId
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.label import ElidedLabel
from nnlab.ui.widgets.segmented import Option, Segmented

EMPTY = "The samples that the network learns from appear here as soon as it can run."
TABLE, STATISTICS, SCATTER = "table", "statistics", "scatter"
WIDE = 660  # pixels from which table and scatter plot stand side by side
STANDS_STILL = 3.0  # epochs a second from which the rows keep their places


class SamplesPanel(LivePanel):
    """Table or statistics at the left, the scatter plot at the right; one at a time where there is little room."""

    name = "samples"
    title = "Samples"
    probes = ("predictions", "sample_losses")
    frames_per_second = 10.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        theme = services.theme
        self._data: Data | None = None
        self._epoch_order = np.empty(0, dtype=np.int64)
        self._batch = np.zeros(0, dtype=np.int64)  # the samples that are lit
        self._epoch_key: tuple[object, ...] = ()
        self.epoch = -1
        self.chosen: ChosenSample = services.shared(ChosenSample)
        self.samples, self.statistics, self.scatter = SampleTable(theme), FeatureTable(theme), SamplePlot(theme)
        self.balance = ClassBalance(theme)
        self.part = Segmented(theme, (Option(TRAINING, "train"), Option(VALIDATION, "val")), "Part of the data")
        self.page = Segmented(
            theme,
            (
                Option(TABLE, "Table", "The samples in the order of this epoch"),
                Option(STATISTICS, "Statistics", "Every column in figures, and the classes"),
                Option(SCATTER, "Scatter", "The samples over two columns"),
            ),
            "What is shown",
        )
        self.tool = Segmented(
            theme,
            (
                Option(LOOK, "Look", "A click chooses the nearest sample"),
                Option(DRAW, "Draw", "The mouse sets points, its right button erases; on the keyboard arrows, Enter and Delete"),
                Option(ERASE, "Erase", "The mouse takes points away"),
            ),
            "What the mouse does",
        )
        self.kind = QComboBox()
        self.kind.setAccessibleName("Class to draw")
        self.kind.setToolTip("The class of the points that are drawn; the keys 1 to 9 choose it, too")
        self.across, self.up = QComboBox(), QComboBox()
        for box, words in ((self.across, "Column across"), (self.up, "Column up")):
            box.setAccessibleName(words)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(6)
            box.activated.connect(self._columns_chosen)
        self.words = ElidedLabel(theme, "", "caption", "text2")
        self.drawing = PointDrawing(services.document, services.session, self)
        self._told = ""
        self._arrange()
        self._connect()
        self.apply_metrics()
        self._show_pages()

    def _arrange(self) -> None:
        page, right, figures = QWidget(), QWidget(), QWidget()
        self._figures = QVBoxLayout(figures)
        self._figures.addWidget(self.part, 0, Qt.AlignmentFlag.AlignLeft)
        self._figures.addWidget(self.statistics, 1)
        self._figures.addWidget(self.balance)
        self._left = QStackedWidget()
        self._left.addWidget(self.samples)
        self._left.addWidget(figures)
        self._right = right
        self._tools, column = QHBoxLayout(), QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.tool, self.kind):
            self._tools.addWidget(widget)
        self._tools.addStretch(1)
        for box in (self.across, self.up):
            self._tools.addWidget(box)
        column.addLayout(self._tools)
        column.addWidget(self.scatter, 1)
        self._halves, self._column = QHBoxLayout(), QVBoxLayout(page)
        self._halves.addWidget(self._left, 3)
        self._halves.addWidget(right, 2)
        self._column.addLayout(self._halves, 1)
        self._column.addWidget(self.words)
        self.add_option(self.page)
        self.set_content(page)

    def _connect(self) -> None:
        self.page.chosen.connect(self._show_pages)
        self.part.chosen.connect(self._show_statistics)
        self.tool.chosen.connect(self._tool_chosen)
        self.samples.picked.connect(self._pick)
        self.samples.sorting_changed.connect(self._sort)
        self.scatter.chosen.connect(self._pick)
        self.scatter.drawn.connect(self._draw_point)
        self.scatter.erased.connect(self._erase_point)
        self.scatter.released.connect(self._stroke_ended)
        self.scatter.class_wanted.connect(self._want_class)
        self.drawing.told.connect(self._tell)
        self.chosen.changed.connect(self._show_chosen)

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_column"):
            px = self._theme.metrics.px
            self._column.setContentsMargins(px(8), 0, px(12), px(6))
            self._column.setSpacing(px(4))
            self._halves.setSpacing(px(12))
            self._figures.setContentsMargins(px(8), 0, 0, 0)
            self._figures.setSpacing(px(4))
            self._tools.setSpacing(px(8))
            self.samples.apply_metrics()

    # What is seen

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_pages()

    def _show_pages(self, *_: object) -> None:
        is_wide = self.width() >= self._theme.metrics.px(WIDE)
        self.page.button(SCATTER).setVisible(not is_wide)
        if is_wide and self.page.current == SCATTER:
            self.page.choose(TABLE)
        page = self.page.current
        self._left.setVisible(page != SCATTER)
        self._right.setVisible(is_wide or page == SCATTER)
        self._left.setCurrentIndex(page == STATISTICS)
        self._show_statistics()
        if self._view is not None and not self.is_empty:
            self.draw(self._view)

    def draw(self, view: LiveView) -> None:
        if view.data is not self._data:
            self._take_data(view.data)
        training, frame = view.project.training, view.frame
        epochs = view.iterations_per_second / view.batches if view.playing else 0.0
        key = (frame.epoch, frame.batch == 0, training.seed, training.shuffle, id(view.data))
        if key != self._epoch_key and (epochs < STANDS_STILL or not len(self._epoch_order)):
            self._epoch_key = key
        order, self.epoch, start = order_of_frame(frame, len(view.data.x), training.seed, training.shuffle)
        if self._epoch_key == key:
            self._epoch_order = order
        batch = samples_of_update(frame, order, start, training.batch_size)
        self._batch = batch[(batch >= 0) & (batch < len(view.data.x))]
        self._light(view, order, start)
        if self.samples.isVisible():
            self._take_answers(view)
            self._lay_out()
            if (self.samples.sorting is None and view.iterations_per_second < 20) or not view.playing:
                self._keep_in_sight(start)
        if self.scatter.isVisible():
            self._draw_scatter(view)
        self._say(view, start)

    def _light(self, view: LiveView, order: np.ndarray, start: int) -> None:
        model = self.samples.samples
        lit, passed = np.zeros(len(view.data.x), dtype=bool), np.zeros(len(view.data.x), dtype=bool)
        lit[self._batch] = True
        if view.frame.rows:
            passed[order[:start]] = True
        if not (np.array_equal(lit, model.lit) and np.array_equal(passed, model.passed)):
            model.lit, model.passed = lit, passed
            self.samples.viewport().update()

    def _take_answers(self, view: LiveView) -> None:
        found = answers_of(view)
        if found is not None:
            self.samples.samples.answers = found
            self.samples.viewport().update()

    def _lay_out(self) -> None:
        if len(self._epoch_order) == len(self.samples.samples.passed):
            self.samples.samples.lay_out(self.samples.wanted_order(self._epoch_order))

    def _sort(self) -> None:
        self._lay_out()
        self.samples.choose(self._number(self.chosen.sample))

    def _keep_in_sight(self, start: int) -> None:
        """While an epoch can be followed by eye, the batch is in sight, a row of what has passed above it."""
        if self.samples.sorting is None and self.chosen.sample is None:
            bar = self.samples.verticalScrollBar()
            if bar.value() != max(0, start - 1):
                bar.setValue(max(0, start - 1))

    def _take_data(self, data: Data) -> None:
        self._data = data
        self._epoch_order, self._epoch_key = np.arange(len(data.x)), ()
        self.samples.samples.show_data(data, np.arange(len(data.x) + len(data.validation_x)))
        self.samples.heading.histograms = ()
        ask_statistics(self._services.session.jobs, data, lambda found: self._take_histograms(data, found))
        self.samples.apply_metrics()
        names = [*data.raw_features, *(data.target.names if data.target.kind == "continuous" else ())]
        wanted = [names[0], names[min(1, len(names) - 1)]]
        for box, name in zip((self.across, self.up), wanted, strict=True):
            before = box.currentText() if [box.itemText(k) for k in range(box.count())] == names else name
            box.clear()
            box.addItems(names)
            box.setCurrentText(before)
        kinds = list(data.target.names) if data.target.classes else ["point"]
        before_kind = min(max(self.kind.currentIndex(), 0), len(kinds) - 1)
        self.kind.clear()
        self.kind.addItems(kinds)
        self.kind.setCurrentIndex(before_kind)
        self.balance.show_data(data)
        self._show_tools()
        self._show_statistics()
        self._columns_chosen()

    def _take_histograms(self, data: Data, found: Sequence[ColumnStatistics]) -> None:
        if data is self._data:
            self.samples.heading.histograms = tuple(s.histogram for s in found[: len(self.samples.samples.features)])
            self.samples.heading.viewport().update()

    def _show_statistics(self, *_: object) -> None:
        data = self._data
        if data is None or self.page.current != STATISTICS:
            return
        self.part.button(VALIDATION).setVisible(len(data.raw_validation_x) > 0)
        part = self._part_of(data)

        def show(found: Sequence[ColumnStatistics]) -> None:
            if data is self._data and part == self._part_of(data):
                self.statistics.show_statistics(found)

        ask_statistics(self._services.session.jobs, data, show, part)

    def _part_of(self, data: Data) -> str:
        """Which samples the statistics are of."""
        return self.part.current if len(data.raw_validation_x) else TRAINING

    # The scatter plot

    def _columns_chosen(self, *_: object) -> None:
        width = len(self.samples.samples.features)
        self.samples.heading.bold = frozenset(k for k in (self.across.currentIndex(), self.up.currentIndex()) if k < width)
        self.samples.heading.viewport().update()
        if self._view is not None:
            self._draw_scatter(self._view)

    def _draw_scatter(self, view: LiveView) -> None:
        data = view.data
        if data is not self._data:
            return
        key = (id(data), self.across.currentIndex(), self.up.currentIndex(), self._theme.is_dark, self.scatter.is_drawing)
        if key != self.scatter.key:
            x, y = (column_of(data, box.currentIndex()) for box in (self.across, self.up))
            groups = scatter_groups(data, x, y, self.up.currentIndex() >= data.raw_x.shape[1], self._theme)
            self.scatter.show_columns(x, y, (self.across.currentText(), self.up.currentText()), groups, key)
        self.scatter.rings.ring_batch(self._batch)
        self.scatter.rings.ring_one(self._number(self.chosen.sample))

    def _show_tools(self) -> None:
        data = self._data
        if data is None:
            return
        problem = why_not(self._services.document.project.data, data)
        for mode in (DRAW, ERASE):
            self.tool.button(mode).setEnabled(not problem)
            self.tool.button(mode).setToolTip(problem or "")
        if problem and self.tool.current != LOOK:
            self.tool.choose(LOOK)
            self.scatter.set_mode(LOOK)
        self.kind.setVisible(self.tool.current == DRAW and data.target.classes > 0)
        is_curve = data.target.kind == "continuous"
        for box in (self.across, self.up):
            box.setEnabled(not self.scatter.is_drawing)
        if self.scatter.is_drawing:
            self.across.setCurrentIndex(0)
            self.up.setCurrentIndex(1 if not is_curve else data.raw_x.shape[1])

    def _tool_chosen(self, mode: str) -> None:
        self._tell("")
        self.scatter.set_mode(mode)
        self._show_tools()
        self._columns_chosen()

    def _draw_point(self, x: float, y: float, begins: bool) -> None:
        self.drawing.draw(x, y, max(0, self.kind.currentIndex()) if self._data is not None and self._data.target.classes else 0, begins)

    def _erase_point(self, x: float, y: float, begins: bool) -> None:
        self.drawing.erase(x, y, self.scatter.reach(), begins)

    def _stroke_ended(self) -> None:
        self._show_tools()

    def _want_class(self, number: int) -> None:
        """Of points of one's own a class that is not there yet begins with its first point."""
        settings, data = self._services.document.project.data, self._data
        if data is None or not data.target.classes:
            return
        if number < self.kind.count():
            self.kind.setCurrentIndex(number)
        elif is_drawn(settings) and settings.settings.get("task", CLASSES) == CLASSES and number == self.kind.count():
            self.kind.addItem(f"class {number + 1}")
            self.kind.setCurrentIndex(number)

    def _tell(self, sentence: str) -> None:
        self._told = sentence
        self.words.setText(sentence)

    # The chosen sample

    def _number(self, sample: SampleId | None) -> int | None:
        """Training first, then validation."""
        if sample is None or self._data is None or not sample.is_in(self._data):
            return None
        return sample.index + (len(self._data.x) if sample.is_validation else 0)

    def _pick(self, number: int | None) -> None:
        if self._data is None:
            return
        self._tell("")
        is_held = number is not None and number >= len(self._data.x)
        self.chosen.choose(None if number is None else SampleId(number - len(self._data.x) * is_held, is_held))

    def _show_chosen(self) -> None:
        number = self._number(self.chosen.sample)
        self.samples.choose(number)
        self.scatter.rings.ring_one(number)
        if self._view is not None:
            self._say(self._view, -1)

    def _say(self, view: LiveView, start: int) -> None:
        if self._told:
            return
        frame, size, samples = view.frame, view.project.training.batch_size, len(view.data.x)
        if start < 0:
            start = max(0, frame.position - frame.rows)
        if not frame.rows:
            text = f"{numbers.count(samples)} training, {numbers.count(len(view.data.validation_x))} validation samples"
        else:
            last = samples % size or size
            short = f" · the last batch of an epoch has {numbers.count(last)}" if last < size and size < samples else ""
            text = (
                f"epoch {numbers.count(self.epoch + 1)}, batch {numbers.count(start // size + 1)} of {numbers.count(view.batches)}: "
                f"places {numbers.count(start + 1)} to {numbers.count(start + frame.rows)} of {numbers.count(samples)}{short}"
            )
            if frame.program.accumulate > 1:
                text += f" · lit: the {numbers.count(len(self._batch))} samples of this update"
        chosen = self.chosen.sample
        if chosen is not None and self._data is not None and chosen.is_in(self._data):
            text = f"{chosen.in_words(self._data)} chosen · {text}"
        if text != self.words.text():
            self.words.setText(text)

    def clear(self) -> None:
        super().clear()
        if hasattr(self, "samples"):
            self._data = None

    def picture_widget(self) -> QWidget | None:
        return self.content

    def table(self) -> ExportTable | None:
        """What the left half shows: the samples in their order, or the statistics."""
        model = self.samples.samples
        if model.shown is None:
            return None
        if self.page.current == STATISTICS:
            rows = self.statistics.statistics
            columns = [[figure(s) for s in rows] for _, _, figure in FIGURES]
            return ExportTable(("column", *(name for name, _, _ in FIGURES)), ([s.name for s in rows], *columns))
        cells = [[model.written(int(s), k) for s in model.order] for k in range(1, len(model.headings))]
        return ExportTable(model.headings[1:], tuple(cells))
