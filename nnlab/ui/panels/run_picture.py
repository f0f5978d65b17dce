"""One run among several: its key and name, how good it is in large figures, and its picture of the data."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from nnlab.engine.batch_order import upcoming_batch
from nnlab.ui.comparison.run_keys import RUN_KEYS, KeySample
from nnlab.ui.comparison.sample_focus import SampleFocus
from nnlab.ui.comparison.shown_run import ShownRun
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import FontRole, Theme, follow
from nnlab.ui.panels.plotting import export
from nnlab.ui.panels.plotting.prediction_view import PredictionView
from nnlab.ui.panels.prediction import kind_for
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.label import ElidedLabel, Label, TwoLineLabel

HEAD, FOOT = 40, 22  # pixels above the picture, at least, and below it
BESIDE = 70  # pixels of width beside a picture, at least, for its figures
TIGHT = 220  # pixels of width below which figures are smaller and words shorter


class RunPicture(QWidget):
    """`open_wanted(place)`: the person wants to go on with this run as the project."""

    open_wanted = Signal(int)

    def __init__(self, theme: Theme, place: int, focus: SampleFocus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._place, self._focus = theme, place, focus
        self.batch = np.empty(0, dtype=np.int64)  # the samples of the next batch
        focus.changed.connect(self._ring_focused)
        self._is_low = False
        self._run: ShownRun | None = None  # shown last
        self._of_validation = False
        self._is_written_short = False  # in words for little room
        self._gradient_words = ""
        self._arranged_for: tuple[object, ...] = ()
        self.key = KeySample(theme, RUN_KEYS[place], self)
        self.name = TwoLineLabel(theme, "", "name", parent=self)
        self.score = Label(theme, "", "result", parent=self)
        self.unit = Label(theme, "", "counter", "text2", parent=self)
        self.wrong = ElidedLabel(theme, "", "caption", "text2", parent=self)
        self.gradient = ElidedLabel(theme, "", "caption", "text2", parent=self)
        self.gradient.setToolTip("Norm of the gradient over all parameters, at the last recorded iteration")
        self._views: dict[type[PredictionView], PredictionView] = {}
        self._shown: PredictionView | None = None
        follow(theme, self)

    def apply_metrics(self) -> None:
        self._arrange()

    @property
    def around(self) -> int:
        """Pixels of height besides the picture's own."""
        return sum(self.around_each)

    @property
    def around_each(self) -> tuple[int, int]:
        """Pixels above the picture and below it."""
        return self._head, self._theme.metrics.px(FOOT)

    @property
    def _head(self) -> int:
        metrics = self._theme.metrics
        return max(metrics.px(HEAD), metrics.result + metrics.px(12))

    def set_low(self, is_low: bool) -> None:
        """Whether a row of pictures is low: then the figures stand beside the picture where it is wide enough, else some are left out."""
        if is_low != self._is_low:
            self._is_low = is_low
            self._arrange()
            self._write_for_room()

    def _write_for_room(self) -> None:
        """Other words when there is another amount of room for them."""
        is_cut = not self._is_low and self.gradient.text() == self._gradient_words and not self._fits(self._gradient_words)
        if self._run is not None and (is_cut or self._is_short != self._is_written_short):
            self.show_run(self._run, self._of_validation)

    def _fits(self, words: str) -> bool:
        """Whether there is room for them in the right half of the line under the picture."""
        return self.gradient.fontMetrics().horizontalAdvance(words) < self.width() // 2

    @property
    def _is_short(self) -> bool:
        return self._is_low or self._is_tight

    @property
    def _is_tight(self) -> bool:
        return self.width() < self._theme.metrics.px(TIGHT)

    @property
    def view(self) -> PredictionView | None:
        """The picture on show."""
        return self._shown

    def show_run(self, run: ShownRun, of_validation: bool) -> None:
        view = run.view
        self._run, self._of_validation, self._is_written_short = run, of_validation, self._is_short
        self.name.setText(run.name if self._is_tight else run.title)
        _explain(self.name, f"Stopped: {run.stopped}" if run.stopped else "")
        found = view.probes.get("predictions")
        scores = {} if found is None else found.validation_metrics if of_validation else found.metrics
        value = scores.get("accuracy", scores.get("r2", math.nan))
        is_share, is_tight = "accuracy" in scores, self._is_short
        self.score.setText(numbers.fixed(100 * value, 1) if is_share else numbers.number(value, 3))
        self.unit.setText("%" if is_share else "R²" if "r2" in scores else "")
        self._fit_score()
        if found is not None and is_share:
            wrong, of = (
                (found.validation_wrong, len(found.validation_outputs)) if of_validation else (found.wrong, len(found.outputs))
            )
            self.wrong.setText(f"{numbers.count(wrong)} wrong" if is_tight else f"{numbers.count(wrong)} of {numbers.count(of)} wrong")
            _explain(self.wrong, f"{numbers.count(wrong)} of {numbers.count(of)} samples are put into a wrong class")
        else:
            self.wrong.setText(f"{'error' if is_tight else 'mean error'} {numbers.number(scores['mae'], 3)}" if "mae" in scores else "")
        if run.stopped:
            self.gradient.setText(f"stopped at {numbers.count(view.frame.iteration)}")
            self.gradient.set_color("warn")
        else:
            norm = written(gradient_norm(run))
            self._gradient_words = f"gradient norm {norm}"
            has_room = not is_tight and self._fits(self._gradient_words)
            self.gradient.setText(self._gradient_words if has_room else f"|∇| {norm}")
            self.gradient.set_color("text2")
        words = f"{run.title}: {self.score.text()} {self.unit.text()}, {self.wrong.text()}, {self.gradient.text()}"
        if words != self.accessibleName():
            self.setAccessibleName(words)
        self._show_picture(view)
        needed = self._shown, self.score.sizeHint(), self.unit.sizeHint()
        if needed != self._arranged_for:
            self._arranged_for = needed
            self._arrange()

    @property
    def figure(self) -> str:
        """How good the run is, in one figure: 63.2 %."""
        return f"{self.score.text()} %" if self.unit.text() == "%" else self.score.text()

    def _show_picture(self, view: LiveView) -> None:
        kind = kind_for(view.data)
        shown = self._views.get(kind)
        if shown is None:
            shown = self._views[kind] = kind(self._theme)  # type: ignore[call-arg]
            shown.setParent(self)
            shown.make_plain()
            shown.sample_pointed.connect(self._focus.set)
        if shown is not self._shown:
            for other in self._views.values():
                other.setVisible(other is shown)
            self._shown = shown
        shown.show_view(view)
        self.batch = next_batch(view)
        if shown.rings is not None:
            shown.rings.ring_batch(self.batch)
        self._ring_focused()

    @property
    def ringed(self) -> int:
        """Samples of the next batch that the picture rings."""
        return self._shown.rings.ringed if self._shown is not None and self._shown.rings is not None else 0

    def _ring_focused(self) -> None:
        rings = self._shown.rings if self._shown is not None else None
        if rings is not None:
            rings.ring_one(self._focus.sample)

    # Places

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self._write_for_room()

    def _arrange(self) -> None:
        for widget in (self.wrong, self.gradient):
            widget.setVisible(not (self._is_low and self._is_tight))
        if self._is_low and not self._is_tight:
            self._arrange_beside()
        else:
            self._arrange_around()

    def _arrange_around(self) -> None:
        px, width, height = self._theme.metrics.px, self.width(), self.height()
        head, foot, line = self._head, 0 if self._is_low else px(FOOT), self.name.sizeHint().height()
        self._fit_score()
        unit, score = self.unit.sizeHint(), self.score.sizeHint()
        baseline = head - px(7)
        self.unit.setGeometry(width - unit.width(), baseline - unit.height() + px(3), unit.width(), unit.height())
        right = width - unit.width() - px(4) - score.width()
        self.score.setGeometry(right, baseline - score.height() + px(6), score.width(), score.height())
        self.key.move(0, head - px(4) - line // 2 - self.key.height() // 2)
        self.name.setGeometry(px(36), head - px(4) - 2 * line, max(1, right - px(8) - px(36)), 2 * line)
        self.name.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
        below = max(px(24), width // 2)
        self.wrong.setGeometry(0, height - foot, below, foot)
        self.gradient.setGeometry(below, height - foot, width - below, foot)
        self.gradient.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._place_picture(QRect(0, head, width, max(1, height - head - foot)))

    def _fit_score(self) -> None:
        """The figure as large as it may be beside the longest word of the name."""
        px, role = self._theme.metrics.px, self._score_role
        names, score = self.name.fontMetrics(), QFontMetrics(self._theme.font(role))
        word = max(names.horizontalAdvance(word) for word in self.name.text().split(" "))
        room = self.width() - px(36) - px(8) - score.horizontalAdvance(self.score.text()) - px(4) - self.unit.sizeHint().width()
        self.score.set_role("counter" if self._is_tight and word > room else role)

    @property
    def _score_role(self) -> FontRole:
        return "loss" if self._is_short else "result"

    def _arrange_beside(self) -> None:
        px, width, height = self._theme.metrics.px, self.width(), self.height()
        score, unit = self.score.sizeHint(), self.unit.sizeHint()
        figure = self.score.fontMetrics().horizontalAdvance("−0.000") + px(4) + unit.width()  # so that all pictures are of one size
        side = max(1, min(height, width - px(10) - max(px(BESIDE), figure)))
        left = side + px(10)
        room, y = max(1, width - left), 0
        self.key.move(left, px(2))
        y = px(22)
        self.name.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for widget in (self.name, self.score, self.wrong, self.gradient):
            hint = widget.sizeHint().height() + px(3)
            if widget is self.name and "\n" in self._shown_name(room):
                hint = 2 * hint - px(3)
            widget.setGeometry(left, y, score.width() if widget is self.score else room, hint)
            if widget is self.score:
                self.unit.setGeometry(left + score.width() + px(4), y + score.height() - unit.height() - px(2), unit.width(), unit.height())
            y += hint
        self.gradient.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._place_picture(QRect(0, 0, side, height))

    def _shown_name(self, room: int) -> str:
        self.name.resize(room, self.name.height())
        return self.name.shown

    def _place_picture(self, room: QRect) -> None:
        """As large a square as there is room for where the picture is one, else all of it."""
        shown = self._shown
        if shown is None:
            return
        if shown.is_square:
            side = min(room.width(), room.height())
            room = QRect(room.left() + (room.width() - side) // 2, room.top(), side, side)
        shown.setGeometry(room)

    # Taking it away

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.context_menu()
        menu.exec(event.globalPos())
        menu.deleteLater()

    def context_menu(self) -> QMenu:
        """Go on with this run; copy and save its picture and the numbers behind it."""
        shown = self._shown
        menu = QMenu(self) if shown is None else export.menu(self, self._theme, self, f"Prediction of {self.name.text()}", shown.table)
        before = menu.actions()[0] if menu.actions() else None
        go_on = menu.addAction("Go on with this run as the project", lambda: self.open_wanted.emit(self._place))
        go_on.setEnabled(self._place > 0)
        if before is not None:
            menu.insertAction(before, go_on)
            menu.insertSeparator(before)
        return menu


def _explain(widget: QWidget, words: str) -> None:
    """Sets a tooltip that is another: every setting is an event to all who filter them."""
    if words != widget.toolTip():
        widget.setToolTip(words)


def written(value: float) -> str:
    """A number, or a dash where there is none yet."""
    return numbers.NOTHING if math.isnan(value) else numbers.number(value, 3)


def gradient_norm(run: ShownRun) -> float:
    """The norm of the gradient over all parameters, as it was recorded last; before the first update that of the batch to come."""
    norms = run.view.curves.norms
    return float(np.sqrt((norms[-1].astype(np.float64) ** 2).sum())) if len(norms) else run.first_gradient


def next_batch(view: LiveView) -> np.ndarray:
    """Indices of the training samples that the next step trains on."""
    training, frame = view.project.training, view.frame
    return upcoming_batch(len(view.data.x), training.batch_size, training.seed, frame.epoch, frame.position, training.shuffle)
