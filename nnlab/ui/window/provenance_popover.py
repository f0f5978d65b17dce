"""Where a number comes from: the popover that any number on the screen opens, by a click or by its key, and that checks it.

Left and right lead to the other numbers on the screen, Enter works the number out again, Ctrl+C copies what is said, Escape closes. Any
other key closes it, too, and means what it would have meant without it: an edge that was clicked is still deleted by Delete.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QFormLayout, QWidget
from shiboken6 import isValid

from nnlab.jobs.context import JobContext
from nnlab.training.provenance import Provenance
from nnlab.ui.look import numbers
from nnlab.ui.look.formula import FormulaLabel
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.jobs import LiveJob, LiveJobs
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.overlay import Overlay
from nnlab.ui.widgets.required import parent_of
from nnlab.ui.widgets.traced import answer_clicks, supplier_of, traced_within

_HOLDS = (Qt.Key.Key_Escape, Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)
WIDTH, GAP = 380, 8
LARGE = 64  # pixels of height from which a widget is more than one number


class ProvenancePopover(Overlay):
    """`shown` is what is told now, `verdict` what a check has said. `wanted(False)` when it is closed during a check, True after that."""

    wanted = Signal(bool)

    def __init__(self, theme: Theme, window: QWidget, jobs: LiveJobs) -> None:
        super().__init__(theme, window, "Where this number comes from")
        self._jobs = jobs
        self._asked: QWidget | None = None
        self._place: QPointF | None = None  # in it, where it was clicked
        self._job: LiveJob | None = None
        self.shown: Provenance | None = None
        self.name = Label(theme, "", "name")
        self.value = Label(theme, "", "counter")
        self.formula = FormulaLabel(theme, size="formula_small")
        self._form = QFormLayout()
        self.rows = {key: Label(theme, "", "body") for key in ("tensor", "iteration", "rows")}
        for key, label in self.rows.items():
            label.setWordWrap(True)
            self._form.addRow(Label(theme, key, "body", "text2"), label)
        self.note = Label(theme, "", "caption", "text2")
        self.note.setWordWrap(True)
        self.check = PressButton("Work it out again")
        self.check.setToolTip("By the engine, from the data and the weights of that iteration (Enter)")
        self.check.clicked.connect(self.check_number)
        self.verdict = Label(theme, "", "body", "text")
        self.verdict.setWordWrap(True)
        self.column.addWidget(self.name)
        self.column.addWidget(self.value)
        self.column.addLayout(self._form)
        for widget in (self.formula, self.note, self.verdict, self.check):
            self.column.addWidget(widget)
        self.box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # where there is nothing to check, the box itself has the keyboard
        answer_clicks(window, self.ask)
        follow(theme, self)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self.column.setContentsMargins(metrics.padding, metrics.px(12), metrics.padding, metrics.px(12))
        self.column.setSpacing(metrics.px(6))

    # Opening

    def ask(self, widget: QWidget, place: QPointF | None = None) -> bool:
        """Tells where a widget's number comes from; whether it has one."""
        supplier = supplier_of(widget)
        found = supplier(place) if supplier is not None else None
        if not isinstance(found, Provenance):
            return False
        self._asked, self._place, self.shown = widget, place, found
        self.name.setText(found.name)
        self.value.setText(numbers.number(found.value, 6))
        self.value.setToolTip(repr(found.value))
        self.rows["tensor"].setText(found.tensor)
        self.rows["iteration"].setText(numbers.NOTHING if found.iteration is None else numbers.count(found.iteration))
        self.rows["rows"].setText(found.rows)
        self.formula.set_text(found.formula)
        self.formula.setVisible(bool(found.formula))
        self.note.setText(found.note)
        self.note.setVisible(bool(found.note))
        self.verdict.hide()
        self.check.setVisible(found.recompute is not None)
        self.setAccessibleDescription(self.as_text())
        self.open_box(self.check if found.recompute is not None else self.box)
        return True

    def ask_by_key(self) -> None:
        """About the number that has the keyboard, or the first on the screen."""
        focused = QApplication.focusWidget()
        if focused is None or not self.ask(focused):
            self._go(1)

    def _go(self, by: int) -> None:
        """To another number on the screen."""
        found = traced_within(parent_of(self))
        at = found.index(self._asked) if self._asked in found else -1 if by > 0 else 0
        for step in range(1, len(found) + 1):
            if self.ask(found[(at + by * step) % len(found)]):
                return

    def close_box(self) -> None:
        if self._job is not None:
            self.wanted.emit(False)
        super().close_box()

    def as_text(self) -> str:
        """All of it in one line."""
        found = self.shown
        if found is None:
            return ""
        said = f"{found.name} = {found.value!r}; {found.tensor}, iteration {found.iteration}, {found.rows}"
        return f"{said}; {self.verdict.text()}" if self.verdict.isVisibleTo(self) else said

    def box_rect(self) -> QRect:
        """Beside the number, wherever there is room for it."""
        window, width = parent_of(self), self._theme.metrics.px(WIDTH)
        layout = self.column
        height = max(layout.sizeHint().height(), layout.heightForWidth(width) if layout.hasHeightForWidth() else 0)
        if self._asked is None:
            return QRect((window.width() - width) // 2, window.height() // 4, width, height)
        around = QRect(self._asked.mapTo(window, QPoint(0, 0)), self._asked.size())
        if around.height() > LARGE:  # a picture with many numbers: beside that one
            at = self._asked.mapTo(window, self._place.toPoint()) if self._place is not None else around.center()
            around = QRect(at.x() - GAP, at.y() - GAP, 2 * GAP, 2 * GAP)
        left = min(max(GAP, around.center().x() - width // 2), window.width() - width - GAP)
        top = around.bottom() + GAP if around.bottom() + GAP + height < window.height() else around.top() - height - GAP
        return QRect(left, min(max(GAP, top), max(GAP, window.height() - height - GAP)), width, height)

    # Checking

    def check_number(self) -> None:
        """Works the number out again, beside the window."""
        found = self.shown
        if found is None or found.recompute is None or self._job is not None:
            return
        self._job = self._jobs.start("Working a number out again", _Check(found), quiet=True)
        self._job.finished.connect(self._checked)
        self._job.failed.connect(self._say)
        self._job.ended.connect(self._ended)

    def _checked(self, answer: tuple[Provenance, str]) -> None:
        if answer[0] is self.shown:
            self._say(answer[1])

    def _say(self, sentence: str, detail: str = "") -> None:
        self.verdict.setText(sentence)
        self.verdict.show()
        self.place()

    def _ended(self) -> None:
        self._job = None
        self.wanted.emit(True)

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.as_text())
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self._go(-1)
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            self._go(1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.check_number()
        elif event.key() in _HOLDS or self._before is None or not isValid(self._before):
            super().keyPressEvent(event)
        else:
            before = self._before
            self.close_box()
            QApplication.sendEvent(before, event)


class _Check:
    """Runs on a job's thread."""

    def __init__(self, provenance: Provenance) -> None:
        self._provenance = provenance

    def __call__(self, context: JobContext) -> tuple[Provenance, str]:
        assert self._provenance.recompute is not None
        return self._provenance, self._provenance.verdict(self._provenance.recompute())
