"""The welcome page: the seven experiments with their lessons, one's own data, examples, recent files, templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import prepare
from nnlab.files.examples import examples, load_example
from nnlab.lessons.lesson import Lesson
from nnlab.lessons.library import EXPERIMENT_TITLES
from nnlab.lessons.play import OPEN
from nnlab.ui.learn.progress import LessonProgress
from nnlab.ui.learn.welcome_parts import ExampleTile, LessonRow, WelcomeRow
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.label import ElidedLabel, Label

SHOWN_FIRST = ("spiral", "circle", "xor", "sine", "digits", "gaussians")
WIDE, SIDE, LARGE_SIDE = 1100, 420, 760  # pixels: below it one column; the right column, in a large window
MOST_FILES = 5
GROW_MILLISECONDS, GROWN_IN = 30, 40  # the pictures of the examples come to life in so many turns


class FileRow(WelcomeRow):
    """A file that was opened before."""

    def __init__(self, theme: Theme, path: Path) -> None:
        super().__init__(theme)
        self.path = path
        self._row = QHBoxLayout(self)
        self._row.addWidget(Label(theme, path.name, "body"))
        self._row.addWidget(ElidedLabel(theme, str(path.parent).replace(str(Path.home()), "~", 1), "caption", "text2"), 1)
        self.setToolTip(str(path))
        self.setAccessibleName(f"Open {path.name} in {path.parent}")
        follow(theme, self)

    def apply_metrics(self) -> None:
        self._row.setContentsMargins(self._theme.metrics.grid, 0, self._theme.metrics.grid, 0)
        self.setFixedHeight(self._theme.metrics.row)


class WelcomePage(QScrollArea):
    """`lesson_chosen(id)`, `example_chosen(name)`, `file_chosen(path)`; `asked(action)` for an action of the window by its name."""

    lesson_chosen = Signal(str)
    example_chosen = Signal(str)
    file_chosen = Signal(str)
    asked = Signal(str)

    def __init__(self, theme: Theme, lessons: Sequence[Lesson], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._lessons = theme, lessons
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its rows have it, and it scrolls to them
        self._rows: dict[str, LessonRow] = {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.start_button = QPushButton("Start")
        self.start_button.setDefault(True)
        self.tiles = [ExampleTile(theme, e.name, e.title, e.description) for e in examples() if e.name in SHOWN_FIRST]
        self._files: list[FileRow] = []
        self._first = ""  # what Start begins
        self._pending = list(self.tiles)  # whose data was not made yet
        self._data_timer = QTimer(self, interval=0)
        self._data_timer.timeout.connect(self._make_data)
        self._grow_timer = QTimer(self, interval=GROW_MILLISECONDS)
        self._grow_timer.timeout.connect(self._grow)
        self._turn = 0
        self._arrange()
        follow(theme, self)

    def _arrange(self) -> None:
        page = QWidget()
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight, page)
        self._left_part, self._right_part = QWidget(), QWidget()
        self._left, self._right = QVBoxLayout(self._left_part), QVBoxLayout(self._right_part)
        top = QHBoxLayout()
        top.addWidget(Label(self._theme, "Seven experiments", "loss"), 1)
        top.addWidget(self.start_button)
        self._left.addLayout(top)
        self._left.addWidget(
            self._wrapped("Each lesson is on a living network. Take them in any order, leave at any time; your own project stays as it is.")
        )
        experiment = 0
        for lesson in self._lessons:
            if lesson.experiment != experiment:
                experiment = lesson.experiment
                self._left.addWidget(Label(self._theme, f"{experiment}  {EXPERIMENT_TITLES[experiment - 1]}", "name", "text2"))
            row = LessonRow(self._theme, lesson.id, 0, lesson.title, lesson.summary)
            row.clicked.connect(lambda checked=False, name=lesson.id: self.lesson_chosen.emit(name))
            self._rows[lesson.id] = row
            self._left.addWidget(row)
        self._left.addStretch(1)
        self._make_right()
        self._body.addWidget(self._left_part, 1)
        self._body.addWidget(self._right_part)
        self.setWidget(page)
        self.start_button.clicked.connect(lambda: self.lesson_chosen.emit(self._first))

    def _make_right(self) -> None:
        self._right.addWidget(Label(self._theme, "Your data", "name"))
        self._right.addWidget(self._wrapped("Drop a table here or open one: its columns suggest a network and a loss."))
        self._right.addLayout(self._buttons(("open", "Open a table or project…", "file.open"), ("template", "Template…", "file.template")))
        self._right.addWidget(Label(self._theme, "Examples", "name"))
        grid = QGridLayout()
        for place, tile in enumerate(self.tiles):
            tile.clicked.connect(lambda checked=False, name=tile.name: self.example_chosen.emit(name))
            grid.addWidget(tile, place // 3, place % 3)
        self._right.addLayout(grid)
        self._right.addWidget(Label(self._theme, "Recent", "name"))
        self._file_column = QVBoxLayout()
        self._file_column.setSpacing(0)
        self._right.addLayout(self._file_column)
        self._right.addLayout(self._buttons(("plus", "Empty project", "file.new")))
        self._right.addStretch(1)

    def _buttons(self, *wanted: tuple[str, str, str]) -> QHBoxLayout:
        row = QHBoxLayout()
        for role, words, action in wanted:
            button = QPushButton(icon(self._theme, role), words)
            button.clicked.connect(lambda checked=False, action=action: self.asked.emit(action))
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _wrapped(self, words: str) -> Label:
        label = Label(self._theme, words, "body", "text2")
        label.setWordWrap(True)
        return label

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._left.setContentsMargins(metrics.px(24), metrics.px(20), metrics.px(24), metrics.px(16))
        self._left.setSpacing(metrics.px(4))
        self._right.setContentsMargins(metrics.px(24), metrics.px(24), metrics.px(24), metrics.px(16))
        self._right.setSpacing(metrics.px(8))
        self._fit()

    def _fit(self) -> None:
        """One column where there is no room for two."""
        is_wide = self.width() >= WIDE * self._theme.scale
        self._body.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)
        side = LARGE_SIDE if self.width() >= 2000 else round(SIDE * self._theme.scale)
        self._right_part.setFixedWidth(side) if is_wide else self._right_part.setMaximumWidth(16_777_215)
        if not is_wide:
            self._right_part.setMinimumWidth(0)

    # Showing

    def show_progress(self, progress: LessonProgress) -> None:
        begun = ""
        for lesson in self._lessons:
            steps = tuple(step.id for step in lesson.steps)
            record, states = progress.read(lesson.id), progress.states(lesson.id, steps)
            at = steps.index(record.at) if record.at in steps else -1
            is_current = lesson.id == progress.last and OPEN in states
            begun = lesson.id if is_current else begun
            self._rows[lesson.id].show_progress(states, at, lesson.minutes, is_current)
        untouched = (x.id for x in self._lessons if OPEN in progress.states(x.id, tuple(step.id for step in x.steps)))
        self._first = begun or next(untouched, self._lessons[0].id if self._lessons else "")
        self.start_button.setText("Continue" if begun else "Start")
        self.start_button.setEnabled(bool(self._first))

    def show_files(self, recent: Sequence[Path]) -> None:
        for row in self._files:
            self._file_column.removeWidget(row)
            row.deleteLater()
        self._files = [FileRow(self._theme, path) for path in recent[:MOST_FILES]]
        for row in self._files:
            row.clicked.connect(lambda checked=False, path=str(row.path): self.file_chosen.emit(path))
            self._file_column.addWidget(row)

    def row(self, name: str) -> LessonRow:
        """The row of a lesson."""
        return self._rows[name]

    # Pictures that come to life

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._data_timer.start()
        self._turn = 0
        if self._theme.duration(1):
            self._grow_timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._data_timer.stop()
        self._grow_timer.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _make_data(self) -> None:
        """The data of one example in each turn of the event loop."""
        if not self._pending:
            self._data_timer.stop()
            return
        tile = self._pending.pop(0)
        try:
            tile.show_data(prepare(replace(load_example(tile.name).data, standardize=False)))
        except NNLabError as error:
            tile.setToolTip(str(error))

    @property
    def is_still(self) -> bool:
        """Whether the pictures of the examples have come to life."""
        return not self._data_timer.isActive() and not self._grow_timer.isActive()

    def _grow(self) -> None:
        self._turn += 1
        for tile in self.tiles:
            tile.show_share(min(1.0, self._turn / GROWN_IN))
        if self._turn >= GROWN_IN:
            self._grow_timer.stop()
