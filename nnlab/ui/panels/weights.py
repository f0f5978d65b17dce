"""Weights: every single number of a layer on heat-map cells, live while the network learns, and there to be changed.

The table follows the selection. A number is typed into its cell, or dragged at the field below the table, where the whole window
follows the hand; blocks are pasted from a spreadsheet. Every gesture is one undo step with the weight's own name.
"""

from __future__ import annotations

import itertools

import numpy as np
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.core.setting import Setting
from nnlab.ui.look.colormaps import symmetric_limit
from nnlab.ui.look.numbers import count, parse_number
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.controls.weight_layout import WeightLayout, layout
from nnlab.ui.panels.plotting import export
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.weight_edits import Index, entry_name, set_entries, with_parameters
from nnlab.ui.widgets.histogram import nice_step
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.matrix_table import MatrixTable, exact
from nnlab.ui.widgets.number_field import NumberField
from nnlab.ui.widgets.sign_bar import SignBar

EMPTY = "The weights of a layer appear here and can be edited. Select a layer on the canvas."
VALUE = Setting("value", 0.0, "Value", "The selected weight. Drag the arrows up or down to change it; one undo step")
SLICE = 64  # width of the choice of a place on one axis
_gestures = itertools.count(1)


def parse_block(text: str) -> list[list[float | None]]:
    """Numbers pasted from a spreadsheet or a text, None where a cell is empty. Raises NNLabError naming what is no number."""
    rows: list[list[float | None]] = []
    for line in text.strip("\n").splitlines():
        cells = line.split("\t") if "\t" in line else line.replace(";", " ").split()
        row: list[float | None] = []
        for cell in cells:
            value = parse_number(cell) if cell.strip() else None
            if cell.strip() and value is None:
                raise NNLabError(f"“{cell.strip()}” in line {len(rows) + 1} of the clipboard is not a number; nothing was pasted.")
            row.append(value)
        rows.append(row)
    return rows


