"""Prediction: what the network says about its data, as the picture that fits the data.

One feature: the fitted curve. Two features: the plane, coloured by the answer. Classes over more features: the confusion matrix,
and for images the images themselves. A number over more features: predicted against true.
"""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from nnlab.core.preparation import Data
from nnlab.training.domain import raw_features
from nnlab.training.metrics import predicted_classes, probabilities
from nnlab.training.mistakes import NO_MISTAKES, mistakes_of
from nnlab.training.probes.predictions import Predictions
from nnlab.ui.look import numbers
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.confusion import ConfusionView
from nnlab.ui.panels.controls.mistakes_bar import MistakesBar
from nnlab.ui.panels.decision import DecisionView
from nnlab.ui.panels.fit import FitView, TruthView
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.prediction_view import PredictionView
from nnlab.ui.run.chosen_sample import ChosenSample, SampleId
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.run.picture_age import PictureAge
from nnlab.ui.widgets.label import ElidedLabel, Label

MOST_FEATURES = 4  # of a sample that are said in words

NARROW = 320  # pixels of width, below which the header has no room for title, share and number


class PredictionPanel(LivePanel):
    """The view that fits the data, made when it is first needed."""

    name = "prediction"
    title = "Prediction"
    probes = ("predictions", "curve", "decision")

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "The predictions for the data appear here as soon as the network can run.", parent)
        self._stack = QStackedWidget()
        self._views: dict[type[PredictionView], PredictionView] = {}
        self._cell: tuple[int, int] | None = None  # of the confusion matrix, whose samples are gone through
        self._data: Data | None = None
        self._age = PictureAge("predictions")
        self._listed = NO_MISTAKES
        self._listed_for: tuple[object, object] = (None, None)
        self.chosen: ChosenSample = services.shared(ChosenSample)
        self.note = ElidedLabel(services.theme, "", "caption", "text2")
        self.mistakes = MistakesBar(services.theme)
        self.words = Label(services.theme, "", "caption", "text2")
        self.words.setWordWrap(True)
        self.words.hide()
        for widget in (self.note, self.mistakes):
            self.add_reading(widget)
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.addWidget(self._stack, 1)
        self._column.addWidget(self.words)
        self.set_content(page)
        self.mistakes.wanted.connect(self.chosen.choose)
        self.chosen.changed.connect(self._show_chosen)
        self.apply_metrics()
        self.clear()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_column"):
            px = self._services.theme.metrics.px
            self._column.setContentsMargins(0, 0, 0, 0)
            self._column.setSpacing(px(4))
            self.words.setContentsMargins(px(16), 0, px(16), px(8))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow panel the number of mistakes says what their share would."""
        super().resizeEvent(event)
        self.note.setVisible(self.width() >= self._services.theme.metrics.px(NARROW))

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
            shown.sample_chosen.connect(self.chosen.choose)
            shown.cell_chosen.connect(self._ask_for)
        if shown is not self._stack.currentWidget():
            self._stack.setCurrentWidget(shown)
        if not shown.show_view(view):
            self.set_empty(self._empty_text)
            return
        if self.accessibleName() != shown.title:
            self.set_title(shown.title)
        if view.data is not self._data:
            self._data, self._cell = view.data, None
        self.mistakes.setVisible(view.data.target.classes > 0)
        self._show_note(view, shown.note)
        self._show_chosen()

    def _show_note(self, view: LiveView, words: str) -> None:
        """A few words about the picture, and of which iteration it is where that is not the present one."""
        words = " · ".join(filter(None, (words, self._age.words(view))))
        if self.note.text() != words:
            self.note.setText(words)

    # Misclassified samples

    def go_through_mistakes(self, forward: bool) -> str:
        """To the next one, or the one before; why there is none, in a sentence, or nothing."""
        if not len(self.mistakes.mistakes):
            data = self._data
            if data is None or not data.target.classes:
                return "Only samples of classes can be misclassified; the target here is a number."
            return "The network gets no sample wrong."
        (self.mistakes.go_forward if forward else self.mistakes.go_back)()
        return ""

    def _ask_for(self, cell: tuple[int, int] | None) -> None:
        self._cell = cell
        self._show_chosen()
        if cell is not None:
            self.mistakes.go_to_first()

    def _show_chosen(self) -> None:
        """The list, and the sample that is chosen, in picture and words."""
        view, data = self.view, self._data
        found = view.probes.get("predictions") if view is not None else None
        if view is None or data is None or found is None or view.data is not data or not view.project.graph.losses:
            return
        sample, link, names = self.chosen.sample, view.project.graph.losses[0].kind.link, data.target.names
        if self._listed_for != (found, self._cell):
            self._listed_for, self._listed = (found, self._cell), mistakes_of(found, data, link, self._cell)
        what = " wrong" if self._cell is None else f" · {names[self._cell[0]]} as {names[self._cell[1]]}"
        self.mistakes.show_mistakes(self._listed, what, sample)
        if self.current is not None:
            self.current.show_chosen(sample, data)
        words = said_of(sample, data, found, link) if sample is not None else ""
        self.mistakes.count.setToolTip(words)
        if self.current is not None and self.current.says_chosen:
            words = ""
        if words != self.words.text():
            self.words.setText(words)
            self.words.setVisible(bool(words))

    def picture_widget(self) -> QWidget | None:
        return None if self.is_empty else self._stack

    def table(self) -> ExportTable | None:
        return self.current.table() if self.current is not None and not self.is_empty else None


def said_of(sample: SampleId, data: Data, found: Predictions, link: str) -> str:
    """A sample in words: which one, what it is, what it is taken for and how surely, and its features."""
    outputs = found.validation_outputs if sample.is_validation else found.outputs
    if not sample.is_in(data) or sample.index >= len(outputs):
        return ""
    true = (data.validation_y if sample.is_validation else data.y)[sample.index]
    raw = (data.raw_validation_x if sample.is_validation else data.raw_x)[sample.index]
    if data.target.classes:
        shares = probabilities(outputs[sample.index], link)
        predicted = int(predicted_classes(outputs[sample.index : sample.index + 1], link)[0])
        taken = "rightly" if predicted == true else f"for {data.target.names[predicted]}"
        said = f"{data.target.names[int(true)]}, taken {taken} with {numbers.percent(float(shares[predicted]))}"
    else:
        said = f"{data.target.names[0]} {numbers.number(float(true[0]))}, predicted {numbers.number(float(outputs[sample.index, 0]))}"
    features = zip(data.raw_features[:MOST_FEATURES], raw, strict=False)
    listed = "" if data.planes is not None else "; " + ", ".join(f"{name} {numbers.number(float(v), 3)}" for name, v in features)
    more = ", …" if listed and len(raw) > MOST_FEATURES else ""
    return f"{sample.in_words(data)}: {said}{listed}{more}"


def kind_for(data: Data) -> type[PredictionView]:
    """Which view suits the data."""
    features = raw_features(data)
    if features == 2:
        return DecisionView
    if data.target.kind != "continuous":
        return ConfusionView
    return FitView if features == 1 and data.target.outputs == 1 else TruthView
