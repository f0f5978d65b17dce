"""Attach an adapter: a popover with its name, rank, scale, layers and options, and what it will cost, counted as it changes.

Every change is tried out on the graph itself (`nnlab.graph.adapters.attach`), so that the counts are those of real arrays and a refusal
is the graph's own sentence. Layers are chosen in its rows, or by clicking cards on the canvas while it is open.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.core.optimizer import optimizers
from nnlab.graph.adapters import adaptable, attach, free_adapter_name
from nnlab.graph.graph import Graph
from nnlab.graph.lora_adapter import ADAPTER_SETTINGS
from nnlab.graph.validation import infer
from nnlab.studies.lora.measures import LayerCost, adapter_cost, bare, layer_costs
from nnlab.training.project import Project
from nnlab.training.update import update_of
from nnlab.ui.adapters.attach_preview import Attempt
from nnlab.ui.adapters.layer_rows import LayerRows
from nnlab.ui.canvas.model.strands import strand_of
from nnlab.ui.look.icons import icon
from nnlab.ui.look.numbers import count, short
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton, PressButton
from nnlab.ui.widgets.check import Check
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.number_field import NumberField
from nnlab.ui.widgets.overlay import Overlay
from nnlab.ui.widgets.segmented import Option, Segmented
from nnlab.ui.widgets.setting_editors import editor_for
from nnlab.ui.widgets.text_undo import share_undo

RANKS = ("1", "2", "4", "8", "16")
OTHER = "other"
WIDTH = 392
COUNTING_RESTS = 60  # milliseconds after a change before the cost is counted, which compiles a program
SETTINGS = {setting.name: setting for setting in ADAPTER_SETTINGS}


class AttachPopover(Overlay):
    """`attached(name, layers, settings)` when the person has decided.

    `previewed(attempt)` while it is open: what attaching would make; nothing when it closes. `project()` is the project as it is now. A
    sentence that says why the attempt failed is shown by `refuse`.
    """

    attached = Signal(str, tuple, dict)
    previewed = Signal(object)

    def __init__(self, theme: Theme, window: QWidget, project: Callable[[], Project]) -> None:
        super().__init__(theme, window, "Attach an adapter")
        self._project = project
        self._beside: QWidget | None = None  # where clicks choose layers and leave the popover open
        self._refusals: dict[str, str] = {}
        # Rank, alpha and dropout as shown, also while they are typed.
        self._numbers: dict[str, Any] = {key: SETTINGS[key].default for key in ("rank", "alpha", "dropout")}
        self._graph: Graph | None = None  # what attaching would make
        self._sizes: dict[str, int] = {}  # and how many numbers would learn in each layer
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the adapter")
        share_undo(self.name)
        self.ranks = Segmented(theme, [*(Option(rank, rank) for rank in RANKS), Option(OTHER, OTHER, "Any other rank: type it")], "Rank")
        self.rank, self.alpha = NumberField(theme, SETTINGS["rank"]), NumberField(theme, SETTINGS["alpha"])
        self.scale = Label(theme, "", "body", "text2")
        self.rows = LayerRows(theme, SETTINGS["rank"], SETTINGS["alpha"])
        self.init = editor_for(theme, SETTINGS["init"])
        self.dropout = NumberField(theme, SETTINGS["dropout"])
        self.rslora = Check(theme, "rsLoRA  α / √r", "rsLoRA", SETTINGS["rslora"].tip)
        self.dora = Check(theme, "DoRA", "DoRA", SETTINGS["dora"].tip)
        self.problem = Label(theme, "", "caption", "error")
        self.problem.setWordWrap(True)
        self.counts, self.bytes = Label(theme, "", "body"), Label(theme, "", "caption", "text2")
        self.button = PressButton("Freeze and attach")
        self.button.setToolTip("Freezes every parameter there is, and attaches the adapter: it alone learns from now on (Enter)")
        self.button.setDefault(True)
        self.close_button = IconButton.of(theme, icon(theme, "close", color="text2"), "Close", "Closes without attaching (Esc)")
        self._counting = QTimer(self, singleShot=True, interval=COUNTING_RESTS)
        self._counting.timeout.connect(self._count_bytes)
        self._arrange()
        self._connect()
        follow(theme, self)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.addWidget(Label(self._theme, "Attach an adapter", "title"), 1)
        head.addWidget(self.close_button)
        form = QGridLayout()
        form.setColumnStretch(1, 1)
        for row, (words, parts) in enumerate((
            ("Name", (self.name,)), ("Rank r", (self.ranks, self.rank)), ("Scale α", (self.alpha, self.scale)),
        )):  # fmt: skip
            self._add(form, row, words, parts)
        more = QGridLayout()
        more.setColumnStretch(1, 1)
        self._add(more, 0, "Initialiser", (self.init,))
        self._add(more, 1, "Dropout", (self.dropout, Label(self._theme, "on the input of A", "body", "text2")))
        options = QHBoxLayout()
        for check in (self.rslora, self.dora):
            options.addWidget(check)
        options.addStretch(1)
        counted = QVBoxLayout()
        counted.setSpacing(0)
        counted.addWidget(self.counts)
        counted.addWidget(self.bytes)
        foot = QHBoxLayout()
        foot.addLayout(counted, 1)
        foot.addWidget(self.button)
        for part in (head, form):
            self.column.addLayout(part)
        self.column.addWidget(self.rows)
        for part in (more, options):
            self.column.addLayout(part)
        self.column.addWidget(self.problem)
        self.column.addLayout(foot)
        self._grids = (form, more)

    def _add(self, grid: QGridLayout, row: int, words: str, parts: tuple[QWidget, ...]) -> None:
        label = Label(self._theme, words, "body", "text2")
        label.setMinimumWidth(self._theme.metrics.label)
        line = QHBoxLayout()
        for place, part in enumerate(parts):
            line.addWidget(part, int(place == len(parts) - 1))
        grid.addWidget(label, row, 0)
        grid.addLayout(line, row, 1)

    def _connect(self) -> None:
        self.close_button.clicked.connect(self.close_box)
        self.button.clicked.connect(self.accept)
        self.name.textEdited.connect(self._changed)
        self.ranks.chosen.connect(self._choose_rank)
        for key, field in (("rank", self.rank), ("alpha", self.alpha), ("dropout", self.dropout)):
            for signal in (field.considered, field.previewed, field.committed):
                signal.connect(partial(self._number_changed, key))
            field.refused.connect(partial(self._refused, key))
        self.rows.changed.connect(self._changed)
        self.rows.refused.connect(self._refused)
        self.init.committed.connect(self._changed)
        self.init.considered.connect(self._changed)
        self.rslora.clicked.connect(self._changed)
        self.dora.clicked.connect(self._changed)

    # Opening and closing

    def open_for(self, layers: Collection[str], beside: QWidget) -> None:
        """Shows the form with these layers ticked, all of them where none is given. `beside`: where layers can be clicked meanwhile."""
        graph = self._project().graph
        self._beside, self._refusals = beside, {}
        possible = adaptable(graph)
        self.name.setText(free_adapter_name(graph))
        self.rows.show_layers(possible, layers or possible)
        self.rank.set_value(_fitting_rank(graph, layers or possible))
        for key, field in (("rank", self.rank), ("alpha", self.alpha), ("dropout", self.dropout)):
            field.set_value(field.value)  # what was refused when it was last open is gone
            self._numbers[key] = field.value
        self._share()
        self._changed()
        self.open_box(self.name)
        self.name.selectAll()
        self._preview()

    def close_box(self) -> None:
        was_open = self.isVisible()
        super().close_box()
        self._counting.stop()
        if was_open:
            self._graph = None
            self.previewed.emit(Attempt())

    def follow_selection(self, nodes: Collection[str]) -> None:
        """While it is open, the layers among what is selected are those that get an adapter."""
        layers = [node for node in nodes if node in self.rows.layers]
        if self.isVisible() and layers:
            self.rows.choose(layers)
            self._changed()

    def follow_document(self) -> None:
        """The network is another one, by undo for instance."""
        if self.isVisible():
            possible = adaptable(self._project().graph)
            if possible != self.rows.layers:
                self.rows.show_layers(possible, possible)
                self._share()
            self._changed()

    def keeps_open(self, now: QWidget) -> bool:
        return super().keeps_open(now) or (self._beside is not None and (now is self._beside or self._beside.isAncestorOf(now)))

    def place(self) -> None:
        """Only as large as the box: the canvas beside it can be used."""
        self.setGeometry(self.box_rect())
        self.box.setGeometry(self.rect())

    def box_rect(self) -> QRect:
        parent, metrics = self.parentWidget(), self._theme.metrics
        assert parent is not None
        margin, width = metrics.px(12), metrics.px(WIDTH)
        self.column.activate()
        height = max(self.column.totalHeightForWidth(width), self.column.totalMinimumSize().height())
        top = metrics.top_bar + margin
        return QRect(parent.width() - width - margin, top, width, min(height, parent.height() - top - margin))

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self.column.setContentsMargins(metrics.padding, metrics.px(12), metrics.padding, metrics.px(14))
        self.column.setSpacing(metrics.px(8))
        for grid in self._grids:
            grid.setSpacing(metrics.px(6))
        for field in (self.rank, self.alpha, self.dropout):
            field.setFixedWidth(metrics.px(64))
        if self.isVisible():
            self.place()

    # What is chosen

    @property
    def settings(self) -> dict[str, Any]:
        """As `nnlab.graph.adapters.attach` takes them."""
        return {
            **self._numbers, "init": self.init.value, "rslora": self.rslora.isChecked(), "dora": self.dora.isChecked(),
            "ranks": self.rows.own("rank"), "alphas": self.rows.own("alpha"),
        }  # fmt: skip

    def _choose_rank(self, rank: str) -> None:
        if rank == OTHER:
            self.rank.setFocus(Qt.FocusReason.TabFocusReason)
            self.rank.selectAll()
            return
        self.rank.set_value(int(rank))
        self._number_changed("rank", int(rank))

    def _number_changed(self, key: str, value: object) -> None:
        self._refusals.pop(key, None)
        self._numbers[key] = value
        self._share()
        self._changed()

    def _share(self) -> None:
        """The segments and the rows show the form's rank and alpha."""
        rank = str(self._numbers["rank"])
        self.ranks.choose(rank if rank in RANKS else OTHER)
        for key in ("rank", "alpha"):
            self.rows.share(key, float(self._numbers[key]))

    def _refused(self, key: str, sentence: str) -> None:
        """A field does not take what is typed, or with "" takes it again."""
        if sentence:
            self._refusals[key] = sentence
        else:
            self._refusals.pop(key, None)
        self._changed()

    # What it would make

    def _changed(self, *_: object) -> None:
        graph = self._project().graph
        chosen, name = self.rows.chosen, self.name.text().strip()
        problem = next(iter(self._refusals.values()), "")
        attached: Graph | None = None
        costs: tuple[LayerCost, ...] = ()
        if not problem and not self.rows.layers:
            problem = "This network has no dense layer; an adapter is attached to one."
        elif not problem and not chosen:
            problem = "Choose at least one layer."
        elif not problem:
            try:
                attached = attach(graph, chosen, name=name, **self.settings)
                costs = layer_costs(attached, name)
            except NNLabError as error:
                attached, problem = None, str(error)
        self._graph = attached
        self._sizes = {cost.layer: cost.learning for cost in costs}
        self._show(graph, costs)
        self.refuse(problem)
        self._preview()

    def _preview(self) -> None:
        """Tells what stands in the form to whoever draws it."""
        if not self.isVisible():
            return
        name = self.name.text().strip()
        found = {}
        for layer, size in self._sizes.items():
            node = None if self._graph is None else self._graph[layer]
            adapter = None if node is None else node.adapter(name)
            if node is not None and adapter is not None:
                found[layer] = strand_of(node, adapter, size)
        self.previewed.emit(Attempt(self._graph, name, found) if found else Attempt())

    def _show(self, graph: Graph, costs: tuple[LayerCost, ...]) -> None:
        rank, alpha = int(self._numbers["rank"]), float(self._numbers["alpha"])
        scaling, words = (alpha / math.sqrt(rank), "α / √r") if self.rslora.isChecked() else (alpha / rank, "α / r")
        self.scale.setText(f"BA is added × {short(scaling)}  ({words})")
        if self._graph is None:
            self.rows.show_counts({})
            self.counts.setText("")
            self.bytes.setText("")
            return
        self.rows.show_counts({cost.layer: cost.learning for cost in costs})
        self.counts.setText(f"{count(sum(cost.learning for cost in costs))} learn, not {count(_size(bare(graph)))}")
        self._counting.start()

    def _count_bytes(self) -> None:
        if self._graph is None:
            return
        training = self._project().training
        try:
            cost = adapter_cost(self._graph, self.name.text().strip(), update_of(training))
        except NNLabError as error:  # the rest of the network is not whole
            self.bytes.setText(str(error))
            return
        optimizer = optimizers[training.optimizer].title
        self.bytes.setText(f"{optimizer} {_kilobytes(cost.optimizer_bytes)} · file {_kilobytes(cost.file_bytes)}")

    def refuse(self, sentence: str) -> None:
        """Says why it cannot be attached; "" when it can."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        self.button.setEnabled(not sentence)
        if self.isVisible():
            self.place()

    def accept(self) -> None:
        """Attaches, if it can be."""
        if self.button.isEnabled():
            self.attached.emit(self.name.text().strip(), self.rows.chosen, self.settings)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
        else:
            super().keyPressEvent(event)


def _size(graph: Graph) -> int:
    """How many numbers all parameters have."""
    shapes = infer(graph)
    return sum(math.prod(shapes.get(node.id, p.name) or (0,)) for node in graph for p in node.parameters)


def _fitting_rank(graph: Graph, layers: Collection[str]) -> int:
    """The default, or as much as the narrowest of the layers has room for."""
    shapes = infer(graph)
    sides = [min(shape) for layer in layers if (shape := shapes.get(layer, "weight"))]
    return min(int(SETTINGS["rank"].default), *sides) if sides else int(SETTINGS["rank"].default)


def _kilobytes(size: int) -> str:
    return f"{size:,} B" if size < 1000 else f"{size / 1000:,.1f} kB"
