"""Hidden space: the input plane as a layer bends it, live; for layers without a bend between them, the one matrix they come down to."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from nnlab.training.probes.hidden_space import Affine, HiddenSpace, LayerSpace
from nnlab.ui.look import numbers
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.bent_plane import BentPlane, BentPlanePlot
from nnlab.ui.panels.plotting.decision_plot import MOST_RINGS, point_colors
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.picture_age import PictureAge
from nnlab.ui.widgets.label import Label

EMPTY = "Where each layer puts the input plane and the samples appears here. Press Space to train."
MOST_WRITTEN = 4  # rows and columns of a matrix that are written out
MAIN = -1


class HiddenSpacePanel(LivePanel):
    """The bent plane; beside it the plane as it was, and the matrix if there is one."""

    name = "hidden_space"
    title = "Hidden space"
    probes = ("hidden_space",)
    frames_per_second = 20.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        theme = services.theme
        self._found: HiddenSpace | None = None
        self._age = PictureAge("hidden_space")
        self._before_of: tuple[object, ...] = ()  # what the unbent plane was drawn of
        self._chosen = ""  # the layer that was chosen by hand
        self.layer, self.across, self.up = QComboBox(), QComboBox(), QComboBox()
        for box, name in ((self.layer, "Layer"), (self.across, "Axis across"), (self.up, "Axis up")):
            box.setAccessibleName(name)
            box.setToolTip(f"{name} of the picture")
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            self.add_reading(box)
        self.plot = BentPlanePlot(theme, "The input plane as the layer bends it")
        self.before = BentPlanePlot(theme, "The input plane")
        self.words = Label(theme, "input plane", "caption", "text2")
        self.affine = Label(theme, "", "caption", "text")
        for label in (self.words, self.affine):
            label.setWordWrap(True)
        self.affine.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._arrange()
        self.layer.activated.connect(self._choose_layer)
        for box in (self.across, self.up):
            box.activated.connect(self._show)
        self.apply_metrics()

    def _arrange(self) -> None:
        page = QWidget()
        self._row, self._side = QHBoxLayout(page), QVBoxLayout()
        self._row.addWidget(self.plot, 1)
        self._side.addWidget(self.before)
        self._side.addWidget(self.words)
        self._side.addWidget(self.affine)
        self._side.addStretch(1)
        self._row.addLayout(self._side)
        self.set_content(page)

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_row"):
            px = self._theme.metrics.px
            self._row.setContentsMargins(px(12), 0, px(12), px(8))
            self._row.setSpacing(px(12))
            self._side.setSpacing(px(4))
            self.before.setFixedSize(px(84), px(84))
            for label in (self.words, self.affine):
                label.setFixedWidth(px(132))

    # Choosing

    def _choose_layer(self) -> None:
        self._chosen = self.layer.currentData()
        self._show()

    def _fill(self, found: HiddenSpace) -> None:
        """The layers there are; the last one before the output unless one was chosen, and its units."""
        names = list(found.layers)
        if [self.layer.itemData(k) for k in range(self.layer.count())] != names:
            self.layer.clear()
            for name in names:
                self.layer.addItem(name, name)
        wanted = self._chosen if self._chosen in names else names[max(0, len(names) - 2)]
        if self.layer.currentData() != wanted:
            self.layer.setCurrentIndex(names.index(wanted))
        units = found.layers[wanted].units
        for number, box in ((1, self.across), (2, self.up)):
            if box.count() != units + 1:
                box.clear()
                box.addItem(f"main {number}", MAIN)
                for unit in range(units):
                    box.addItem(f"unit {unit + 1}", unit)
                box.setCurrentIndex(number if units == 2 else 0)  # of two units the axes are the units

    def _placed(self, layer: LayerSpace, values: np.ndarray) -> np.ndarray:
        main = layer.placed(values)
        columns = []
        for k, box in enumerate((self.across, self.up)):
            unit = box.currentData()
            columns.append(main[:, k] if unit == MAIN else values[:, unit])
        return np.stack(columns, axis=1).astype(np.float64)

    # Showing

    def draw(self, view: LiveView) -> None:
        found = view.probes.get("hidden_space")
        if found is None or not found.layers:
            return
        self._found = found
        self._fill(found)
        self._show()

    def _show(self) -> None:
        view, found = self.view, self._found
        if view is None or found is None:
            return
        self._fill(found)
        data, name = view.data, self.layer.currentData()
        if found.sample_index.max(initial=-1) >= len(data.x):
            return  # the samples have just been exchanged
        layer, first = found.layers[name], next(iter(found.layers.values()))
        kinds, colors = point_colors(data.y[found.sample_index], data, self._theme.is_dark)
        batch = view.frame.samples if len(view.frame.samples) <= MOST_RINGS else view.frame.samples[:0]
        ringed = np.flatnonzero(np.isin(found.sample_index, batch))
        words = f"{self._axis_words(layer, 0)}, {self._axis_words(layer, 1)}"
        self.plot.show_plane(BentPlane(self._placed(layer, layer.grid), self._placed(layer, layer.samples), kinds, colors, ringed, words))
        is_plane = found.lines > 1 and first.units == 2
        self.before.setVisible(is_plane)
        if is_plane and self._before_of != (found.raw_grid.tobytes(), data, self._theme.is_dark):
            self._before_of = found.raw_grid.tobytes(), data, self._theme.is_dark
            none = np.empty(0, dtype=np.int64)
            self.before.show_plane(BentPlane(found.raw_grid, data.raw_x[found.sample_index], kinds, colors, none, ""))
        what = "input plane" if is_plane else f"{layer.units} unit{'s' if layer.units > 1 else ''}, samples only"
        self.words.setText(" · ".join(filter(None, (what, self._age.words(view)))))
        self.affine.setText(affine_words(name, layer.affine) if name != next(iter(found.layers)) else "")

    def _axis_words(self, layer: LayerSpace, k: int) -> str:
        unit = (self.across, self.up)[k].currentData()
        where = ("across", "up")[k]
        return f"{where} unit {unit + 1}" if unit != MAIN else f"{where} {100 * layer.shares[k]:.2g} %{' of the spread' * k}"

    def clear(self) -> None:
        super().clear()
        if hasattr(self, "plot"):
            self._found = None
            self.plot.show_plane(None)

    def picture_widget(self) -> QWidget | None:
        return self.plot

    def table(self) -> ExportTable | None:
        """The samples shown: which, and where the layer puts them along both axes."""
        plane, found = self.plot.shown, self._found
        if plane is None or found is None:
            return None
        return ExportTable(("sample", self.across.currentText(), self.up.currentText()), (found.sample_index, *plane.samples.T))


def affine_words(name: str, affine: Affine | None) -> str:
    """What is said of a layer that is one matrix: the matrix itself, as far as it can be written."""
    if affine is None:
        return ""
    rows, columns = affine.matrix.shape
    head = f"Up to {name} all layers are one matrix, {rows} × {columns}: y = A x + c"
    if rows > MOST_WRITTEN or columns > MOST_WRITTEN:
        return f"{head}, of rank {np.linalg.matrix_rank(affine.matrix, tol=1e-6 * max(1e-12, float(np.abs(affine.matrix).max())))}."
    lines = ["  ".join(numbers.fixed(float(v), 3) for v in row) for row in affine.matrix]
    offset = "  ".join(numbers.fixed(float(v), 3) for v in affine.offset)
    return f"{head}\nA = " + "\n       ".join(lines) + f"\nc = {offset}"
