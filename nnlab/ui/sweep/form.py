"""What to vary: rows of a key and its values, as typed on the command line, and how often, how long and where the trials run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from nnlab.core.processors import usable_processors
from nnlab.core.setting import Setting, Value
from nnlab.jobs.workers import ClusterWorkers, LocalWorkers, Workers
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton, PressButton
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.settings_form import SettingsForm
from nnlab.ui.widgets.text_undo import share_undo

ALL, RANDOM = "all", "random"
MOST_ROWS = 8
_GRID = "Every combination of the values is trained; choose Random to draw some"
SETTINGS = (
    Setting("combinations", ALL, "Combinations", "Every combination of the values, or so many drawn at random from values and ranges",
            choices=(ALL, RANDOM), choice_titles=("Every one", "Random")),
    Setting("random", 20, "How many", "Random combinations", minimum=1, maximum=100_000),
    Setting("seeds", 3, "Seeds", "Every combination is trained from so many seeds", minimum=1, maximum=10_000),
    Setting("steps", 1000, "Iterations", "Of every trial; 0: as many as its epochs have", minimum=0, maximum=10**9),
    Setting("workers", usable_processors(), "Processes", "Of this computer, one trial each at a time", minimum=1, maximum=1024),
    Setting("scheduler", "", "Cluster",
            "Address of a Dask scheduler, such as tcp://localhost:8786, whose workers run the trials; empty: this computer does"),
)  # fmt: skip


@dataclass(frozen=True)
class SweepChoice:
    """What the form says: axes as they were typed."""

    axes: tuple[str, ...]
    random: int | None
    seeds: int
    steps: int | None
    workers: Workers


class AxisRow(QWidget):
    """One key and its values. `changed` with every keystroke; `removed` when the row is not wanted."""

    changed = Signal()
    removed = Signal(QWidget)

    def __init__(self, theme: Theme, keys: Sequence[str], suggest: Callable[[str], str]) -> None:
        super().__init__()
        self._theme, self._suggest, self._suggested = theme, suggest, ""
        self.key = QComboBox()
        self.key.setEditable(True)
        self.key.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.key.setAccessibleName("Setting to vary")
        self.key.setToolTip("A setting of training (learning_rate), of every hidden layer (units), or of one node (dense_1.units)")
        self.values = QLineEdit()
        self.values.setAccessibleName("Its values")
        self.values.setPlaceholderText("4,8,16 or 0.001..0.1:log")
        self.values.setToolTip(
            "Values separated by commas, or a range: 0.001..0.1 draws evenly, 0.001..0.1:log over its orders of magnitude;\n"
            "0.001..0.1:log:5 is a list of five"
        )
        line = self.key.lineEdit()
        for one in (self.values, line):
            if one is not None:
                share_undo(one)
                one.textEdited.connect(self.changed)
        self.remove = IconButton.of(theme, icon(theme, "close", color="text2"), "Do not vary this setting")
        self.remove.clicked.connect(lambda: self.removed.emit(self))
        self.offer(keys)
        self.key.activated.connect(lambda _: self._chosen())
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.key, 1)
        self._row.addWidget(self.values, 1)
        self._row.addWidget(self.remove)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(self._theme.metrics.px(6))
        for field in (self.key, self.values):
            field.setMinimumWidth(self._theme.metrics.px(80))
            field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def offer(self, keys: Sequence[str]) -> None:
        """The keys to choose from; what is typed stays."""
        text = self.key.currentText()
        self.key.blockSignals(True)
        self.key.clear()
        self.key.addItems(list(keys))
        self.key.setCurrentText(text)
        completer = QCompleter(list(keys), self.key)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.key.setCompleter(completer)
        self._show_begin()
        self.key.blockSignals(False)

    def show_axis(self, key: str, values: str) -> None:
        self.key.setCurrentText(key)
        self.values.setText(values)
        self._suggested = values
        self._show_begin()

    def _show_begin(self) -> None:
        """Of a text that is longer than its field its beginning is seen."""
        self.values.setCursorPosition(0)
        line = self.key.lineEdit()
        if line is not None:
            line.setCursorPosition(0)

    @property
    def text(self) -> str:
        return f"{self.key.currentText().strip()}={self.values.text().strip()}"

    def _chosen(self) -> None:
        """Another key has values of its own, unless the person typed some that stay."""
        if self.values.text() in ("", self._suggested):
            self._suggested = self._suggest(self.key.currentText())
            self.values.setText(self._suggested)
        self._show_begin()
        self.changed.emit()


class SweepForm(QWidget):
    """`changed` whenever it says something else."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._keys: tuple[str, ...] = ()
        self._suggest: Callable[[str], str] = lambda key: ""
        self.rows: list[AxisRow] = []
        self.title = Label(theme, "Vary", "caption", "text2")
        self.add = PressButton("Vary another setting")
        self.add.clicked.connect(lambda: self.add_row())
        self.settings = SettingsForm(theme, SETTINGS)
        self.settings.committed.connect(lambda *_: self._follow())
        self.words = Label(theme, "", "caption", "text2")
        self.words.setWordWrap(True)
        self._axes = QVBoxLayout()
        self._column = QVBoxLayout(self)
        self._top = QVBoxLayout()
        self._top.addWidget(self.title)
        self._top.addLayout(self._axes)
        self._top.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addLayout(self._top)
        self._column.addWidget(self.settings)
        self._below = QVBoxLayout()
        self._below.addWidget(self.words)
        self._column.addLayout(self._below)
        self._column.addStretch(1)
        self._follow()
        follow(theme, self)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._column.setContentsMargins(0, 0, 0, metrics.grid)
        self._column.setSpacing(metrics.px(6))
        self._top.setContentsMargins(metrics.padding, metrics.px(2), metrics.padding, 0)
        self._top.setSpacing(metrics.px(6))
        self._axes.setSpacing(metrics.px(6))
        self._below.setContentsMargins(metrics.padding, 0, metrics.padding, 0)

    def offer(self, keys: Sequence[str], suggest: Callable[[str], str]) -> None:
        """What may be varied, and values worth trying for a key; what is typed stays."""
        self._suggest = suggest
        if tuple(keys) == self._keys:  # a list that is open, or a word that is being typed, is left alone
            return
        self._keys = tuple(keys)
        for row in self.rows:
            row.offer(keys)

    def add_row(self, key: str = "", values: str = "") -> AxisRow:
        row = AxisRow(self._theme, self._keys, lambda chosen: self._suggest(chosen))
        row.show_axis(key, values)
        row.changed.connect(self.changed)
        row.removed.connect(self._remove)
        self.rows.append(row)
        self._axes.addWidget(row)
        self._follow()
        if not key:
            row.key.setFocus()
        return row

    def _remove(self, row: AxisRow) -> None:
        self.rows.remove(row)
        self._axes.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._follow()

    def clear(self) -> None:
        """Nothing varies."""
        for row in list(self.rows):
            self._remove(row)

    def _follow(self) -> None:
        is_random = self.settings.values["combinations"] == RANDOM
        self.settings.set_available("random", "" if is_random else _GRID)
        self.settings.set_available("workers", "The cluster has workers of its own" if self.settings.values["scheduler"] else "")
        self.add.setEnabled(len(self.rows) < MOST_ROWS)
        self.changed.emit()

    @property
    def choice(self) -> SweepChoice:
        values = self.settings.values
        scheduler = str(values["scheduler"]).strip()
        return SweepChoice(
            tuple(row.text for row in self.rows if row.text != "="),
            int(values["random"]) if values["combinations"] == RANDOM else None,
            int(values["seeds"]),
            int(values["steps"]) or None,
            ClusterWorkers(scheduler) if scheduler else LocalWorkers(int(values["workers"])),
        )

    def show_choice(self, axes: Mapping[str, str], random: int | None, seeds: int, steps: int | None) -> None:
        """Shows what another sweep varied."""
        self.clear()
        for key, values in axes.items():
            self.add_row(key, values)
        changes: dict[str, Value] = {"combinations": ALL if random is None else RANDOM, "seeds": seeds, "steps": steps or 0}
        self.settings.set_values({**changes, **({} if random is None else {"random": random})})
        self._follow()

    def say(self, words: str, is_wrong: bool) -> None:
        """What the sweep would be, or what is wrong with it."""
        self.words.set_color("error" if is_wrong else "text2")
        self.words.setText(words)

    @property
    def controls(self) -> list[QWidget]:
        """What takes the keyboard, in reading order."""
        return [*(w for row in self.rows for w in (row.key, row.values, row.remove)), self.add, *self.settings.controls]
