"""StepperPanel: one moment of an iteration, explained. Header, formula with the engine's numbers, picture, sentence, scrubber.

    panel = StepperPanel(theme, session, document, selection)
    panel.lights_changed.connect(canvas.set_step)
    over_action.triggered.connect(panel.over)

`scrubber` stands below the panel unless it is put elsewhere; `side` (tensors, finite difference) is put where there is room for it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.engine.breakpoint import PHASES, Breakpoint
from nnlab.engine.frame import OUTPUTS
from nnlab.ui.document.debugging_edits import toggle_breakpoint
from nnlab.ui.document.document import Document
from nnlab.ui.document.selection import Selection
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.session import LiveSession
from nnlab.ui.stepper.chain_side import ChainSide
from nnlab.ui.stepper.exports import StepExports
from nnlab.ui.stepper.formula_content import content_of, unit_rows
from nnlab.ui.stepper.formula_view import FormulaView
from nnlab.ui.stepper.header import StepHeader
from nnlab.ui.stepper.levels import StepLevels
from nnlab.ui.stepper.matrix_view import MatrixView
from nnlab.ui.stepper.model import StepModel
from nnlab.ui.stepper.picture import Picture
from nnlab.ui.stepper.prediction_row import PredictionRow
from nnlab.ui.stepper.scrubber import Scrubber
from nnlab.ui.stepper.side import StepSide
from nnlab.ui.stepper.slow_motion import SlowMotion
from nnlab.ui.stepper.step_edits import StepEdits
from nnlab.ui.stepper.term_content import edge_of, table_of
from nnlab.ui.stepper.term_list import TermList
from nnlab.ui.stepper.watch_menu import WatchMenu
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label

LOW, NARROW = 250, 800  # pixels below which the sentence is set smaller
PICTURE = 105  # pixels of height at 100 % below which a picture says nothing and the formula has its room
LOWEST = 160  # pixels below which it leaves its room to the formula and its numbers, and is their tooltip alone
EMPTY = (
    "Step through one iteration, one operation at a time: every formula with the numbers that were just computed, "
    "forward, loss, backward and update. F10 steps, Shift F10 takes the last step back."
)


class StepperPanel(QWidget):
    """The lower part of the Step workspace. `lights_changed(node_id or None, reads, writes)` says what to light on the canvas."""

    lights_changed = Signal(object, object, object)
    term_changed = Signal(object)  # the weight of the single term that is looked at, None where none is

    def __init__(
        self, theme: Theme, session: LiveSession, document: Document, selection: Selection | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._session, self._document, self._selection = theme, session, document, selection
        self.model = StepModel(session, self)
        self.setAccessibleName("Stepper")
        self.exports = StepExports(self.model, document, self)
        self.header = StepHeader(theme, self.model, self.exports)
        self.levels = StepLevels(self.model, self)
        self.formula = FormulaView(theme)
        self.terms = TermList(theme)
        self.unit_rows = MatrixView(theme)
        self.words = Label(theme, "", "counter")
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.picture = Picture(theme, self.model, self.levels)
        self.edits = StepEdits(self.model, document, self)
        self.motion = SlowMotion(self.model, self.levels, self)
        self.watches = WatchMenu(self.model, document, self)
        self.prediction = PredictionRow(theme, self.model, document)
        self.scrubber = Scrubber(theme, self.model)
        self._side: StepSide | None = None
        self._chain: ChainSide | None = None
        self._stack = QStackedWidget()
        self._stack.addWidget(self._make_empty())
        self._stack.addWidget(self._make_body())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._stack, 1)
        column.addWidget(self.scrubber)
        self.unit_rows.chosen.connect(self.model.choose)
        for matrices in (self.unit_rows, self.picture.matrices):
            matrices.entered.connect(self.edits.enter)
            matrices.menu_asked.connect(self.watches.open)
        self.header.predict_button.toggled.connect(self.prediction.ask)
        self.prediction.changed.connect(self._refresh)
        self.scrubber.breakpoint_wanted.connect(self._toggle_breakpoint)
        for signal in (document.debugging_changed, document.replaced):
            signal.connect(self._show_breakpoints)
        self._show_breakpoints()
        self.model.changed.connect(self._moment_changed)
        self.model.element_changed.connect(self._refresh)
        self.levels.moved.connect(self._refresh)
        self.terms.chosen.connect(self.levels.choose_term)
        session.state_changed.connect(self._show_state)
        theme.changed.connect(self._repaint)
        follow(theme, self)
        self._moment_changed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._session.watch(self, (OUTPUTS,))  # for the picture of an activation

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._session.watch(self, ())

    @property
    def side(self) -> StepSide:
        """The side column; made when it is first asked for, and owned by whoever puts it into a layout."""
        if self._side is None:
            self._side = StepSide(self._theme, self.model, self._document, self._selection, self.edits)
            self._side.table.menu_asked.connect(self.watches.open)
        return self._side

    @property
    def chain(self) -> ChainSide:
        """The paths of a weight, beside the side column; made like it."""
        if self._chain is None:
            self._chain = ChainSide(self._theme, self.model, self._document, self._selection)
        return self._chain

    # What the window's actions call

    def over(self) -> None:
        """The next operation; within one its next element, or the element's next term (see `StepLevels`)."""
        self.levels.over()

    def into(self) -> None:
        """From the operation to its elements, from an element to the terms of its sum."""
        self.levels.into()

    def out(self) -> None:
        """From terms to elements, from those to operations, and from there to the end of the phase."""
        self.levels.out()

    def back(self) -> None:
        """What over did, taken back."""
        self.levels.back()

    def to_breakpoint(self) -> None:
        """Runs to the next operation at which a breakpoint stops."""
        self.model.to_breakpoint()

    def place(self) -> Breakpoint | None:
        """The moment shown, as a place to stop at; None when none is."""
        instruction = self.model.instruction
        return None if instruction is None else Breakpoint(instruction.node_id, PHASES[instruction.phase])

    def next_phase(self) -> None:
        """Runs to the first operation of the next phase."""
        self.model.next_phase()

    def finish(self) -> None:
        """Runs the rest of the iteration."""
        self.model.finish()

    # Parts

    def _make_empty(self) -> QWidget:
        page = QWidget()
        self._empty_text = Label(self._theme, EMPTY, "body", "text2")
        self._empty_text.setWordWrap(True)
        self._empty_text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._start = PressButton("Step")
        self._start.setDefault(True)
        self._start.setToolTip("Runs the first operation of the next iteration (F10)")
        self._start.clicked.connect(self.over)
        column = QVBoxLayout(page)
        column.addStretch(1)
        column.addWidget(self._empty_text, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._start, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return page

    def _make_body(self) -> QWidget:
        page = QWidget()
        self._left = QVBoxLayout()
        self._left.addWidget(self.formula, 5)
        self._left.addWidget(self.terms, 5)
        self._left.addWidget(self.unit_rows, 3)
        self._left.addWidget(self.prediction)
        self._left.addWidget(self.words)
        self._body = QHBoxLayout()
        self._body.addLayout(self._left, 8)
        self._body.addWidget(self.picture, 5)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(self._body, 1)
        return page

    # Showing

    def _toggle_breakpoint(self, pc: int) -> None:
        instruction = self.model.instructions[pc]
        try:
            toggle_breakpoint(self._document, Breakpoint(instruction.node_id, PHASES[instruction.phase]))
        except NNLabError as error:
            self._session.failed.emit(str(error), "")

    def _show_breakpoints(self) -> None:
        self.scrubber.set_breakpoints(self._document.project.debugging.breakpoints)

    def _moment_changed(self) -> None:
        instruction = self.model.instruction
        self._stack.setCurrentIndex(1 if instruction is not None else 0)
        self._show_state()
        self._refresh()
        if instruction is None:
            self.lights_changed.emit(None, frozenset(), frozenset())
        else:
            self.lights_changed.emit(instruction.node_id, instruction.reads, instruction.writes)

    def _refresh(self) -> None:
        """Shows the moment at its explained element."""
        content, hides = content_of(self.model), self.prediction.hides
        if content is not None and hides:
            content = content.hidden()
        table = None if hides or content is None else table_of(self.model, self.levels)
        self.formula.show_content(content)
        if table is None and self.formula.isVisible():
            self.formula.repaint()  # at once: what follows, pictures, tables and the canvas, takes longer
        self.prediction.refresh()
        self.header.refresh(content)
        self.term_changed.emit(edge_of(self.model, self.levels) if table is not None else None)
        if content is None:
            return
        self.terms.show_table(table)
        self.terms.setVisible(table is not None)
        self.formula.setVisible(table is None)
        self.words.setText(content.words if table is None else table.words)
        self.formula.setToolTip(content.words)
        self.scrubber.set_within(self.levels.text, self.levels.share)
        self.picture.refresh(hides)
        if self._side is not None:
            self._side.set_hidden(hides)
        for matrices in (self.unit_rows, self.picture.matrices):
            matrices.set_editable(self.edits.editable())
        formula, picture = self.picture.share
        self._body.setStretch(0, formula)
        self._body.setStretch(1, picture)
        self._show_rows()

    def _show_rows(self) -> None:
        """All units of the sample, where there is room for them; the sentence is smaller where there is little."""
        px = self._theme.metrics.px
        self.scrubber.set_low(self.height() < px(200) + self._theme.metrics.scrubber)
        height = self.height() - self.scrubber.maximumHeight()
        self.words.set_role("body" if height < px(LOW) or self.width() < px(NARROW) else "counter")
        self.words.setVisible(height >= px(LOWEST) and bool(self.words.text()))
        self.picture.setVisible(height - self.header.height() >= px(PICTURE))
        form = unit_rows(self.model) if height >= px(400) and not self.prediction.hides and self.terms.isHidden() else None
        self.unit_rows.setVisible(form is not None)
        if form is not None:
            self.unit_rows.show_form(form)

    def _show_state(self) -> None:
        reason = self._session.reason
        self._empty_text.setText(f"{reason}. Fix it to step." if reason else EMPTY)
        self._fit_empty()
        self._start.setEnabled(not reason)

    def _fit_empty(self) -> None:
        """A centred label that wraps is given the height of a single guess; it needs that of its own width."""
        width = self._theme.metrics.px(520)
        self._empty_text.setFixedSize(width, self._empty_text.heightForWidth(width))

    def _repaint(self) -> None:
        for widget in (self, self.formula, self.terms, self.picture, self.unit_rows, self.scrubber):
            widget.update()
        self._refresh()

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._fit_empty()
        self._body.setContentsMargins(metrics.padding + metrics.grid, 0, metrics.grid, metrics.px(12))
        self._body.setSpacing(metrics.padding)
        self._left.setSpacing(metrics.px(6))
        self.updateGeometry()
        self._show_rows()

    def sizeHint(self) -> QSize:
        metrics = self._theme.metrics
        return QSize(metrics.px(936), metrics.formula_panel + metrics.scrubber)

    def minimumSizeHint(self) -> QSize:
        metrics = self._theme.metrics
        return QSize(metrics.px(560), metrics.px(108) + self.scrubber.least_height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_rows()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.tokens.panel)
        painter.end()
