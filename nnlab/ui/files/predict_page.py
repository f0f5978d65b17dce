"""The Predict page: a field for every raw column at the left, and what the network says of the values in them at the right.

The network is the one of the moment the page was opened; a value that changes is answered at once, one that cannot be read in a sentence.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import Data, data_title
from nnlab.core.setting import Setting, Value
from nnlab.exchange.typed_prediction import MOST_FIELDS, fields_of, is_read_whole, predict_typed
from nnlab.files.project import SavedProject
from nnlab.files.session_file import session_of
from nnlab.training.predicted import Predicted
from nnlab.training.session import Session
from nnlab.ui.files import large_files
from nnlab.ui.files.waiting import wait_for
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.probability_bars import ProbabilityBars
from nnlab.ui.run.jobs import LiveJobs
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.dialog_size import take_room
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.settings_form import SettingsForm

SIZE = (860, 560)
LABELS = 0.55  # of the form, that names of columns may take
Fields = tuple[Setting, ...]


def ask_fields(window: QWidget, theme: Theme, jobs: LiveJobs, saved: SavedProject, data: Data | None) -> tuple[Fields | None, bool]:
    """The fields of a page, made beside the window where a large file has to be read for them; None where that is not so.

    Whether that was cancelled is told besides.
    """
    settings, preparation, path = saved.project.data, saved.preparation, large_files.data_file(saved)
    if preparation is None or not (is_read_whole(settings) and large_files.is_large(path)):
        return None, False
    fields = wait_for(window, theme, jobs, f"Reading {path.name}", lambda: fields_of(settings, preparation, data))
    return fields, fields is None


class PredictPage(QDialog):
    """`for_file` when a table is to be predicted instead. `predicted` is the newest answer, None where there is none.

    `fields`: those of the raw columns where they are known already, see `ask_fields`.
    """

    for_file = Signal()

    def __init__(
        self, theme: Theme, saved: SavedProject, data: Data | None, parent: QWidget | None = None, fields: Fields | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Predict")
        self._theme, self._settings = theme, saved.project.data
        self._session: Session | None = None
        self.predicted: Predicted | None = None
        problem = ""
        try:
            self._session = session_of(saved)
            fields = fields_of(self._settings, self._session.preparation, data) if fields is None else fields
        except NNLabError as error:
            problem, fields = str(error), ()
        self.values = {field.name: str(field.default) for field in fields}
        self.title = Label(theme, f"Predict {data_title(self._settings)}", "title")
        left = f"; {len(fields) - MOST_FIELDS:,} more columns keep the values of the first row" if len(fields) > MOST_FIELDS else ""
        words = f"Values of one row{left}." if fields else "Images are predicted from files." if not problem else ""
        self.about = Label(theme, words, "body", "text2")
        self.form = SettingsForm(theme, fields[:MOST_FIELDS])
        self.form.show_long_labels(LABELS)
        self.form.setAccessibleName("Values of the row to predict")
        self.form.previewed.connect(self._on_value)
        self.form.committed.connect(self._on_value)
        self.answer = Label(theme, "", "title")
        self.share = Label(theme, "", "body", "text2")
        self.problem = Label(theme, problem, "body", "error")
        self.bars = ProbabilityBars(theme)
        for label in (self.about, self.answer, self.share, self.problem):
            label.setWordWrap(True)
        self.file_button, self.close_button = PressButton("&File…"), PressButton("Close")
        self.file_button.setToolTip("Predicts every row of a table, or every image of a folder, and writes a CSV file")
        self.file_button.clicked.connect(self._to_file)
        self.close_button.clicked.connect(self.accept)
        for button in (self.file_button, self.close_button):
            button.setAutoDefault(False)
        self._lay_out()
        follow(theme, self)
        if fields and not problem:
            self._predict()

    def _lay_out(self) -> None:
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.form)
        self._right = QVBoxLayout()
        for widget in (self.answer, self.share, self.problem):
            self._right.addWidget(widget)
        self._right.addWidget(self.bars, 1)
        self._right.addStretch(0)
        self._middle = QHBoxLayout()
        self._middle.addWidget(area, 1)
        self._middle.addLayout(self._right, 1)
        self._foot = QHBoxLayout()
        self._foot.addStretch(1)
        self._foot.addWidget(self.file_button)
        self._foot.addWidget(self.close_button)
        self._column = QVBoxLayout(self)
        for label in (self.title, self.about):
            self._column.addWidget(label)
        self._column.addLayout(self._middle, 1)
        self._column.addLayout(self._foot)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        take_room(self, self._column, metrics, SIZE)
        self._middle.setSpacing(2 * metrics.padding)
        self._right.setSpacing(metrics.px(4))
        self._foot.setSpacing(metrics.grid)

    def _on_value(self, name: str, value: Value) -> None:
        self.values[name] = str(value)
        self._predict()

    def _predict(self) -> None:
        assert self._session is not None
        try:
            self.predicted = predict_typed(self._session, self._settings, self.values)
            self.problem.setText("")
        except NNLabError as error:
            self.predicted = None
            self.problem.setText(str(error))
        self._show_answer()

    def _show_answer(self) -> None:
        found = self.predicted
        self.problem.setVisible(found is None)
        for widget in (self.answer, self.share):
            widget.setVisible(found is not None)
        self.bars.setVisible(found is not None and found.probabilities is not None)
        if found is None:
            return
        if found.probabilities is None:
            assert found.numbers is not None
            named = zip(found.target.names, found.numbers[0].tolist(), strict=True)
            self.answer.setText("\n".join(f"{name}: {numbers.number(value)}" for name, value in named))
            self.share.setText("")
            return
        shares = np.asarray(found.probabilities[0], dtype=np.float64)
        self.answer.setText(found.class_names[0])
        self.share.setText(f"with a probability of {numbers.percent(float(shares.max()))}")
        self.bars.show_sample(None, found.target.names, shares, None)

    def _to_file(self) -> None:
        self.accept()
        self.for_file.emit()
