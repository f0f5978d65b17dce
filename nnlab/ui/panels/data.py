"""Data: what the network learns from. Choosing another data set adapts the network to it, in the same undo step.

A slider shows its effect while it is dragged; one gesture is one undo step.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from nnlab.core.dataset import Dataset, datasets
from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DERIVED_FEATURES, SEED, TEST_SHARE, VALIDATION_SHARE, Data, DataSettings, file_of
from nnlab.core.setting import Setting, Value
from nnlab.ui.document.data_edits import chosen, standardizes, with_data, with_derived
from nnlab.ui.files.dialogs import TABLE_FILTER, ask_for_images
from nnlab.ui.look import numbers
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.controls.advice_card import AdviceCard
from nnlab.ui.panels.controls.class_balance import ClassBalance
from nnlab.ui.panels.controls.dataset_picker import DatasetPicker
from nnlab.ui.panels.controls.test_part import TestPart
from nnlab.ui.table_import.commands import TableImport
from nnlab.ui.widgets.buttons import IconButton, PressButton
from nnlab.ui.widgets.check import Check
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.settings_form import SettingsForm

STANDARDIZE = Setting(
    "standardize",
    True,
    "Standardise",
    "Shifts and scales every input to mean 0 and standard deviation 1, measured on the training data.",
)
SHARE = replace(VALIDATION_SHARE, title="Validation")  # the form's labels are short
TEST = replace(TEST_SHARE, title="Test")
PREVIEW_MILLISECONDS = 40  # while a slider is dragged, new data is made at most so often
LEAST_FORM = 304  # width of the form
WIDE = 480  # pixels from which the form stands beside the data sets


class DataForm(QWidget):
    """Everything about the chosen data set. Made again for another data set, whose settings differ."""

    def __init__(self, theme: Theme, dataset: Dataset, settings: DataSettings) -> None:
        super().__init__()
        self._theme, self.dataset = theme, dataset
        self._shown = tuple(setting for setting in dataset.settings if not setting.hidden)
        self.description = Label(theme, dataset.description, "body", "text2")
        self.description.setWordWrap(True)
        self.problem = Label(theme, "", "caption", "error")
        self.problem.setWordWrap(True)
        self.own = SettingsForm(theme, self._shown, settings.settings)
        self.common = SettingsForm(theme, (SHARE, TEST, STANDARDIZE, SEED), self._common_values(settings))
        self.dice = IconButton.of(theme, icon(theme, "dice"), "New samples", "Draws new samples, or another split, with a new seed")
        self.derived = {key: Check(theme, feature.title, f"Input {feature.title}") for key, feature in DERIVED_FEATURES.items()}
        self.counts = Label(theme, "", "body", "text")
        self.counts.setWordWrap(True)
        self.balance = ClassBalance(theme)
        self._title = Label(theme, "Extra inputs", "caption", "text2")
        self._samples_title = Label(theme, "Samples", "caption", "text2")
        self._inset: list[QWidget] = [self.description, self.problem, self._title, self._samples_title, self.counts]
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.description)
        self._column.addWidget(self.problem)
        self._column.addWidget(self.own)
        self._column.addWidget(self.common)
        self._add_derived()
        head = QHBoxLayout()
        head.addWidget(self._samples_title, 1)
        head.addWidget(self.dice)
        self._head = head
        self._column.addLayout(head)
        self._column.addWidget(self.counts)
        self._column.addWidget(self.balance)
        self._column.addStretch(1)
        self.show_settings(settings)
        self.show_problem("")
        follow(theme, self)

    def _add_derived(self) -> None:
        self._checks = QHBoxLayout()
        for check in self.derived.values():
            self._checks.addWidget(check)
        self._checks.addStretch(1)
        self._column.addWidget(self._title)
        self._column.addLayout(self._checks)
        for widget in (self._title, *self.derived.values()):
            widget.setVisible(self.dataset.inputs)

    def _common_values(self, settings: DataSettings) -> dict[str, bool | int | float | str]:
        return {
            "validation_share": settings.validation_share, "test_share": settings.test_share, "seed": settings.seed,
            "standardize": standardizes(settings, self.dataset),
        }  # fmt: skip

    def show_settings(self, settings: DataSettings) -> None:
        self.own.set_values({s.name: settings.settings.get(s.name, s.default) for s in self._shown})
        self.common.set_values(self._common_values(settings))
        for key, check in self.derived.items():
            check.setChecked(key in settings.derived)

    def show_data(self, data: Data | None) -> None:
        if data is not None:
            held = f", {numbers.count(len(data.validation_x))} validation" if len(data.validation_x) else ", no validation"
            held += f", {numbers.count(len(data.test_x))} test" if len(data.test_x) else ""
            inputs = "1 input" if len(data.columns) == 1 else f"{numbers.count(len(data.columns))} inputs"
            self.counts.setText(f"{numbers.count(len(data.x))} training{held}, {inputs}")
        else:
            self.counts.setText(numbers.NOTHING)
        self.balance.show_data(data)

    def show_problem(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        for widget in self._inset:
            widget.setContentsMargins(metrics.padding, metrics.px(4), metrics.padding, metrics.px(4))
        self._checks.setContentsMargins(metrics.padding - 3, 0, metrics.padding, metrics.px(4))
        self._checks.setSpacing(metrics.px(6))
        self._head.setContentsMargins(0, 0, metrics.padding - metrics.px(6), 0)


class DataPanel(LivePanel):
    """Data sets at the left or on top, the form of the chosen one beside or below."""

    name = "data"
    title = "Data"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        self._document = services.document
        self._gesture = 0
        self._waiting: DataSettings | None = None
        self._waiting_label = ""
        self._later_data = QTimer(self, singleShot=True, interval=PREVIEW_MILLISECONDS)
        self._later_data.timeout.connect(self._apply_waiting)
        self.picker = DatasetPicker(services.theme)
        self.picker.chosen.connect(self.choose)
        self.open_button = PressButton("Open table…")
        self.open_button.setToolTip("Opens your own table: CSV, Excel, OpenDocument or Parquet")
        self.open_button.clicked.connect(self.open_table)
        self.tables = TableImport(services.theme, services.session.jobs, self)
        self.columns_button = PressButton("Columns…")
        self.columns_button.setToolTip("How each column of the table is used")
        self.columns_button.clicked.connect(self.show_columns)
        self.add_option(self.columns_button)
        self.add_option(self.open_button)
        self.form: DataForm | None = None
        self._form_area, self._picker_area = _scroll_area(), _scroll_area()
        self.advice = AdviceCard(services.theme, services.advice, has_bars=False)
        below = QWidget()
        self._form_column = QVBoxLayout(below)
        self._form_column.setContentsMargins(0, 0, 0, 0)
        self._form_column.setSpacing(0)
        self.test_part = TestPart(services.theme, services.document, services.session)
        self._form_column.addWidget(self.test_part)
        self._form_column.addWidget(self.advice)
        self._form_column.addStretch(1)
        self._form_area.setWidget(below)
        self._picker_area.setWidget(self.picker)
        # The tile in use stays in sight when tiles find new places.
        self._picker_area.verticalScrollBar().rangeChanged.connect(lambda *_: self._show_current(self._document.project.data.name))
        body = QWidget()
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight, body)
        self._halves.setContentsMargins(0, 0, 0, 0)
        self._halves.setSpacing(services.theme.metrics.grid)
        self._halves.addWidget(self._picker_area, 1)
        self._halves.addWidget(self._form_area, 1)
        self.set_content(body)
        for signal in (self._document.data_changed, self._document.replaced):
            signal.connect(self.refresh)
        services.session.state_changed.connect(self._show_data)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= self._services.theme.metrics.px(WIDE)
        self._halves.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)
        self._form_area.setMinimumWidth(self._services.theme.metrics.px(LEAST_FORM) if is_wide else 0)

    # Following the document

    def refresh(self) -> None:
        """Shows the document's data as it is now."""
        settings = self._document.project.data
        if settings.name not in datasets:
            return
        dataset = datasets[settings.name]
        self._show_current(settings.name)
        if self.form is None or self.form.dataset is not dataset:
            self._make_form(dataset, settings)
        assert self.form is not None
        self.form.show_settings(settings)
        self.form.show_problem("")
        self.columns_button.setVisible(settings.name in ("table", "images") and bool(file_of(settings)))
        self.columns_button.setText("Columns…" if settings.name == "table" else "Images…")
        self._show_data()

    def _show_current(self, name: str) -> None:
        self.picker.show_current(name)
        if name in self.picker.tiles:
            self._picker_area.ensureWidgetVisible(self.picker.tiles[name], 0, self._services.theme.metrics.px(24))

    def _make_form(self, dataset: Dataset, settings: DataSettings) -> None:
        form = DataForm(self._services.theme, dataset, settings)
        for part in (form.own, form.common):
            part.previewed.connect(partial(self._changed, False))
            part.committed.connect(partial(self._changed, True))
        form.dice.clicked.connect(self.draw_new_samples)
        for key, check in form.derived.items():
            check.clicked.connect(lambda checked=False, key=key: self.use_derived(key, checked))  # Qt hides `checked` from a partial
        if self.form is not None:
            self._form_column.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
        self.form = form
        self._form_column.insertWidget(0, form)

    def _show_data(self) -> None:
        self.test_part.show_data(self._services.session.data)
        if self.form is not None:
            self.form.show_data(self._services.session.data)

    # Edits

    def choose(self, name: str) -> None:
        """Another data set; the network is adapted to it in the same step."""
        current, dataset = self._document.project.data, datasets[name]
        if dataset.name == "images":
            self.open_images()
        elif dataset.files:
            self.open_table()
        elif name != current.name:
            self._edit(f"Choose {dataset.title}", chosen(current, dataset))
        self._show_current(self._document.project.data.name)

    def open_table(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open a table", "", TABLE_FILTER)
        if path:
            self.tables.open(Path(path), self._take_table)

    def open_images(self) -> None:
        path = ask_for_images(self, "")
        if path:
            self.tables.open(Path(path), self._take_table)

    def show_columns(self) -> None:
        """The import page for the table or the images that are used, to be changed."""
        settings = self._document.project.data
        is_planned = bool(settings.settings.get("plan")) or settings.name == "images"
        self.tables.open(Path(file_of(settings)), self._take_table, settings if is_planned else None)

    def _take_table(self, settings: DataSettings, data: Data) -> None:
        """Takes a table or images as the data; the network is adapted to it in the same step."""
        before = self._document.project.data
        is_same = file_of(before) == file_of(settings)
        fresh = replace(chosen(before, datasets[settings.name]), settings=settings.settings)
        fresh = replace(fresh, split=settings.split, validation_share=settings.validation_share, test_share=settings.test_share)
        is_table = settings.name == "table"
        label = ("Change columns" if is_same else "Open table") if is_table else "Change images" if is_same else "Open images"
        self._edit(label, fresh)

    def evaluate_on_test(self) -> None:
        """What the button in the test part does; said there where no samples are set aside."""
        self.test_part.evaluate()

    def draw_new_samples(self) -> None:
        settings = self._document.project.data
        self._edit("Draw new samples", replace(settings, seed=(settings.seed + 1) % (int(SEED.maximum or 0) + 1)))

    def use_derived(self, key: str, is_used: bool) -> None:
        title = DERIVED_FEATURES[key].title
        self._edit(f"{'Add' if is_used else 'Remove'} input {title}", with_derived(self._document.project.data, key, is_used))
        self.refresh_checks()

    def refresh_checks(self) -> None:
        """After a refused edit, boxes show what holds."""
        if self.form is not None:
            for key, check in self.form.derived.items():
                check.setChecked(key in self._document.project.data.derived)

    def _changed(self, is_final: bool, name: str, value: Value) -> None:
        """A setting moved, or came to rest."""
        current = self._waiting or self._document.project.data
        if name in (SHARE.name, TEST.name, STANDARDIZE.name, SEED.name):
            settings = replace(current, **{name: value})  # type: ignore[arg-type]  # the form holds a field to its setting's type
            label = {s.name: s.label for s in (SHARE, TEST, STANDARDIZE, SEED)}[name]
        else:
            settings = replace(current, settings={**current.settings, name: value})
            label = next(s.label for s in datasets[current.name].settings if s.name == name)
        self._waiting, self._waiting_label = settings, f"Change {label[0].lower()}{label[1:]}"
        if is_final:
            self._apply_waiting()
            self._gesture += 1
        elif not self._later_data.isActive():
            self._later_data.start()

    def _apply_waiting(self) -> None:
        self._later_data.stop()
        settings, self._waiting = self._waiting, None
        if settings is not None:
            self._edit(self._waiting_label, settings, f"data.{self._waiting_label}.{self._gesture}")

    def _edit(self, label: str, settings: DataSettings, gesture: str | None = None) -> None:
        """Changes the document, or says in the panel why not; then the document is as it was."""
        if self.form is not None:
            self.form.show_problem("")
        try:
            project, _ = with_data(self._document.project, settings, self._services.session.data)
        except NNLabError as error:
            if self.form is not None:
                self.form.show_problem(str(error))
            return
        self._document.edit(label, project, gesture)


def _scroll_area() -> QScrollArea:
    area = QScrollArea()
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it has the focus
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
