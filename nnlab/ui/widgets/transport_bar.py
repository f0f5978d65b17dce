"""Transport bar: the buttons that run the training, the counters that say where it is, the speed.

Buttons are the actions it is given, so the bar knows neither training nor its state. Counters are declared by `CounterSpec`; their
values come in by `set_counters`, sixty times a second, and only a counter whose written value changed repaints. What is least needed
gives way where the bar is narrow or its type large: the extras first, then the other counters and the speed; the buttons, the iteration
and its loss stay. Where training cannot run, the reason stands in the counters' place. What runs in the background has an item of its own
while it runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QSizePolicy, QSpacerItem, QVBoxLayout, QWidget

from nnlab.ui.look.numbers import NOTHING, count, number, rate, short
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton, MainButton
from nnlab.ui.widgets.counter import Counter
from nnlab.ui.widgets.job_item import JobItem, JobRow
from nnlab.ui.widgets.label import ElidedLabel
from nnlab.ui.widgets.slider import NumberSlider
from nnlab.ui.widgets.time_strip import TimeStrip

Written = tuple[str, str, float | None]  # value, faint part, share of the bar below it


def _plain(write: Callable[[Any], str]) -> Callable[[Any], Written]:
    return lambda value: (write(value), "", None)


def _number(value: float) -> Written:
    return number(value), "", None


def of_run(value: tuple[int, int | None]) -> Written:
    """An iteration; with how far the run has come, when it was put back: 2,310 / 6,000."""
    iteration, latest = value
    return count(iteration), "" if latest is None else f" / {count(latest)}", None


def of_total(value: tuple[int, int]) -> Written:
    """How many of how many: 4 / 50, with a bar."""
    done, total = value
    return count(done), f" / {count(total)}", done / total if total else 0.0


@dataclass(frozen=True)
class CounterSpec:
    """A counter: its name in code, its label, the widest text expected, its explanation, and how a value is written.

    Where there is no room, counters with the highest `gives_way` go first; one with 0 stays.
    """

    name: str
    label: str
    widest: str
    tip: str
    write: Callable[[Any], Written] = _number
    gives_way: int = 0


TRAINING_COUNTERS = (
    CounterSpec("epoch", "epoch", "00,000", "Completed passes over the training data", _plain(count), gives_way=2),
    CounterSpec("iteration", "iteration", "000,000", "Weight updates so far", of_run),
    CounterSpec("batch", "batch", "00 / 00", "Batch of this epoch, of all batches in an epoch", of_total, gives_way=3),
    CounterSpec("batch_loss", "batch loss", "0.00000", "Loss of the latest batch, before its update"),
    CounterSpec("smoothed", "smoothed", "0.00000", "Mean of the newest batch losses", gives_way=4),
    CounterSpec("validation", "val", "0.00000", "Loss on the validation data, which is not used for training", gives_way=7),
    CounterSpec("learning_rate", "learning rate", "0.00000", "Size of every step against the gradient", _plain(short), 8),
)
MOST_FIGURES = 4
FIGURES_GIVE_WAY = 1.1  # the last of them first, after the hint and before the speed
RATE_COUNTERS = (
    CounterSpec("iterations_per_second", "iterations/s", "000,000", "Weight updates per second", _plain(rate), 5),
    CounterSpec("frames_per_second", "frames/s", "00", "How often the window looks for something new to draw", _plain("{:.0f}".format), 6),
)
SPEED_GIVES_WAY = 1  # after every counter that may go: it is the only way to change the speed by hand
HINT_GIVES_WAY = 1.5  # how to go faster is worth more than any counter that may go
RATES_FOR_HINT = 4  # by how much sooner the rates go while the hint, which is no wider, stands beside them: before any figure of the run
JOBS_GIVE_WAY = 0.5  # last of all: the list of jobs has a key, too


@dataclass(frozen=True)
class Figure:
    """What a workspace counts besides: `faint` follows the value in a quieter tone ("/ 12")."""

    label: str
    value: str
    faint: str = ""
    tip: str = ""


class TransportBar(QWidget):
    """`speed_changed` carries iterations per second, infinity for full speed. `faster` is the key for full speed, where there is one."""

    speed_changed = Signal(float)

    def __init__(
        self,
        theme: Theme,
        actions: Sequence[QAction] = (),
        main: QAction | None = None,
        counters: Sequence[CounterSpec] = TRAINING_COUNTERS,
        rates: Sequence[CounterSpec] = RATE_COUNTERS,
        parent: QWidget | None = None,
        faster: str = "",
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._specs = {spec.name: spec for spec in (*counters, *rates)}
        self._rates = frozenset(spec.name for spec in rates)
        self.figures = [Counter(theme, "", "100.0 %") for _ in range(MOST_FIGURES)]
        self._count, self._replaced = 0, frozenset[str]()  # figures that are shown, and counters in whose place they stand
        self.setAccessibleName("Transport")
        self._buttons = QHBoxLayout()
        self._around_main: list[QSpacerItem] = []  # beside the main button
        self._spaced: tuple[int, int, int] | None = None  # the gaps as last set
        self._reason = ElidedLabel(theme, "", "body", "text2")
        self._reason.hide()
        self.time = TimeStrip(theme, self)
        self.speed = SpeedControl(theme)
        self.speed.speed_changed.connect(self.speed_changed)
        self.speed_hint = Counter(theme, "full speed", faster, "Trains as fast as this machine can; the slider's right end does the same")
        self.speed_hint.set_value(faster)
        self._has_hint = False
        self.jobs = JobItem(theme)
        self._has_jobs = False
        self._row = QHBoxLayout(self)
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # it may be narrower than what it shows now
        self._row.addLayout(self._buttons)
        self._row.addWidget(self._reason, 1)
        self.counters: dict[str, Counter] = {}
        for group in (counters, rates):
            for spec in group:
                self.counters[spec.name] = Counter(theme, spec.label, spec.widest, spec.tip)
            if group is counters:
                self._add(counters)
                for figure in self.figures:
                    self._row.addWidget(figure)
                self._row.addStretch(1)
                self._row.addWidget(self.jobs)
                self._row.addWidget(self.speed)
                self._row.addWidget(self.speed_hint)
        self._add(rates)
        self.set_actions(actions, main)
        follow(theme, self)

    def _add(self, specs: Sequence[CounterSpec]) -> None:
        for spec in specs:
            self._row.addWidget(self.counters[spec.name])

    def set_actions(self, actions: Sequence[QAction], main: QAction | None = None) -> None:
        """Shows these actions as buttons, in this order; `main` is one of them, drawn large in the accent colour."""
        while (item := self._buttons.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._around_main, self._spaced = [], None
        for action in actions:
            button = MainButton(self._theme) if action is main else IconButton(self._theme, "button", "button_icon")
            button.set_action(action)
            if action is main:
                self._add_space()
            self._buttons.addWidget(button)
            button.show()  # now: a layout counts only what is shown, and would show it itself in the next round of events
            if action is main:
                self._add_space()
        self._arrange()

    def _add_space(self) -> None:
        space = QSpacerItem(0, 0)
        self._around_main.append(space)
        self._buttons.addItem(space)

    def _gaps(self, tight: bool) -> tuple[int, int, int]:
        """Pixels at the bar's ends, between buttons, and after them: as designed, or the least with which all can still be told apart."""
        metrics = self._theme.metrics
        return (metrics.grid, metrics.px(1), metrics.px(6)) if tight else (metrics.padding, metrics.px(4), metrics.px(14))

    def _space(self, tight: bool) -> None:
        """Sets the gaps where they are others now: every setting makes Qt lay the bar out again, which asks for the gaps again."""
        margin, gap, after = self._gaps(tight)
        if (margin, gap, after) == self._spaced:
            return
        self._spaced = margin, gap, after
        self._row.setContentsMargins(margin, self._theme.metrics.grid, margin, 0)
        self._buttons.setSpacing(gap)
        self._buttons.setContentsMargins(0, 0, after, 0)
        for space in self._around_main:
            space.changeSize(gap, 0, QSizePolicy.Policy.Fixed)

    def _button_widgets(self) -> list[QWidget]:
        items = (self._buttons.itemAt(index) for index in range(self._buttons.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [widget for widget in widgets if widget is not None]

    def button(self, action: QAction) -> IconButton:
        """The button of an action. Raises KeyError if the bar does not show it."""
        for widget in self._button_widgets():
            if isinstance(widget, IconButton) and widget.defaultAction() is action:
                return widget
        raise KeyError(action.objectName())

    def set_counters(self, **values: Any) -> None:
        """Writes counters by name; None writes a dash. Raises KeyError for a counter the bar does not have."""
        for name, value in values.items():
            text, faint, share = (NOTHING, "", None) if value is None else self._specs[name].write(value)
            counter = self.counters[name]
            counter.set_value(text, faint)
            counter.set_share(share)

    def show_figures(self, figures: Sequence[Figure], replaced: Iterable[str] = ()) -> None:
        """Figures in the place of the `replaced` counters, given by name; none brings these back."""
        for counter, figure in zip(self.figures, figures, strict=False):
            counter.set_label(figure.label, figure.tip)
            counter.set_value(figure.value, figure.faint)
        shown = len(figures), frozenset(replaced if figures else ())
        if shown != (self._count, self._replaced):
            self._count, self._replaced = shown
            self._arrange()

    def set_unavailable(self, reason: str | None) -> None:
        """Says in the counters' place why nothing can run; None brings the counters back."""
        self._reason.setText(reason or "")
        self._reason.setVisible(reason is not None)
        self._arrange()

    def show_jobs(self, rows: Sequence[JobRow]) -> None:
        """Shows what runs in the background; nothing takes no room."""
        if rows:
            self.jobs.show_rows(rows)
        if bool(rows) != self._has_jobs:
            self._has_jobs = bool(rows)
            self._arrange()

    def show_speed_hint(self, shown: bool) -> None:
        """Says beside the speed how to go to full speed, until it is known."""
        if shown != self._has_hint:
            self._has_hint = shown
            self._arrange()

    @property
    def unavailable(self) -> str | None:
        """Why nothing can run, if so."""
        return None if self._reason.isHidden() else self._reason.text()

    def apply_metrics(self) -> None:
        self.setFixedHeight(self._theme.metrics.transport)
        self._row.setSpacing(0)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """A button or counter has another size: a longer number, or another scale, of which it may hear after the bar."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.time.setGeometry(0, 0, self.width(), self.time.height())
        self._arrange()

    def _arrange(self) -> None:
        """Shows as many counters as there is room for, the most needed first; none while there is a reason."""
        blocked = not self._reason.isHidden()
        tight = not blocked and self._least(tight=False) > self.width()
        self._space(tight)
        room = self.width() - self._width_of_buttons(tight)
        kept: set[QWidget] = set()
        for gives_way, widget in sorted(self._after_buttons(), key=lambda pair: pair[0]):
            room -= widget.width()
            if gives_way and room < 0:
                break
            kept.add(widget)
        for widget in (*self.counters.values(), *self.figures, *(widget for _, widget in self._after_buttons())):
            widget.setVisible(widget in kept and (not blocked or widget is self.jobs))
        if not self._has_jobs:
            self.jobs.hide()
        if not self._has_hint:
            self.speed_hint.hide()
        self._row.activate()

    def _after_buttons(self) -> list[tuple[float, QWidget]]:
        """What follows the buttons, with how early each gives way."""
        jobs = [(JOBS_GIVE_WAY, self.jobs)] if self._has_jobs else []
        hint = [(HINT_GIVES_WAY, self.speed_hint)] if self._has_hint else []
        figures = [(FIGURES_GIVE_WAY + place / 10, figure) for place, figure in enumerate(self.figures[: self._count])]
        sooner = {name: RATES_FOR_HINT for name in self._rates if self._has_hint}
        counters = [
            (spec.gives_way + sooner.get(name, 0), self.counters[name]) for name, spec in self._specs.items() if name not in self._replaced
        ]
        return [*counters, *figures, (SPEED_GIVES_WAY, self.speed), *hint, *jobs]

    def _width_of_buttons(self, tight: bool) -> int:
        """What the buttons take at their present sizes, with the bar's margins."""
        margin, gap, after = self._gaps(tight)
        buttons = [button.width() for button in self._button_widgets()]
        return 2 * margin + sum(buttons) + (len(buttons) - 1 + len(self._around_main)) * gap + after

    def _least(self, tight: bool) -> int:
        """The width of what never goes."""
        return self._width_of_buttons(tight) + sum(widget.width() for gives_way, widget in self._after_buttons() if not gives_way)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._least(tight=True), self._theme.metrics.transport)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.tokens.panel)
        painter.fillRect(QRect(0, 0, self.width(), 1), self._theme.tokens.line)
        painter.end()


