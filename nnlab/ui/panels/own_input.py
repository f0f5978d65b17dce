"""Own input: draw a digit, drag a point or type a row, and see at once what the network makes of it."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from nnlab.core.preparation import Data
from nnlab.engine.evaluator import Evaluator
from nnlab.training.own_input import OwnAnswer, answer
from nnlab.ui.look import numbers
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.own_input_pads import DrawPad, PointPlot, UnitStrips
from nnlab.ui.panels.plotting.probability_bars import ProbabilityBars
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.own_activations import OwnActivations
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label

EMPTY = "What the network makes of an input of your own appears here. Press Space to train."
MOST_TYPED = 32  # features that are written into the row


class OwnInputPanel(LivePanel):
    """At the left the input, at the right the answer and the activations of every layer, while training goes on, too."""

    name = "own_input"
    title = "Own input"
    probes = ("decision",)
    frames_per_second = 20.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        theme = services.theme
        self._raw: np.ndarray | None = None
        self._data: Data | None = None
        self._evaluator: Evaluator | None = None
        self._revision = -1
        self._sample = -1
        self.found: OwnAnswer | None = None
        self.pad, self.point, self.nothing = DrawPad(theme), PointPlot(theme), QWidget()
        self.row = QLineEdit()
        self.row.setAccessibleName("Features of the input, with spaces or commas between them")
        self.row.editingFinished.connect(self._typed)
        self.next_button, self.clear_button = PressButton("Next sample"), PressButton("Clear")
        self.next_button.setToolTip("Takes the next training sample as the input, to be changed")
        self.next_button.clicked.connect(self._take_sample)
        self.clear_button.clicked.connect(self.pad.clear)
        self.on_canvas = QCheckBox("On canvas")
        self.on_canvas.setToolTip("The cards of the canvas show the activations of this input instead of the batch's")
        self.on_canvas.toggled.connect(self._show_on_canvas)
        self.activations = services.shared(OwnActivations)
        self.words = Label(theme, "", "caption", "text2")
        self.words.setWordWrap(True)
        self.bars, self.strips = ProbabilityBars(theme), UnitStrips(theme)
        self._arrange()
        self.pad.drawn.connect(self._drawn)
        self.point.moved.connect(self._moved)
        self.apply_metrics()

    def _arrange(self) -> None:
        page = QWidget()
        self._columns, self._left, self._right = QHBoxLayout(page), QVBoxLayout(), QVBoxLayout()
        self.stack = QStackedWidget()
        for widget in (self.pad, self.point, self.nothing):
            self.stack.addWidget(widget)
        self._left.addWidget(self.stack, 1)
        self._left.addWidget(self.row)
        for button in (self.on_canvas, self.next_button, self.clear_button):
            self.add_option(button)
        self._right.addWidget(self.words)
        self._right.addWidget(self.strips, 1)
        self._columns.addLayout(self._left, 1)
        self._columns.addWidget(self.bars, 1)
        self._columns.addLayout(self._right, 1)
        self.set_content(page)

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_columns"):
            px = self._theme.metrics.px
            self._columns.setContentsMargins(px(12), 0, px(12), px(8))
            self._columns.setSpacing(px(12))
            for column in (self._left, self._right):
                column.setSpacing(px(4))

    # The input

    def set_input(self, raw: np.ndarray) -> None:
        """Raw features (features,) as in the data set; shown wherever they can be, and on the canvas from now on."""
        self._take(raw)
        self.on_canvas.setChecked(True)

    def _take(self, raw: np.ndarray) -> None:
        self._raw = np.asarray(raw, dtype=np.float64)
        data = self._data
        if data is None:
            return
        if data.image_shape is None and len(self._raw) <= MOST_TYPED:
            self.row.setText("  ".join(numbers.editable(float(f"{value:.4g}")) for value in self._raw))
        if len(self._raw) == 2:
            self.point.show_point(float(self._raw[0]), float(self._raw[1]))
        self._ask()

    def _take_sample(self) -> None:
        data = self._data
        if data is None:
            return
        self._sample = (self._sample + 1) % len(data.raw_x)
        if data.image_shape is not None:
            self.pad.drawing.take(data.raw_x[self._sample].reshape(data.image_shape) / self._brightest(data))
            self.pad.update()
        self.set_input(data.raw_x[self._sample])

    def _drawn(self) -> None:
        if self._data is not None:
            self.set_input(self.pad.drawing.image().ravel() * self._brightest(self._data))

    def _moved(self, x: float, y: float) -> None:
        self.set_input(np.array([x, y]))

    def _typed(self) -> None:
        data = self._data
        if data is None or not self.row.isModified():
            return
        self.row.setModified(False)
        values = [numbers.parse_number(part) for part in self.row.text().replace(";", " ").replace(",", " ").split()]
        wrong = next((part for part, value in zip(self.row.text().replace(",", " ").split(), values, strict=False) if value is None), None)
        if wrong is not None:
            self.words.setText(f"“{wrong}” is not a number; type {len(data.raw_features)} numbers with spaces between them.")
        elif len(values) != len(data.raw_features):
            self.words.setText(f"The data has {len(data.raw_features)} features, and {len(values)} numbers were typed.")
        else:
            self.set_input(np.array(values, dtype=np.float64))

    @staticmethod
    def _brightest(data: Data) -> float:
        return float(data.raw_x.max()) or 1.0

    # The answer

    def draw(self, view: LiveView) -> None:
        frame = view.frame
        if self._data is not view.data:
            self._take_data(view.data)
        if self._evaluator is None or self._revision != frame.revision:
            self._evaluator, self._revision = Evaluator(frame.program.graph, frame.program.real, 16), frame.revision
        self._evaluator.load(frame.parameters)
        decision = view.probes.get("decision")
        if decision is not None and self.stack.currentWidget() is self.point:
            link = view.project.graph.losses[0].kind.link
            self.point.show_decision(view.data, decision, link, frame.samples[:0])
        self._ask()

    def _take_data(self, data: Data) -> None:
        self._data, self._raw, self._sample = data, None, -1
        count = len(data.raw_features)
        if data.image_shape is not None:
            self.pad.set_shape(*data.image_shape)
        self.stack.setCurrentWidget(self.pad if data.image_shape is not None else self.point if count == 2 else self.nothing)
        self.clear_button.setVisible(data.image_shape is not None)
        self.row.setVisible(data.image_shape is None and count <= MOST_TYPED)
        self.row.setToolTip("; ".join(data.raw_features))
        self._evaluator = None
        self.on_canvas.setChecked(False)
        self._take(np.zeros(count) if data.image_shape is not None else np.median(data.raw_x, axis=0))

    def _ask(self) -> None:
        data, evaluator = self._data, self._evaluator
        if data is None or evaluator is None or self._raw is None:
            return
        self.found = found = answer(evaluator, data, self._raw)
        self.strips.show_layers(found.layers)
        self._show_on_canvas()
        self.bars.setVisible(found.shares is not None)
        if found.shares is not None:
            self.bars.show_sample(None, data.target.names, found.shares, None)
            said = f"nearest is sample {found.nearest + 1:,}, {data.target.names[int(data.y[found.nearest])]}"
        else:
            names = zip(data.target.names, found.numbers.tolist(), strict=False)
            said = ", ".join(f"{name} {numbers.number(value, 4)}" for name, value in names) + f"; nearest is sample {found.nearest + 1:,}"
        beyond = f"; outside the training samples: {', '.join(found.outside[:3])}" if found.outside else ""
        self.words.setText(f"{said}, {numbers.number(found.distance, 3)} away{beyond}")

    def _show_on_canvas(self) -> None:
        if self.on_canvas.isChecked() and self.found is not None and self.isVisible():
            self.activations.show(self.found.tensors)
        else:
            self.activations.forget()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.activations.forget()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_on_canvas()

    def clear(self) -> None:
        super().clear()
        if hasattr(self, "pad"):
            self._data = self._raw = self._evaluator = self.found = None
            self.activations.forget()

    def picture_widget(self) -> QWidget | None:
        return self.content
