"""Taking the stepper's mathematics away: a formula as LaTeX, SVG or MathML, the moments of an iteration as a table.

The table is made beside the window, from a copy of the run as it was before this iteration: the copy steps through it with the same
compiled functions, so its numbers are those of the window, and the run itself is not disturbed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData, QObject, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget

from nnlab.core.atomic import write_atomically
from nnlab.core.errors import NNLabError
from nnlab.engine.moments import MomentRow, as_csv, as_markdown, moments_of_iteration
from nnlab.training.complete_run import prepare_run
from nnlab.ui.document.document import Document
from nnlab.ui.look.formula import mathml, typeset
from nnlab.ui.run.answers import wait_for
from nnlab.ui.stepper.formula_content import FormulaContent
from nnlab.ui.stepper.model import StepModel

BLACK = QColor(0, 0, 0)
FORMULAS = "LaTeX (*.tex);;Vector graphics (*.svg);;MathML (*.mml)"
TABLES = "Comma-separated values (*.csv);;Markdown (*.md)"
NO_NETWORK = "There is no run to take the moments of; build a network that can be trained first."
Take = Callable[[tuple[MomentRow, ...]], object]


class StepExports(QObject):
    """Follows a `StepModel` and is told the formula. `told(sentence)` and `failed(sentence)` are for the window."""

    told = Signal(str)
    failed = Signal(str)

    def __init__(self, model: StepModel, document: Document, parent: QWidget) -> None:
        super().__init__(parent)
        self._model, self._document, self._parent = model, document, parent
        self.content: FormulaContent | None = None
        self._path = Path()  # where the table goes that is being made

    def fill(self, menu: QMenu) -> None:
        """Everything there is to take, for the menu of a button."""
        menu.addAction("Copy as LaTeX", self.copy_latex)
        menu.addAction("Copy as SVG", self.copy_svg)
        menu.addAction("Copy as MathML", self.copy_mathml)
        menu.addAction("Save formula…", self.save_formula)
        menu.addSeparator()
        menu.addAction("Copy this iteration as Markdown", self.copy_moments)
        menu.addAction("Save this iteration as a table…", self.save_moments)

    # The formula

    def copy_latex(self) -> None:
        if self.content is not None:
            QApplication.clipboard().setText(self.content.latex)

    def copy_svg(self) -> None:
        """Copies the formula as a picture that any editor of vector graphics opens, in black."""
        if self.content is not None:
            _copy(typeset(self.content.latex).colored(BLACK), "image/svg+xml")

    def copy_mathml(self) -> None:
        """Copies the formula as MathML, which word processors and browsers read."""
        if self.content is not None:
            _copy(mathml(self.content.latex), "application/mathml+xml")

    def save_formula(self) -> None:
        content = self.content
        path = self._ask("Save formula", "formula.svg", FORMULAS) if content is not None else None
        if content is None or path is None:
            return
        texts = {
            ".svg": lambda: typeset(content.latex).colored(BLACK), ".mml": lambda: mathml(content.latex), ".tex": lambda: content.latex,
        }  # fmt: skip
        if path.suffix.lower() not in texts:
            self.failed.emit(f"{path.name} is no kind of formula; let its name end in .svg, .tex or .mml.")
            return
        self._write(path, texts[path.suffix.lower()]())

    # The moments of an iteration

    def copy_moments(self) -> None:
        self._make_moments(self._copy_table)

    def save_moments(self) -> None:
        """Asks for the file first, then makes the table."""
        path = self._ask("Save this iteration", "iteration.csv", TABLES)
        if path is None:
            return
        if path.suffix.lower() not in (".csv", ".md"):
            self.failed.emit(f"{path.name} is no kind of table; let its name end in .csv or .md.")
            return
        self._path = path
        self._make_moments(self._save_table)

    def _make_moments(self, take: Take) -> None:
        session, project = self._model.session, self._document.project
        data = session.data
        if data is None or not session.can_run:
            self.failed.emit(session.reason or NO_NETWORK)
            return
        snapshot = session.request_snapshot(undisturbed=True)

        def make(_: object) -> tuple[MomentRow, ...]:
            run = prepare_run(project.graph, data, project.training, wait_for(snapshot), project.initial)
            return moments_of_iteration(run.stepper, project.graph)

        job = session.jobs.start("Moments of an iteration", make, quiet=True, lane="moments")
        job.finished.connect(take)
        job.failed.connect(self._fail)

    def _copy_table(self, moments: tuple[MomentRow, ...]) -> None:
        QApplication.clipboard().setText(as_markdown(moments))
        self.told.emit(f"Copied {len(moments)} moments of this iteration as a Markdown table.")

    def _save_table(self, moments: tuple[MomentRow, ...]) -> None:
        path = self._path
        self._write(path, as_csv(moments) if path.suffix.lower() == ".csv" else as_markdown(moments))

    def _fail(self, sentence: str, detail: str) -> None:
        self.failed.emit(sentence)

    # Files

    def _ask(self, title: str, suggested: str, kinds: str) -> Path | None:
        name, kind = QFileDialog.getSaveFileName(self._parent, title, suggested, kinds)
        if not name:
            return None
        path = Path(name)
        return path if path.suffix else path.with_suffix(kind.rpartition("*")[2].rstrip(")"))

    def _write(self, path: Path, text: str) -> None:
        try:
            write_atomically(path, lambda file: file.write(text.encode()))
        except NNLabError as error:
            self.failed.emit(str(error))
        else:
            self.told.emit(f"Written to {path}.")


def _copy(text: str, kind: str) -> None:
    data = QMimeData()
    data.setText(text)
    data.setData(kind, QByteArray(text.encode()))
    QApplication.clipboard().setMimeData(data)