SLOWEST = 0.1  # iterations per second; below one it is slow motion: a tenth stands for one operation per second
FASTEST = 1e5  # beyond it lies full speed


def operations_of(speed: float) -> float | None:
    """The operations per second that a speed below one iteration per second stands for; None for a speed in iterations."""
    return None if speed >= 1.0 else max(1.0, round(speed / SLOWEST))


class SpeedControl(QWidget):
    """A logarithmic slider from one operation per second to full speed, which is its right end; the speed is written above it."""

    speed_changed = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        tip = "From slow motion, one operation per second (left end), over iterations per second to full speed (right end)"
        self.slider = NumberSlider(theme, SLOWEST, FASTEST, logarithmic=True, name="Speed", tip=tip)
        self.slider.set_number(FASTEST)
        self.slider.moved.connect(self._moved)
        self.setToolTip(tip)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._column.addWidget(self.slider)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        follow(theme, self)

    @property
    def speed(self) -> float:
        """Iterations per second; infinity at the right end."""
        return math.inf if self.slider.value() == self.slider.maximum() else float(f"{self.slider.number:.2g}")

    def set_speed(self, speed: float) -> None:
        """Moves the slider without emitting anything."""
        self.slider.set_number(speed)
        self.update()

    @property
    def text(self) -> str:
        operations = operations_of(self.speed)
        if operations is not None:
            return f"{operations:.0f} op/s"
        return "full" if math.isinf(self.speed) else f"{rate(self.speed)}/s"

    def _moved(self) -> None:
        self.update()
        self.speed_changed.emit(self.speed)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        padding = metrics.counter_padding
        self._column.setContentsMargins(padding, 0, padding, metrics.px(2))
        self.setFixedSize(metrics.speed_slider + 2 * padding, metrics.transport - metrics.grid)
        self.update()

    def sizeHint(self) -> QSize:
        return self.size()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, font, padding = self._theme.tokens, self._theme.font("caption"), self._theme.metrics.counter_padding
        height = QFontMetrics(font).height()
        place = QRect(padding, self.height() // 2 - height - 1, self.width() - 2 * padding, height)
        painter = QPainter(self)
        painter.setFont(font)
        painter.setPen(tokens.text2)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, "speed")
        painter.setPen(tokens.text)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self.text)
        painter.end()
