"""One run among several: its key and name, how good it is in large figures, and its picture of the data."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from nnlab.ui.comparison.run_keys import RUN_KEYS, KeySample
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.plotting.prediction_view import PredictionView
from nnlab.ui.panels.prediction import kind_for
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.label import ElidedLabel, Label


class RunPicture(QWidget):
    """`open_wanted`: the person wants to go on with this run as the project."""

    open_wanted = Signal()

    def __init__(self, theme: Theme, place: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._place = theme, place
        self._stopped = ""
        self.key = KeySample(theme, RUN_KEYS[place])
        self.name = ElidedLabel(theme, "", "name")
        self.score = Label(theme, "", "loss")
        self.unit = Label(theme, "", "body", "text2")
        self.wrong = ElidedLabel(theme, "", "caption", "text2")
        self.gradient = Label(theme, "", "caption", "text2")
        self.gradient.setToolTip("Norm of the gradient over all parameters, at the last recorded iteration")
        self._views: dict[type[PredictionView], PredictionView] = {}
        self._shown: PredictionView | None = None
        head = QHBoxLayout()
        for widget in (self.key, self.name, self.score, self.unit):
            head.addWidget(widget, 1 if widget is self.name else 0)
        foot = QHBoxLayout()
        foot.addWidget(self.wrong, 1)
        foot.addWidget(self.gradient)
        self._head, self._foot = head, foot
        self._picture = QVBoxLayout()
        self._column = QVBoxLayout(self)
        self._column.addLayout(head)
        self._column.addLayout(self._picture, 1)
        self._column.addLayout(foot)
        follow(theme, self)

    def apply_metrics(self) -> None:
        px = self._theme.metrics.px
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(4))
        self._head.setSpacing(px(8))
        self.setMinimumWidth(px(140))

    @property
    def view(self) -> PredictionView | None:
        """The picture on show."""
        return self._shown

    def show_run(self, view: LiveView, of_validation: bool, stopped: str) -> None:
        """`view` is the moment as this run shows it."""
        self.name.setText(view.name)
        self.name.setToolTip(f"Stopped: {stopped}" if stopped else "")
        found = view.probes.get("predictions")
        scores = {} if found is None else found.validation_metrics if of_validation else found.metrics
        value = scores.get("accuracy", scores.get("r2", math.nan))
        is_share = "accuracy" in scores
        self.score.setText(numbers.fixed(100 * value, 1) if is_share else numbers.number(value, 3))
        self.unit.setText("%" if is_share else "R²" if "r2" in scores else "")
        if found is not None and is_share:
            wrong, of = (
                (found.validation_wrong, len(found.validation_outputs)) if of_validation else (found.wrong, len(found.outputs))
            )
            self.wrong.setText(f"{numbers.count(wrong)} of {numbers.count(of)} wrong")
        else:
            self.wrong.setText(f"mean error {numbers.number(scores['mae'], 3)}" if "mae" in scores else "")
        if stopped:
            self.gradient.setText(f"stopped at {numbers.count(view.frame.iteration)}")
            self.gradient.set_color("warn")
        else:
            self.gradient.setText(f"gradient {numbers.number(gradient_norm(view), 3)}")
            self.gradient.set_color("text2")
        self._show_picture(view)

    def _show_picture(self, view: LiveView) -> None:
        kind = kind_for(view.data)
        shown = self._views.get(kind)
        if shown is None:
            shown = self._views[kind] = kind(self._theme)  # type: ignore[call-arg]
            shown.has_statistics = False
            self._picture.addWidget(shown, 1)
        if shown is not self._shown:
            for other in self._views.values():
                other.setVisible(other is shown)
            self._shown = shown
        shown.show_view(view)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.addAction("Go on with this run as the project", self.open_wanted.emit).setEnabled(self._place > 0)
        menu.exec(event.globalPos())
        menu.deleteLater()


def gradient_norm(view: LiveView) -> float:
    """The norm of the gradient over all parameters, as it was recorded last."""
    norms = view.curves.norms
    return float(np.sqrt((norms[-1].astype(np.float64) ** 2).sum())) if len(norms) else math.nan
