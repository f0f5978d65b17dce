"""Prediction: what the network says about its data, as the picture that fits the data.

One feature: the fitted curve. Two features: the plane, coloured by the answer. Classes over more features: the confusion matrix,
and for images the images themselves. A number over more features: predicted against true.
"""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from nnlab.core.preparation import Data
from nnlab.training.domain import raw_features
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.confusion import ConfusionView
from nnlab.ui.panels.decision import DecisionView
from nnlab.ui.panels.fit import FitView, TruthView
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.prediction_view import PredictionView
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.label import Label


class PredictionPanel(LivePanel):
    """The view that fits the data, made when it is first needed."""

    name = "prediction"
    title = "Prediction"
    probes = ("predictions", "curve", "decision")

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "The predictions for the data appear here as soon as the network can run.", parent)
        self._stack = QStackedWidget()
        self._views: dict[type[PredictionView], PredictionView] = {}
        self.note = Label(services.theme, "", "caption", "text2")
        self.add_option(self.note)
        self.set_content(self._stack)
        self.clear()

    @property
    def current(self) -> PredictionView | None:
        """The view on show."""
        found = self._stack.currentWidget()
        return found if isinstance(found, PredictionView) else None

    def draw(self, view: LiveView) -> None:
        kind = kind_for(view.data)
        shown = self._views.get(kind)
        if shown is None:
            shown = self._views[kind] = kind(self._services.theme)  # type: ignore[call-arg]
            self._stack.addWidget(shown)
        if shown is not self._stack.currentWidget():
            self._stack.setCurrentWidget(shown)
        if not shown.show_view(view):
            self.set_empty(self._empty_text)
            return
        if self.accessibleName() != shown.title:
            self.set_title(shown.title)
        if self.note.text() != shown.note:
            self.note.setText(shown.note)

    def picture_widget(self) -> QWidget | None:
        return None if self.is_empty else self._stack

    def table(self) -> ExportTable | None:
        return self.current.table() if self.current is not None and not self.is_empty else None


def kind_for(data: Data) -> type[PredictionView]:
    """Which view suits the data."""
    features = raw_features(data)
    if features == 2:
        return DecisionView
    if data.target.kind != "continuous":
        return ConfusionView
    return FitView if features == 1 and data.target.outputs == 1 else TruthView
