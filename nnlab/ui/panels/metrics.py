"""Metrics: how good the predictions are in all the terms the target asks for, of training and validation samples, with ROC curves.

Every number is scikit-learn's (`nnlab.training.scores`); where these samples leave one undefined, its reason stands below the table.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from nnlab.training.probes.scores import SAMPLES, PartScores
from nnlab.training.scores import TITLES, Score, ScoreReport
from nnlab.ui.look import numbers
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.roc_plot import RocPlot
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.picture_age import PictureAge
from nnlab.ui.widgets.label import ElidedLabel, Label

EMPTY = "Accuracy, precision, recall, F1 and ROC curves, or mean error and R², appear here. Press Space to train."
PARTS = ("train", "val")
SHORT = {"auc": "Area under ROC", "mae": "Mean abs. error"}  # where the title is long for a narrow panel


class MetricsPanel(LivePanel):
    """At the left a row for each score and a column for each part of the data, at the right the ROC curves if there are any."""

    name = "metrics"
    title = "Metrics"
    probes = ("scores",)
    frames_per_second = 6.0

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, EMPTY, parent)
        theme = services.theme
        self.shown: PartScores | None = None
        self.values: dict[tuple[str, str], Label] = {}
        self._titles: dict[str, Label] = {}
        self._heads = {part: Label(theme, part, "caption", "text2") for part in PARTS}
        self._age = PictureAge("scores")
        self.age = ElidedLabel(theme, "", "caption", "text2")
        self.add_reading(self.age)
        self.roc = RocPlot(theme)
        self.remarks = Label(theme, "", "caption", "text2")
        self.remarks.setWordWrap(True)
        page = QWidget()
        self._row, self._side, self._grid = QHBoxLayout(page), QVBoxLayout(), QGridLayout()
        right = Qt.AlignmentFlag.AlignRight
        for column, part in enumerate(PARTS, 1):
            self._grid.addWidget(self._heads[part], 0, column, right)
        for row, (name, title) in enumerate(TITLES.items(), 1):
            self._titles[name] = Label(theme, SHORT.get(name, title), "body", "text2")
            self._titles[name].setToolTip(title)
            self._grid.addWidget(self._titles[name], row, 0)
            for column, part in enumerate(PARTS, 1):
                self.values[name, part] = Label(theme, "", "name", "text")
                self._grid.addWidget(self.values[name, part], row, column, right)
        self._grid.setColumnStretch(0, 1)
        self._side.addLayout(self._grid)
        self._side.addWidget(self.remarks)
        self._side.addStretch(1)
        self._row.addLayout(self._side, 1)
        self._row.addWidget(self.roc, 1)
        self.set_content(page)
        self.set_empty(EMPTY)
        self.apply_metrics()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_grid"):
            px = self._theme.metrics.px
            self._row.setContentsMargins(px(16), 0, px(8), px(8))
            self._row.setSpacing(px(16))
            self._side.setSpacing(px(8))
            self._grid.setHorizontalSpacing(px(16))
            self._grid.setVerticalSpacing(px(4))
            self.roc.setMinimumSize(px(120), px(100))

    def draw(self, view: LiveView) -> None:
        found = view.probes.get("scores")
        if not isinstance(found, PartScores):
            if self.shown is None:
                self.set_empty(EMPTY)
            return
        self.shown = found
        self.age.setText(self._age.words(view))
        scores = {part: {score.name: score for score in report.scores} for part, report in self._reports()}
        for (name, part), label in self.values.items():
            score = scores.get(part, {}).get(name)
            label.setText(_written(score))
            label.setToolTip(score.remark if score is not None else "")
            label.setAccessibleName(f"{TITLES[name]}, {part}: {_written(score)}")
            label.setVisible(score is not None)
        for name, title in self._titles.items():
            title.setVisible(name in scores["train"])
        self._heads["val"].setVisible("val" in scores)
        held = found.validation if found.validation is not None else found.training
        self.roc.setVisible(bool(held.roc))
        self.roc.show_curves(held.roc)
        self.remarks.setText("\n".join(self._remarks(view)))
        self.remarks.setVisible(bool(self.remarks.text()))
        part = "validation" if found.validation is not None else "training"
        self.roc.setToolTip(f"Of the {part} samples: the share of positives found, over the share of negatives wrongly called positive")
        self.setAccessibleDescription("; ".join(label.accessibleName() for label in self.values.values() if not label.isHidden()))

    def _reports(self) -> list[tuple[str, ScoreReport]]:
        if self.shown is None:
            return []
        reports = [(PARTS[0], self.shown.training)]
        return reports if self.shown.validation is None else [*reports, (PARTS[1], self.shown.validation)]

    def _remarks(self, view: LiveView) -> list[str]:
        """Why scores are undefined or limited, each reason once, and of how many samples they are."""
        reasons: dict[str, list[str]] = {}
        for part, report in self._reports():
            for score in report.scores:
                if score.remark:
                    reasons.setdefault(score.remark, []).append(f"{score.title.lower() if score.name != 'f1' else 'F1'} ({part})")
        lines = [f"{', '.join(where)}: {reason}" for reason, where in reasons.items()]
        most = max(len(view.data.x), len(view.data.validation_x))
        return [*lines, f"Of the first {SAMPLES:,} samples of each part."] if most > SAMPLES else lines

    def clear(self) -> None:
        super().clear()
        self.shown = None

    def table(self) -> ExportTable | None:
        """A row for each score; what is undefined is an empty cell with its reason beside it."""
        if self.shown is None:
            return None
        rows = [
            (part, score.title, float("nan") if score.value is None else score.value, score.remark)
            for part, report in self._reports() for score in report.scores
        ]  # fmt: skip
        return ExportTable(("samples", "score", "value", "remark"), tuple(zip(*rows, strict=True)))

    def picture_widget(self) -> QWidget | None:
        return self.content if self.shown is not None else None


def _written(score: Score | None) -> str:
    if score is None or score.value is None:
        return numbers.NOTHING
    return numbers.number(score.value) if score.name in ("mae", "r2") else numbers.fixed(score.value, 3)
