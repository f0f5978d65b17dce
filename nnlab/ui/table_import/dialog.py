"""The import page: how a table is read and what each of its columns is used for, before anything is trained.

Above, one row for each column with what was found and what is proposed; beside it, the choices for the one selected; below, the first rows
of the file as they stand there. The table is read in the background, and prepared there when a button says so: the page answers with
`DataSettings` whose samples can be used, or stays and says why they cannot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from PySide6.QtCore import QItemSelection, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.core.setting import Setting, Value
from nnlab.core.telling import listening
from nnlab.files.starting_network import memory_of_the_past
from nnlab.jobs.context import JobContext
from nnlab.tables.cell_table import CellTable
from nnlab.tables.column_settings import inputs_of, settings_of, with_choice
from nnlab.tables.plan import TablePlan, read_plan
from nnlab.tables.proposal import Proposal, propose
from nnlab.tables.reader import Wanted, read_table
from nnlab.tables.table_memory import in_units, reading_memory, training_memory
from nnlab.tables.text_file import ENCODINGS
from nnlab.tables.text_form import DELIMITER_NAMES, TextForm
from nnlab.ui.look.numbers import count
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.run.jobs import LiveJobs
from nnlab.ui.table_import.cells import InsetCells
from nnlab.ui.table_import.models import PREVIEWED, ColumnsModel, Rows, RowsModel
from nnlab.ui.table_import.page import ImportPage
from nnlab.ui.widgets.focus import focused_within
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.settings_form import SettingsForm

MOST_MEASURED = 200  # columns whose width follows what they hold
ROOM, WIDEST = 24, 320  # beside the text of a column of the preview; the widest column
MOST_LISTED = 500  # columns in the list of those that may be predicted
WORTH_SAYING = 100_000_000  # bytes of memory
WIDTHS = (150, 68, 88, 94, 64, 76, 160)  # of the columns but the last, which takes the rest

@dataclass(frozen=True, eq=False)
class _Read:
    """What the background found: the cells and what they suggest."""

    cells: CellTable
    proposal: Proposal
    head: list[tuple[str | None, ...]]


class ImportDialog(ImportPage):
    """The page for a table.

    `current`: how the table is used already, to be shown again and changed; None for a table that is new.
    """

    def __init__(
        self, theme: Theme, jobs: LiveJobs, path: Path, current: DataSettings | None = None, parent: QWidget | None = None
    ) -> None:  # fmt: skip
        super().__init__(theme, jobs, path, current or DataSettings("table", {"path": str(path)}), "Import table", parent)
        self._kept = None if current is None else read_plan(str(current.settings.get("plan", "")))
        self._read: _Read | None = None
        self.plan: TablePlan | None = None
        self.column_form: SettingsForm | None = None
        self.file_form: SettingsForm | None = None
        self._make_parts()
        follow(theme, self)
        self._start_reading(Wanted() if self._kept is None else self._kept.wanted)

    def _make_parts(self) -> None:
        theme = self._theme
        self.columns = ColumnsModel(theme)
        self.rows = RowsModel(theme)
        self.table = ColumnsView()
        _set_up(self.table, self.columns, "Columns of the table")
        self.table.setToolTip("Space leaves a column out or takes it in, T makes it the target")
        self.table.used.connect(self._use_selected)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.selectionModel().selectionChanged.connect(self._on_selected)
        self.preview_title = Label(theme, "First rows", "caption", "text2")
        self.preview = QTableView()
        _set_up(self.preview, self.rows, "First rows of the table")
        self.preview.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.column_title = ElidedLabel(theme, "", "name")
        self.column_remark = Label(theme, "", "caption", "text2")
        self.file_title = Label(theme, "File", "name")
        self.column_remark.setWordWrap(True)
        for heading in (self.preview_title, self.file_title):
            heading.hide()  # of what is there once the file is read
        self._left.addWidget(self.table, 3)
        self._left.addWidget(self.preview_title)
        self._left.addWidget(self.preview, 2)
        self.target_form: SettingsForm | None = None
        for widget in (self.column_title, self.column_remark, self.file_title, self.split_title, self.split_form):
            self._side.addWidget(widget)
        self._side.addStretch(1)
        self._inset += [self.column_title, self.column_remark, self.file_title]

    def apply_metrics(self) -> None:
        super().apply_metrics()
        px = self._theme.metrics.px
        for place, width in enumerate(WIDTHS):
            self.table.setColumnWidth(place, px(width))
        for view in (self.table, self.preview):
            view.verticalHeader().setDefaultSectionSize(px(26))

    @property
    def is_ready(self) -> bool:
        return self._read is not None

    # Reading

    def _start_reading(self, wanted: Wanted) -> None:
        path, kept = self.path, self._kept

        def run(context: JobContext) -> _Read:
            cells = read_table(path, wanted, lambda share, words: context.report(share / 2, 1.0, words))
            target = "" if kept is None else next((c.name for c in kept.columns if c.use == "target" and c.name in cells.columns), "")
            proposal = propose(cells, target, lambda share: context.report((1 + share) / 2, 1.0, "looking at the columns"))
            return _Read(cells, proposal, cells.head(PREVIEWED))

        self._say("")
        if (needed := reading_memory(path)) > WORTH_SAYING:
            self.about.setText(f"Reading takes about {in_units(needed)} of memory")
        self.allow(False)
        self._start(f"Reading {path.name}", run, self._on_read)

    def _on_failed(self, sentence: str, detail: str) -> None:
        if self._read is None:
            self.about.setText("")
            self.summary.setText("")
        else:
            self._show_plan()
        super()._on_failed(sentence, detail)

    def _on_read(self, read: _Read) -> None:
        self._job, self._read = None, read
        self.preview_title.show()
        self.plan = read.proposal.plan
        self.columns.show_table(read.cells, read.proposal, read.head)
        self.rows.show_table(read.cells, read.head)
        if self._kept is not None and [c.name for c in self._kept.columns] == list(read.cells.columns):
            self.plan = msgspec.structs.replace(self._kept, form=read.proposal.plan.form)
        self._kept = None
        self._describe_file(read.cells)
        self._offer_targets()
        self._show_plan()
        asked = read.proposal.open_questions(self.plan)
        names = [column.name for column in self.plan.columns]
        self.table.selectRow(names.index(asked[0].column if asked else self.plan.target.name))
        self._fit_preview(read.head)
        self.table.setFocus()

    def _fit_preview(self, head: Rows) -> None:
        """Each column of the preview as wide as its name and its longest cell; Qt would ask for every cell and lay it out."""
        px, font = self._theme.metrics.px, self.preview.fontMetrics()
        for place, name in enumerate(self.rows.names[:MOST_MEASURED]):
            longest = max((row[place] or "missing" for row in head), key=len, default="")
            width = max(font.horizontalAdvance(text[:200]) for text in (name, longest))
            self.preview.setColumnWidth(place, min(width + px(ROOM), px(WIDEST)))

    def _describe_file(self, cells: CellTable) -> None:
        parts = [f"{count(cells.rows)} rows, {count(len(cells.columns))} columns", *cells.notes]
        self.about.setText(" · ".join(parts))
        if self.file_form is not None:
            self.file_form.retire()
        settings = _file_settings(cells)
        self.file_title.setVisible(bool(settings))
        self.file_form = SettingsForm(self._theme, settings)
        self.file_form.committed.connect(self._on_file)
        self._side.insertWidget(self._side.indexOf(self.file_title) + 1, self.file_form)

    def _offer_targets(self) -> None:
        """A list of the columns, above everything, of which one is predicted."""
        assert self.plan is not None
        if self.target_form is not None:
            self.target_form.retire()
            self.target_form = None
        names = tuple(column.name for column in self.plan.columns)
        if len(names) > MOST_LISTED:
            return
        chosen = next((column.name for column in self.plan.columns if column.use == "target"), names[-1])
        target = Setting("target", chosen, title="Predict", tip="The column that is to be predicted.", choices=names, choice_titles=names)
        self.target_form = SettingsForm(self._theme, (target,))
        self.target_form.setAccessibleName("What is predicted")
        self.target_form.committed.connect(self._on_target)
        self._side.insertWidget(0, self.target_form)

    def _on_target(self, _: str, name: Value) -> None:
        assert self.plan is not None
        self.table.selectRow([column.name for column in self.plan.columns].index(str(name)))
        self._on_choice("use", "target")

    def _on_file(self, name: str, value: Value) -> None:
        assert self._read is not None and self.plan is not None
        form = self._read.cells.form
        if form is None:
            self._start_reading(Wanted(sheet=str(value)))
            self.plan = msgspec.structs.replace(self.plan, sheet=str(value))
            return
        changed: TextForm = replace(form, **{name: value})  # type: ignore[arg-type]  # the form holds a field to its setting's type
        self._kept = None
        self._start_reading(Wanted(changed))

    # The columns

    def _on_selected(self, selected: QItemSelection, _: QItemSelection) -> None:
        if selected.indexes():
            self._show_column()

    @property
    def selected(self) -> int:
        """The column whose choices are shown, -1 before there is one."""
        rows = self.table.selectionModel().selectedRows()
        return rows[0].row() if rows else -1

    def _show_column(self) -> None:
        if self._read is None or self.plan is None or self.selected < 0:
            return
        column, reading = self.plan.columns[self.selected], self._read.proposal.readings[self.selected]
        had_focus = self.column_form is not None and focused_within(self.column_form) is not None
        if self.column_form is not None:
            self.column_form.retire()
        self.column_title.setText(column.name)
        open_ones = {q.column: q.text for q in self._read.proposal.open_questions(self.plan)}
        remark = open_ones.get(column.name) or self._read.proposal.remarks.get(column.name, "")
        self.column_remark.set_color("warn" if column.name in open_ones else "text2")
        self.column_remark.setText(remark)
        self.column_remark.setVisible(bool(remark))
        settings = settings_of(reading, column)
        self.column_form = SettingsForm(self._theme, settings)
        self.column_form.setAccessibleName(f"Column {column.name}")
        self.column_form.committed.connect(self._on_choice)
        self._side.insertWidget(self._side.indexOf(self.column_remark) + 1, self.column_form)
        if had_focus:
            self.column_form.setFocus()

    def _on_choice(self, name: str, value: Value) -> None:
        assert self._read is not None and self.plan is not None
        column, reading = self.plan.columns[self.selected], self._read.proposal.readings[self.selected]
        self.plan = self.plan.with_column(with_choice(reading, column, name, value))
        self._show_plan()
        self._show_column()

    def _use_selected(self, wanted: str) -> None:
        """The selected column left out or taken in again ("toggle"), or as the target."""
        if self.plan is None or self.selected < 0:
            return
        use = self.plan.columns[self.selected].use
        self._on_choice("use", wanted if wanted != "toggle" else "feature" if use == "left_out" else "left_out")

    def _show_plan(self) -> None:
        assert self._read is not None and self.plan is not None
        self.columns.show_plan(self.plan)
        self._say("")
        targets = [column for column in self.plan.columns if column.use == "target"]
        if self.target_form is not None and targets:
            self.target_form.set_values({"target": targets[0].name})
        questions = self._read.proposal.open_questions(self.plan)
        inputs = len(self.plan.features)
        if not targets:
            self.summary.setText("Choose the column that is to be predicted.")
        elif questions:
            names = ", ".join(question.column for question in questions)
            self.summary.setText(f"{'A question is' if len(questions) == 1 else 'Questions are'} open about {names}.")
        else:
            reading = self._read.proposal.readings[self.plan.columns.index(targets[0])]
            what = f"{count(reading.distinct)} classes" if targets[0].kind == "category" else "a number"
            says = f"Predicts {targets[0].name} ({what}) from {count(inputs)} column{'s' if inputs != 1 else ''}."
            made = sum(inputs_of(r, c) for r, c in zip(self._read.proposal.readings, self.plan.columns, strict=True))
            needed = training_memory(self._read.cells.rows, made) + memory_of_the_past(made)
            self.summary.setText(f"{says} Training takes about {in_units(needed)} of memory." if needed > WORTH_SAYING else says)
        self.summary.set_color("warn" if questions or not targets else "text")
        self.allow(bool(targets) and not questions and inputs > 0)

    # The answer

    def take(self) -> None:
        """Prepares the samples in the background and accepts, or says why they cannot be used."""
        if self.plan is None or not self.import_button.isEnabled():
            return
        settings = replace(self.settings, settings={"path": str(self.path), "plan": self.plan.to_json()}, inputs=())
        self.allow(False)

        def run(context: JobContext) -> tuple[DataSettings, Data]:
            with listening(lambda share, words: context.report(share, 1.0, words)):
                return settings, prepare(settings)

        self._start(f"Preparing {self.path.name}", run, self._on_prepared)


class ColumnsView(QTableView):
    """The list of columns; `used("toggle")` when Space is pressed, `used("target")` for T, which the view itself would search with."""

    used = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_T) and not event.modifiers():
            self.used.emit("toggle" if event.key() == Qt.Key.Key_Space else "target")
        else:
            super().keyPressEvent(event)


def _set_up(view: QTableView, model: ColumnsModel | RowsModel, name: str) -> None:
    view.setModel(model)
    view.setAccessibleName(name)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setItemDelegate(InsetCells(view))
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.horizontalHeader().setHighlightSections(False)
    view.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)


def _file_settings(cells: CellTable) -> tuple[Setting, ...]:
    """How the file is read: a text file's form, or the sheet of a workbook with several."""
    form = cells.form
    if form is None:
        if len(cells.sheets) < 2:
            return ()
        return (Setting("sheet", cells.sheets[0], title="Sheet", choices=cells.sheets, tip="The sheet that is read."),)
    encodings = tuple(dict.fromkeys((form.encoding, *ENCODINGS)))
    return (
        Setting(
            "delimiter", form.delimiter, title="Separated by", tip="What stands between two cells.", choices=tuple(DELIMITER_NAMES),
            choice_titles=tuple(DELIMITER_NAMES.values()),
        ),
        Setting("header", form.header, title="Names", tip="Whether the first line names the columns."),
        Setting("skip", form.skip, title="Lines above", minimum=0, maximum=100_000, tip="Lines above the names that are left out."),
        Setting("encoding", form.encoding, title="Encoding", choices=encodings, tip="How the file's bytes make letters."),
    )  # fmt: skip