class WeightsPanel(LivePanel):
    """The table, the choice of the parameter above it, the chosen weight and the colours' legend below it."""

    name = "weights"
    title = "Weights"
    frames_per_second = 5.0  # numbers that change faster cannot be read

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        theme = services.theme
        self._node = ""
        self._layout: WeightLayout | None = None
        self._place: list[int] = []
        self._values: np.ndarray | None = None  # of the whole parameter, as last shown
        self._gesture = ""
        self.choice = QComboBox()
        self.choice.setAccessibleName("Parameter")
        self.choice.setToolTip("Which parameter of the layer is shown")
        self.choice.activated.connect(self._choose)
        self.slices: list[NumberField] = []
        self.slice_names: list[Label] = []  # what each of them chooses
        self._slice_row = QHBoxLayout()
        self.add_reading(self.choice)
        self.matrix = MatrixTable(theme, "Weights")
        self.matrix.entered.connect(self._entered)
        self.matrix.pasted.connect(self._pasted)
        self.matrix.current_changed.connect(self._show_current)
        self.place = Label(theme, "", "body", "text2")
        self.value = NumberField(theme, VALUE)
        self.value.setToolTip(VALUE.tip)
        self.value.previewed.connect(self._drag)
        self.value.committed.connect(self._drop)
        self.message = ElidedLabel(theme, "", "caption", "error")
        self.legend = SignBar(theme, "Colour of a cell: orange is positive, blue negative; full colour at the ends")
        self.set_content(self._made_content())
        self.setFocusProxy(self.matrix)
        services.selection.changed.connect(self.follow)
        services.document.changed.connect(lambda _: self.follow())
        self.apply_metrics()
        self.follow()

    def _made_content(self) -> QWidget:
        body = QWidget()
        self._foot = QHBoxLayout()
        self._foot.addLayout(self._slice_row)
        for widget in (self.place, self.value):
            self._foot.addWidget(widget)
        self._foot.addWidget(self.message, 1)
        self._foot.addWidget(self.legend)
        self._column = QVBoxLayout(body)
        self._column.setSpacing(0)
        self._column.addWidget(self.matrix, 1)
        self._column.addLayout(self._foot)
        return body

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if not hasattr(self, "_foot"):
            return
        metrics = self._theme.metrics
        self._column.setContentsMargins(0, 0, 0, 0)
        self._foot.setContentsMargins(metrics.padding, metrics.px(4), metrics.padding, metrics.px(6))
        self._foot.setSpacing(metrics.grid)
        self._slice_row.setSpacing(metrics.px(6))
        for field in self.slices:
            field.setFixedWidth(metrics.px(SLICE))
        self.value.setFixedWidth(metrics.px(132))
        self.choice.setMinimumWidth(metrics.px(96))
        self.matrix.apply_metrics()

    # What is shown

    @property
    def parameter(self) -> str:
        """The full name of the parameter shown ("dense_1.weight"), or ""."""
        return f"{self._node}.{self.choice.currentData()}" if self._node and self.choice.count() else ""

    def follow(self) -> None:
        """Shows the first selected node that has parameters; with none of those, the one shown before stays."""
        document, selection = self._services.document, self._services.selection
        found = with_parameters(document.graph, selection.nodes) or with_parameters(document.graph, (self._node,))
        node_id = found[0] if found else ""
        is_other = node_id != self._node
        self._node = node_id
        if not node_id:
            self._layout, self._values = None, None
            self.set_title("Weights")
            self.choice.clear()
            self.choice.hide()
            self.set_empty(EMPTY)
            return
        node = document.graph[node_id]
        names = [parameter.name for parameter in node.parameters]
        if is_other or names != [self.choice.itemData(k) for k in range(self.choice.count())]:
            self.choice.clear()
            for name in names:
                self.choice.addItem(node.tensors[name].letter, name)
            self._layout = None
        self.choice.setVisible(len(names) > 1)
        self.set_title(f"Weights of {node_id}{f', {node.frozen_words}' if node.frozen else ''}")
        if self.view is not None:
            self.draw(self.view)

    def _choose(self) -> None:
        self._layout = None
        if self.view is not None:
            self.draw(self.view)

    def draw(self, view: LiveView) -> None:
        """Shows the frame's numbers of the chosen parameter, if the frame is of the present network."""
        name = self.parameter
        values = view.frame.get(name) if name else None
        graph = view.frame.program.graph
        if values is None or self._node not in graph:
            self._values = None
            if not self.is_empty:
                self.set_empty(EMPTY)
            return
        node = graph[self._node]
        parameter = next(p for p in node.parameters if f"{self._node}.{p.name}" == name)
        wanted = layout(graph, node, parameter, values.shape, view.data)
        self._values = values
        if wanted != self._layout:
            self._arrange(wanted, values)
        self.set_empty(None)
        self.matrix.set_editable(self._services.session.can_run)
        limit = symmetric_limit(values)
        self.legend.set_limit(nice_step(limit, 1))  # a round number: colours do not flicker while the weights grow
        self.matrix.set_values(wanted.matrix(values, self._place), self.legend.limit)
        self._show_current()

    def _arrange(self, wanted: WeightLayout, values: np.ndarray) -> None:
        """Another parameter or shape: other headings, other places to choose."""
        is_same_place = self._layout is not None and self._layout.name == wanted.name
        current = self.matrix.current if is_same_place else (0, 0)
        self._layout = wanted
        self._place = [0] * len(wanted.leading)
        self._say("")
        for widget in (*self.slices, *self.slice_names):
            widget.deleteLater()
        self.slices.clear()
        self.slice_names.clear()
        for axis, (word, length) in enumerate(wanted.leading):
            setting = Setting(word, 1, word.capitalize(), f"Which {word} is shown, of {count(length)}", minimum=1, maximum=length)
            field = NumberField(self._theme, setting)
            field.setToolTip(setting.tip)
            field.setFixedWidth(self._theme.metrics.px(SLICE))
            field.previewed.connect(lambda value, axis=axis: self._slice(axis, int(value)))
            field.committed.connect(lambda value, axis=axis: self._slice(axis, int(value)))
            name = Label(self._theme, word, "body", "text2")
            name.setToolTip(setting.tip)
            name.setBuddy(field)
            for widget in (name, field):
                self._slice_row.addWidget(widget)
            self.slice_names.append(name)
            self.slices.append(field)
        self.matrix.show_matrix(wanted.matrix(values, self._place), wanted.rows, wanted.columns, wanted.names)
        index = self.matrix.model_.index(*current)
        self.matrix.setCurrentIndex(index if index.isValid() else self.matrix.model_.index(0, 0))

    def _slice(self, axis: int, number: int) -> None:
        self._place[axis] = number - 1
        if self.view is not None:
            self.draw(self.view)

    def _show_current(self) -> None:
        """The chosen weight by its name, with all its digits."""
        index = self.current_index
        for widget in (self.place, self.value):
            widget.setVisible(index is not None)
        if index is None or self._values is None:
            return
        self.place.setText(entry_name(self.choice.currentText(), index))
        self.value.setEnabled(self.matrix.model_.is_editable)
        if not self.value.is_busy:
            self._gesture = ""
            self.value.set_value(exact(self._values[index]))

    @property
    def current_index(self) -> Index | None:
        if self._layout is None or self.matrix.current[0] < 0:
            return None
        return self._layout.index(*self.matrix.current, self._place)

    # Changing numbers

    def _set(self, cells: dict[tuple[int, int], float], gesture: str | None = None) -> None:
        if self._layout is None or not cells:
            return
        values = {self._layout.index(row, column, self._place): value for (row, column), value in cells.items()}
        try:
            set_entries(self._services.document, self._services.session, self._layout.name, values, gesture)
        except NNLabError as error:
            self._say(str(error))
        else:
            self._say("")

    def _entered(self, cells: list[tuple[int, int]], text: str) -> None:
        value = parse_number(text)
        if value is None:
            self._say(f"“{text}” is not a number; type for example 0.25 or −3e−2.")
        else:
            self._set(dict.fromkeys(cells, value))

    def _pasted(self, row: int, column: int, text: str) -> None:
        try:
            block = parse_block(text)
        except NNLabError as error:
            self._say(str(error))
            return
        rows, columns = self.matrix.model_.values.shape
        height, width = len(block), max(len(line) for line in block)
        if row + height > rows or column + width > columns:
            self._say(
                f"The clipboard holds {height} × {width} numbers; from this cell there is room for {rows - row} × {columns - column}. "
                "Select the cell for its upper left corner."
            )
            return
        self._set({(row + r, column + c): v for r, line in enumerate(block) for c, v in enumerate(line) if v is not None})

    def _drag(self, value: float) -> None:
        """A step of a gesture at the field: the network follows at once, the undo step is the same one."""
        if not self._gesture:
            self._gesture = f"weight {next(_gestures)}"
        self._set({self.matrix.current: float(value)}, self._gesture)

    def _drop(self, value: float) -> None:
        self._drag(value)
        self._gesture = ""

    def _say(self, sentence: str) -> None:
        self.message.setText(sentence)
        self.message.setToolTip(sentence)

    # Taking data away

    def clear(self) -> None:
        self._layout, self._values = None, None
        super().clear()

    def picture_widget(self) -> QWidget | None:
        return self.matrix

    def table(self) -> export.ExportTable | None:
        """The numbers shown with their headings."""
        if self._layout is None or self._values is None:
            return None
        values = self._layout.matrix(self._values, self._place)
        return export.ExportTable((self._layout.names[0], *self._layout.columns), (self._layout.rows, *values.T))

    def context_menu(self) -> QMenu | None:
        menu = super().context_menu()
        if menu is None or self.is_empty:
            return menu
        first = menu.actions()[0]
        for text, run in (("Copy numbers", self.matrix.copy), ("Paste numbers", self.matrix.paste)):
            menu.insertAction(first, menu.addAction(text, run))
        menu.insertSeparator(first)
        return menu
