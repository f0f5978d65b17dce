"""The chain of a weight, in the side column: every path from it to the loss with its factors, the largest first, and their sum.

Worked out again whenever another weight is chosen or a step was made, while it is visible and nothing trains (`nnlab.engine.chain`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHeaderView, QScrollArea, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from nnlab.engine.chain import Chain, ChainElement
from nnlab.engine.frame import BATCH
from nnlab.engine.gradient_check import LossSlice
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.numbers import count, number, scientific
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.stepper.model import StepModel
from nnlab.ui.stepper.slice_view import SliceView
from nnlab.ui.stepper.step_batch import StepBatch
from nnlab.ui.stepper.weight_chooser import WeightChooser
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.value_row import ValueRow

LISTED = 60  # paths; the others are summed and counted
SMALL = 0.005  # a product below this share of the largest is written in the quiet colour
NO_BATCH = "The paths need a batch: step once or train an iteration."
WORKING = "Working out the paths …"
NO_PATH = "No path leads from this number to the loss: a factor of each is 0."
EXPLAIN = "∂L/∂w is the sum, over all paths from the weight to the loss, of the products along them. Open a path to see its factors."


class ChainSide(QWidget):
    """Follows a `StepModel`. `chain` is what is shown, None while there is none.

    `paths_changed(chain or None, path or None)` says what to light on the canvas: all paths, or the one that the cursor is on.
    """

    paths_changed = Signal(object, object)

    def __init__(
        self, theme: Theme, model: StepModel, document: Document, selection: Selection | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._model, self._document = theme, model, document
        self._job: LiveJob | None = None
        self._asked: tuple[object, ...] | None = None
        self.chain: Chain | None = None
        self.chooser = WeightChooser(theme, model, "Weight or activation whose paths are shown", selection, activations=True)
        self.caption = Label(theme, "", "caption", "text2")
        self.caption.setWordWrap(True)
        self.tree = QTreeWidget()
        self._make_tree()
        self.listed = ValueRow(theme, "listed paths", "The sum of the products above", signed=True)
        self.others = ValueRow(theme, "others", "The sum of all paths that are not listed", signed=True)
        self.gradient = ValueRow(theme, "∂L/∂w", "From the backward pass, in double precision", signed=True)
        self.error = ValueRow(theme, "relative error", "Between the sum of all paths and the backward pass")
        self.slice = SliceView(theme)
        self.slice.wanted.connect(self.ask_slice)
        self._slicing: LiveJob | None = None
        inside, page = QWidget(), QVBoxLayout(self)
        self._area = QScrollArea()  # in a low window it is a tab beside the stepper, which has not the height of a column
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inside)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(self._area)
        self._column = QVBoxLayout(inside)
        for part in (self.chooser, self.caption):
            self._column.addWidget(part)
        self._column.addWidget(self.tree, 1)
        for row in (*self._rows, self.slice):
            self._column.addWidget(row)
        self._column.addStretch(0)
        self.chooser.changed.connect(self.ask)
        model.view_changed.connect(self.ask)
        model.session.ticked.connect(self.ask)
        document.replaced.connect(self._forget)
        follow(theme, self)
        self._show(None, NO_BATCH)

    def _make_tree(self) -> None:
        self.tree.setColumnCount(2)
        self.tree.setIndentation(self._theme.metrics.px(12))
        self.tree.setAccessibleName("Paths from the weight to the loss")
        self.tree.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.tree.setUniformRowHeights(True)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.setMouseTracking(True)
        self.tree.itemEntered.connect(self._light)
        self.tree.currentItemChanged.connect(self._light)  # by key or click
        self.tree.viewportEntered.connect(self._light_all)
        self.tree.viewport().installEventFilter(self)

    @property
    def _rows(self) -> tuple[ValueRow, ...]:
        return self.listed, self.others, self.gradient, self.error

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._column.setContentsMargins(metrics.padding, metrics.grid, metrics.padding, metrics.grid)
        self._column.setSpacing(metrics.px(4))
        self.tree.setMinimumHeight(metrics.px(120))
        if self.chain is not None:
            self._show(self.chain, "")  # the colours of another theme

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._model.session.watch(self, (BATCH,))
        self.ask()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.paths_changed.emit(None, None)
        self._model.session.watch(self, ())

    # The question

    def ask(self) -> None:
        """Works the paths out, unless they are known, nobody looks, or training runs."""
        if not self.isVisible() or self._model.session.is_playing:
            return
        self.chooser.follow_frame()
        batch = StepBatch.of(self._model.frame, self._document.project.training.seed, self._model.accumulated)
        name, index = self.chooser.name, self.chooser.index
        if batch is None or not index:
            self._asked = None
            self._show(None, NO_BATCH)
            return
        asked = (name, index, self._model.frame)
        if self._asked is not None and self._asked[:2] == asked[:2] and self._asked[2] is asked[2]:
            return
        if self._job is not None:
            self._job.cancel()
        self._asked = asked
        if self.chain is None:
            self.caption.setText(WORKING)
        self._job = self._model.session.jobs.start("Paths", lambda _: batch.chain(name, index, LISTED), quiet=True, lane="paths")
        self._job.finished.connect(self._arrived)
        self._job.failed.connect(self._fail)

    def _forget(self) -> None:
        """Another project has been opened: what is known, or asked for, is of the one before."""
        if self._job is not None:
            self._job.cancel()
        self._job = self._asked = None
        self._show(None, NO_BATCH)

    def _arrived(self, chain: Chain) -> None:
        if self._asked is not None and (chain.start.tensor, chain.start.index) == self._asked[:2]:
            self._show(chain, "" if chain.paths else NO_PATH)

    def _fail(self, sentence: str) -> None:
        self._show(None, sentence)

    def ask_slice(self) -> None:
        """Moves the element that is shown: finite difference, and the loss along it."""
        batch = StepBatch.of(self._model.frame, self._document.project.training.seed, self._model.accumulated)
        if batch is None or self.chain is None:
            return
        if self._slicing is not None:
            self._slicing.cancel()
        start = self.chain.start
        self.slice.say("Moving it …")
        jobs = self._model.session.jobs
        self._slicing = jobs.start("Slice of the loss", lambda _: batch.slice(start.tensor, start.index), quiet=True, lane="slice")
        self._slicing.finished.connect(self._show_slice)
        self._slicing.failed.connect(self.slice.say)

    def _show_slice(self, result: LossSlice) -> None:
        if self.chain is not None and (result.check.parameter, result.check.index) == (self.chain.start.tensor, self.chain.start.index):
            self.slice.show_slice(result)

    # The paths on the canvas

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._light_all()
        return False

    def _light(self, item: QTreeWidgetItem | None) -> None:
        """The path of a row, or of a factor in it."""
        top = item.parent() or item if item is not None else None
        self.paths_changed.emit(self.chain, self.tree.indexOfTopLevelItem(top) if top is not None else None)

    def _light_all(self) -> None:
        self.paths_changed.emit(self.chain, None)

    # The answer

    def _show(self, chain: Chain | None, sentence: str) -> None:
        if chain is not self.chain:
            if self._slicing is not None:
                self._slicing.cancel()
            self.slice.clear()
        self.chain = chain
        self.paths_changed.emit(chain, None)
        blocker = QSignalBlocker(self.tree)
        self.tree.clear()
        blocker.unblock()
        there = chain is not None and bool(chain.paths)
        self.tree.setVisible(there)
        self._column.setStretch(self._column.count() - 1, 0 if there else 1)  # where there is no list, nothing spreads out
        for row in (*self._rows, self.slice):
            row.setVisible(there)
        if chain is None or not there:
            self.caption.setText(sentence)
            return
        many = f"{count(int(chain.count))} paths" if chain.count != 1 else "One path"
        self.caption.setText(many if chain.is_complete else f"{many}; the {count(len(chain.paths))} largest are listed")
        self.caption.setToolTip(EXPLAIN)
        self._fill(chain)
        self.listed.set_number(float(sum(chain.products)))
        self.others.setVisible(not chain.is_complete)
        self.others.set_label(f"{count(int(chain.count) - len(chain.paths))} others")
        self.others.set_number(chain.rest)
        self.gradient.set_number(chain.total)
        apart = abs(chain.whole - chain.total)
        self.error.set_text(scientific(apart / max(abs(chain.total), abs(chain.whole)), 2) if apart else "0")

    def _fill(self, chain: Chain) -> None:
        tokens, products = self._theme.tokens, chain.products
        largest, samples = abs(products[0]), self._model.frame.rows if self._model.frame is not None else 1
        graph = self._model.graph
        layers = {node.id for node in graph if node.parameters} if graph is not None else set()
        self.tree.setHeaderLabels(["Sample: units on the way" if samples > 1 else "Units on the way", "Product"])
        for path, elements, product in zip(chain.paths, chain.elements, products, strict=True):
            item = QTreeWidgetItem(self.tree, [path_in_short(elements, samples, layers), number(product)])
            quiet = abs(product) < SMALL * largest
            _color(item, tokens.text3 if quiet else tokens.pos if product > 0 else tokens.neg)
            item.setToolTip(0, f"{' → '.join(element.name for element in reversed(elements))}\n{EXPLAIN}")
            for factor, after, before in reversed(list(zip(path, elements, elements[1:], strict=False))):
                child = QTreeWidgetItem(item, [f"∂{_short(after)} / ∂{_short(before)}", number(factor.value)])
                child.setToolTip(0, factor.name)
                child.setForeground(0, tokens.text2)
                _color(child, tokens.text)
        blocker = QSignalBlocker(self.tree)  # all paths are lit until a person goes to one
        self.tree.setCurrentIndex(self.tree.model().index(0, 0))
        blocker.unblock()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.side_column, self._theme.metrics.px(600))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(200), self._theme.metrics.px(60))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.tokens.panel)
        painter.end()


def _color(item: QTreeWidgetItem, color: QColor) -> None:
    item.setForeground(1, color)
    item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


def path_in_short(elements: Sequence[ChainElement], samples: int, layers: Collection[str]) -> str:
    """The units that a path passes between the weight and the loss, counted from 1, behind the sample: "2: 4 → 3 → 1".

    An operation that works element by element, an activation, stays where it is and is left out; `layers` are the nodes with weights.
    """
    inner = list(reversed(elements[1:-1]))
    stops = [
        element
        for k, element in enumerate(inner)
        if not k or element.index != inner[k - 1].index or element.tensor.partition(".")[0] in layers
    ]
    units = [", ".join(str(place + 1) for place in element.index[1:]) for element in stops]
    way = " → ".join(text if "," not in text else f"[{text}]" for text in units) or "directly"
    return f"{inner[0].index[0] + 1}: {way}" if inner and samples > 1 else way


def _short(element: ChainElement) -> str:
    """What is derived, without its place: "loss", "tanh_1", "weight"."""
    node_id, tensor = element.tensor.split(".", 1)
    return node_id if tensor == "y" else tensor
