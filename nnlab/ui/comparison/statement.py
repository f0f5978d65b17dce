"""The statement of a comparison: the one difference, and everything that is the same, proven by hashes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QMenu, QSizePolicy, QWidget

from nnlab.core.operator import Operator, operators
from nnlab.core.optimizer import Optimizer, optimizers
from nnlab.core.schedule import Schedule, schedules
from nnlab.graph.fine_tuning import title_of
from nnlab.training.varied import FINE_TUNING
from nnlab.ui.comparison.start_switch import StartSwitch
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton, PressButton
from nnlab.ui.widgets.label import ElidedLabel, Label

Choices = tuple[Mapping[str, Sequence[str]], Mapping[str, str]]  # values by key, and the project's own

NARROW = 880  # pixels, below which some words give way
KEY_TITLES = {
    "loss": "loss", "optimizer": "optimiser", "activation": "activation", "learning_rate": "learning rate", "batch_size": "batch size",
    "units": "width", "init": "initialiser", "schedule": "schedule", "seed": "seed",
    FINE_TUNING: "fine-tuning",
}  # fmt: skip


def titled(key: str, value: str) -> str:
    """A value as people read it: MSE for mse."""
    registries: dict[str, Iterable[Operator | Optimizer | Schedule]] = {
        "loss": operators, "activation": operators, "optimizer": optimizers, "schedule": schedules,
    }  # fmt: skip
    kind = next((kind for kind in registries.get(key, ()) if kind.name == value), None)
    if kind is not None:
        return kind.title
    if key == FINE_TUNING:
        return title_of(value)
    return value.replace("_", " ")


class Statement(QWidget):
    """`chosen(key, values)`: the person wants these values compared, the first being the project's own."""

    chosen = Signal(str, list)
    ended = Signal()
    add_wanted = Signal()

    def __init__(self, theme: Theme, start: StartSwitch, parent: QWidget | None = None) -> None:
        """`start` stands at its right end: what all runs start from."""
        super().__init__(parent)
        self._theme, self._start = theme, start
        self._find_choices: Callable[[], Choices] = lambda: ({}, {})
        self._key, self._values = "", [""]
        self.caption = Label(theme, "One difference", "body", "text2")
        self.field = PressButton()
        self.field.setAccessibleName("What differs between the runs")
        self.field.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.field.clicked.connect(self.open_menu)
        self.add = IconButton.of(theme, icon(theme, "plus"), "Add a run", "Adds a run with another value of what differs; up to four")
        self.add.clicked.connect(self.add_wanted)
        self.equals = Label(theme, "=", "name", "text")
        self.same = ElidedLabel(theme, "", "body", "text2")
        self.seeds = PressButton("5 seeds")
        self.seeds.setToolTip("Trains every run again from five seeds in the background and says whether one is the best")
        self._row = QHBoxLayout(self)
        for widget in (self.caption, self.field, self.add, self.equals, self.same, start, self.seeds):
            self._row.addWidget(widget, 1 if widget is self.same else 0)
        follow(theme, self)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._row.setContentsMargins(metrics.padding, 0, metrics.padding, 0)
        self._row.setSpacing(metrics.px(10))
        self.setFixedHeight(metrics.px(48))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, what differs is worth more than the words round it."""
        super().resizeEvent(event)
        is_narrow = self.width() < self._theme.metrics.px(NARROW)
        self.caption.setVisible(not is_narrow)
        self._start.set_narrow(is_narrow)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(600), self._theme.metrics.px(48))

    def offer(self, find_choices: Callable[[], Choices]) -> None:
        """Where values that may be compared are found when the menu opens: each is tried on the network, which takes a moment."""
        self._find_choices = find_choices

    def show_comparison(self, key: str, values: Sequence[str], most: int) -> None:
        """What is compared now; one value alone is no comparison."""
        self._key, self._values = key, list(values)
        is_on = len(values) > 1
        names = "  |  ".join(titled(key, value) for value in values)
        self.field.setText(f"{KEY_TITLES.get(key, key)}:  {names}" if is_on else "Choose what differs")
        self.add.setEnabled(is_on and len(values) < most)
        self.seeds.setEnabled(is_on)
        self.equals.setVisible(is_on)

    def show_equal(self, text: str, warning: str) -> None:
        """What is the same; what differs unasked is a warning."""
        self.same.setText(warning or text)
        self.same.set_color("warn" if warning else "text2")
        self.same.setToolTip(text if warning else "")

    def open_menu(self) -> None:
        menu = self.menu()
        menu.exec(self.field.mapToGlobal(self.field.rect().bottomLeft()))
        menu.deleteLater()

    def menu(self) -> QMenu:
        """Every key with its values: one that is chosen joins the runs, or leaves them."""
        menu = QMenu(self)
        suggestions, own = self._find_choices()
        for key, values in suggestions.items():
            part = menu.addMenu(KEY_TITLES.get(key, key).capitalize())
            part.setObjectName(f"difference.{key}")
            present = own.get(key, "")
            for value in values:
                action = part.addAction(titled(key, value) + ("  (the project's)" if value == present else ""))
                action.setObjectName(f"difference.{key}.{value}")
                action.setCheckable(True)
                action.setChecked(value == present or (key == self._key and value in self._values))
                action.setEnabled(value != present)
                action.triggered.connect(lambda checked=False, key=key, value=value, own=present: self._toggle(key, value, own))
        menu.addSeparator()
        menu.addAction("Type it…", self._type).setObjectName("difference.type")
        end = menu.addAction("End the comparison", self.ended.emit)
        end.setObjectName("difference.end")
        end.setEnabled(len(self._values) > 1)
        return menu

    def _toggle(self, key: str, value: str, present: str) -> None:
        others = [v for v in self._values[1:] if key == self._key]
        others = [v for v in others if v != value] if value in others else [*others, value]
        if others:
            self.chosen.emit(key, [present, *others])
        else:
            self.ended.emit()

    def _type(self) -> None:
        text, accepted = QInputDialog.getText(
            self, "What differs", "KEY=A,B, such as dense_1.units=4,16 or weight_decay=0.001,0.1", text=f"{self._key}=" if self._key else ""
        )
        if accepted and text.strip():
            self.chosen.emit("", [text.strip()])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)  # what had the keyboard in another workspace is gone

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.tokens.panel)
        painter.setPen(self._theme.tokens.line)
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()

