"""The welcome page: the seven experiments with their lessons, one's own data, examples, recent files, templates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from PySide6.QtCore import QEvent, QLocale, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from nnlab.core.preparation import Data
from nnlab.files.examples import examples
from nnlab.lessons.lesson import Lesson
from nnlab.lessons.library import EXPERIMENT_TITLES
from nnlab.lessons.play import OPEN
from nnlab.ui.learn.experiment_runs import ExperimentRuns
from nnlab.ui.learn.progress import LessonProgress
from nnlab.ui.learn.welcome_parts import ExampleTile, ExperimentBlock, LessonRow, LessonsGround, TableWell, WelcomeRow
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import PressButton
from nnlab.ui.widgets.label import ElidedLabel, Label

SHOWN_FIRST = ("spiral", "circle", "xor", "sine", "digits", "gaussians")
WIDE, SIDE, LARGE_SIDE = 1100, 448, 900  # pixels: below it one column; the right column, in a large window
LARGE_FROM, LARGE_TILES = 2000, 12  # pixels; examples shown there from the start
MOST_FILES, ACROSS = 5, 3
GROW_MILLISECONDS, GROWN_IN = 30, 40  # the pictures of the examples come to life in so many turns


def day_in_words(moment: datetime, today: date) -> str:
    """ "today, 14:20", "yesterday", a weekday within a week, else the date."""
    days = (today - moment.date()).days
    if days == 0:
        return f"today, {moment:%H:%M}"
    return "yesterday" if days == 1 else f"{moment:%A}" if 1 < days < 7 else f"{moment:%Y-%m-%d}"


class FileRow(WelcomeRow):
    """A file that was opened before."""

    def __init__(self, theme: Theme, path: Path) -> None:
        super().__init__(theme)
        self.path = path
        self._row = QHBoxLayout(self)
        try:
            when = day_in_words(datetime.fromtimestamp(path.stat().st_mtime), date.today())
        except OSError:  # gone since it was listed
            when = ""
        self._row.addWidget(Label(theme, path.name, "body"))
        self._row.addWidget(ElidedLabel(theme, str(path.parent).replace(str(Path.home()), "~", 1), "caption", "text2"), 1)
        self._row.addWidget(Label(theme, when, "caption", "text2"))
        self.setToolTip(str(path))
        self.setAccessibleName(f"Open {path.name} in {path.parent}, written {when}")
        follow(theme, self)

    def apply_metrics(self) -> None:
        self._row.setContentsMargins(self._theme.metrics.grid, 0, self._theme.metrics.grid, 0)
        self.setFixedHeight(self._theme.metrics.row)


class WelcomePage(QScrollArea):
    """`lesson_chosen(folder)`, `example_chosen(name)`, `file_chosen(path)`, `language_chosen(code)`; `asked(action)`: of the window;
    `data_wanted(example)` for the picture of its data, answered by `show_data` or `tell_fault`; `painted` after it was seen first."""

    lesson_chosen = Signal(str)
    example_chosen = Signal(str)
    file_chosen = Signal(str)
    language_chosen = Signal(str)
    asked = Signal(str)
    data_wanted = Signal(str)
    painted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lessons: tuple[Lesson, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its rows have it, and it scrolls to them
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._rows: dict[str, LessonRow] = {}
        self._blocks: list[ExperimentBlock] = []
        self._runs: ExperimentRuns | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.start_button = PressButton("Start")
        self.start_button.setDefault(True)
        self.languages = QComboBox()
        self.languages.setAccessibleName("Language of the lessons")
        self.tiles = [ExampleTile(theme, e.name, e.title, e.description) for e in examples()]
        self.tiles.sort(key=lambda tile: SHOWN_FIRST.index(tile.name) if tile.name in SHOWN_FIRST else len(SHOWN_FIRST))
        self._files: list[FileRow] = []
        self._first = ""  # what Start begins
        self._asked_for: set[str] = set()  # examples whose data is wanted, and has not come yet
        self._grow_timer = QTimer(self, interval=GROW_MILLISECONDS)
        self._grow_timer.timeout.connect(self._grow)
        self._turn, self._is_alive = 0, False
        self._arrange()
        follow(theme, self)

    def _arrange(self) -> None:
        page = QWidget()
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight, page)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(0)
        self._left_part, self._right_part = LessonsGround(self._theme), QWidget()
        self._left, self._right = QVBoxLayout(self._left_part), QVBoxLayout(self._right_part)
        top = QHBoxLayout()
        top.addWidget(Label(self._theme, "Seven experiments", "loss"), 1)
        top.addWidget(self.languages)
        self._left.addLayout(top)
        self._left.addWidget(
            self._wrapped("Each lesson is on a living network. Take them in any order, leave at any time; your own project stays as it is.")
        )
        self._experiments = QVBoxLayout()
        self._left.addLayout(self._experiments)
        self._left.addStretch(1)
        self._make_right()
        self._body.addWidget(self._left_part, 1)
        self._body.addWidget(self._right_part)
        self.setWidget(page)
        page.installEventFilter(self)
        self.start_button.clicked.connect(lambda: self.lesson_chosen.emit(self._first))
        self.languages.activated.connect(lambda place: self.language_chosen.emit(self.languages.itemData(place)))

    def _make_right(self) -> None:
        self._right.addWidget(Label(self._theme, "Your data", "name"))
        self.well = TableWell(self._theme)
        self.well.add_button(self._button("", "Open…", "file.open"))
        self.well.clicked.connect(lambda: self.asked.emit("file.open"))
        self._right.addWidget(self.well)
        self.all_button = PressButton(f"all {len(self.tiles)}")
        self.all_button.setFlat(True)
        self.all_button.setToolTip("Shows every example")
        self.all_button.clicked.connect(self._show_all)
        self._right.addLayout(self._head("Examples", self.all_button))
        grid = QGridLayout()
        for place, tile in enumerate(self.tiles):
            tile.clicked.connect(lambda checked=False, name=tile.name: self.example_chosen.emit(name))
            grid.addWidget(tile, place // ACROSS, place % ACROSS)
            if place >= len(SHOWN_FIRST):  # to show the others now would make windows of them, which have no parent yet
                tile.hide()
        self._right.addLayout(grid)
        self._right.addLayout(self._head("Recent", self._button("", "open a file", "file.open", flat=True)))
        self._file_column = QVBoxLayout()
        self._file_column.setSpacing(0)
        self._nothing_recent = Label(self._theme, "What you open or save is listed here.", "body", "text3")
        self._file_column.addWidget(self._nothing_recent)
        self._right.addLayout(self._file_column)
        last = QHBoxLayout()
        last.addWidget(self._button("plus", "Empty project", "file.new"))
        last.addWidget(self._button("template", "Template…", "file.template"))
        last.addWidget(self._button("library", "A lesson…", "learn.open"))
        last.addStretch(1)
        self._right.addLayout(last)
        self._right.addStretch(1)

    def _head(self, words: str, button: QPushButton) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(Label(self._theme, words, "name"), 1)
        row.addWidget(button)
        return row

    def _button(self, role: str, words: str, action: str, flat: bool = False) -> QPushButton:
        button = PressButton(icon(self._theme, role), words) if role else PressButton(words)
        button.setFlat(flat)
        button.clicked.connect(lambda: self.asked.emit(action))
        return button

    def _wrapped(self, words: str) -> Label:
        label = Label(self._theme, words, "body", "text2")
        label.setWordWrap(True)
        return label

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._left.setContentsMargins(metrics.px(24), metrics.px(20), metrics.px(24), metrics.px(16))
        self._left.setSpacing(metrics.px(4))
        self._experiments.setContentsMargins(0, metrics.px(10), 0, 0)
        self._experiments.setSpacing(metrics.px(2))
        self._right.setContentsMargins(metrics.px(24), metrics.px(24), metrics.px(24), metrics.px(16))
        self._right.setSpacing(metrics.px(8))
        self._fit()

    def _fit(self) -> None:
        """One column where there is no room for two."""
        is_wide = self.width() >= WIDE * self._theme.scale
        self._body.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)
        is_large = self.width() >= LARGE_FROM * self._theme.scale
        side = round((LARGE_SIDE if is_large else SIDE) * self._theme.scale)
        for place, tile in enumerate(self.tiles):
            tile.set_tall(is_large)
            if is_large and place < LARGE_TILES and tile.parentWidget() is not None:
                tile.show()
        if self._is_alive:
            self._want_data([tile for tile in self.tiles if not tile.isHidden()])
        self._right_part.setFixedWidth(side) if is_wide else self._right_part.setMaximumWidth(16_777_215)
        if not is_wide:
            self._right_part.setMinimumWidth(0)

    # Showing

    def show_lessons(self, lessons: Sequence[Lesson]) -> None:
        """The lessons by their experiments, in their order."""
        if tuple(lessons) == self._lessons:
            return
        self._lessons = tuple(lessons)
        self.start_button.setParent(None)
        for block in self._blocks:
            self._experiments.removeWidget(block)
            block.deleteLater()
        self._rows, self._blocks = {}, []
        for experiment, title in enumerate(EXPERIMENT_TITLES, 1):
            rows = []
            for lesson in (each for each in self._lessons if each.experiment == experiment):
                row = LessonRow(self._theme, lesson.id, lesson.title, lesson.summary)
                row.clicked.connect(lambda checked=False, folder=str(lesson.folder): self.lesson_chosen.emit(folder))
                self._rows[lesson.id] = row
                rows.append(row)
            block = ExperimentBlock(self._theme, experiment, title, rows)
            if self._runs is not None:
                block.picture.show_runs(self._runs)
            self._blocks.append(block)
            self._experiments.addWidget(block)
            block.show()  # at once, not a turn later: the keyboard begins with what is seen

    def show_languages(self, codes: Sequence[str], chosen: str) -> None:
        """A choice where there are lessons in several languages; each is named as those who read it name it."""
        self.languages.setVisible(len(codes) > 1)
        self.languages.clear()
        for code in codes:
            self.languages.addItem(QLocale(code).nativeLanguageName() or code, code)
        self.languages.setCurrentIndex(max(0, self.languages.findData(chosen)))

    def show_progress(self, progress: LessonProgress) -> None:
        begun: Lesson | None = None
        for lesson in self._lessons:
            steps = tuple(step.id for step in lesson.steps)
            record, states = progress.read(lesson.id), progress.states(lesson.id, steps)
            at = steps.index(record.at) if record.at in steps else -1
            is_current = lesson.id == progress.last and OPEN in states
            begun = lesson if is_current else begun
            self._rows[lesson.id].show_progress(states, at, lesson.minutes, is_current)
        untouched = (x for x in self._lessons if OPEN in progress.states(x.id, tuple(step.id for step in x.steps)))
        first = begun or next(untouched, self._lessons[0] if self._lessons else None)
        self._first = str(first.folder) if first is not None else ""
        self.start_button.setText("Continue" if begun else "Start")
        if first is not None:
            self._rows[first.id].is_current = True
            self._rows[first.id].take_button(self.start_button)
            self.start_button.show()
            self.start_button.setAccessibleName(f"{self.start_button.text()}: {first.title}")
        self._order_tabs()

    def _order_tabs(self) -> None:
        """The keyboard begins at the main button and goes on as one reads: the lessons, then what stands beside them."""
        before: QWidget = self.languages
        for row in self._rows.values():
            for stop in (self.start_button, row) if self.start_button.parentWidget() is row else (row,):
                self.setTabOrder(before, stop)
                before = stop
        self.setTabOrder(before, self.well)

    def show_files(self, recent: Sequence[Path]) -> None:
        for row in self._files:
            self._file_column.removeWidget(row)
            row.deleteLater()
        self._files = [FileRow(self._theme, path) for path in recent[:MOST_FILES]]
        self._nothing_recent.setVisible(not self._files)
        for row in self._files:
            row.clicked.connect(lambda checked=False, path=str(row.path): self.file_chosen.emit(path))
            self._file_column.addWidget(row)

    def show_runs(self, runs: ExperimentRuns) -> None:
        """The pictures of the experiments, from small real runs."""
        self._runs = runs
        for block in self._blocks:
            block.picture.show_runs(runs)

    def row(self, name: str) -> LessonRow:
        """The row of a lesson."""
        return self._rows[name]

    def _show_all(self) -> None:
        self.all_button.hide()
        for tile in self.tiles:
            tile.show()
        self._want_data(self.tiles)

    # Pictures that come to life

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._turn = 0
        if self._theme.duration(1):
            self._grow_timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and watched is self.widget():  # the area itself paints nothing: the page covers it
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._come_to_life)
        return super().eventFilter(watched, event)

    def _come_to_life(self) -> None:
        """The page is there; only now is anything computed for its pictures."""
        self._is_alive = True
        self._want_data([tile for tile in self.tiles if not tile.isHidden()])
        self.painted.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._grow_timer.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _want_data(self, tiles: Sequence[ExampleTile]) -> None:
        for tile in tiles:
            if not tile.has_data and tile.name not in self._asked_for:
                self._asked_for.add(tile.name)
                self.data_wanted.emit(tile.name)

    def show_data(self, name: str, data: Data) -> None:
        """The picture of an example's data."""
        self._asked_for.discard(name)
        self._tile(name).show_data(data)

    def tell_fault(self, name: str, sentence: str, detail: str = "") -> None:
        """Why there is no picture of an example's data."""
        self._asked_for.discard(name)
        self._tile(name).setToolTip(sentence)

    def _tile(self, name: str) -> ExampleTile:
        return next(tile for tile in self.tiles if tile.name == name)

    @property
    def is_still(self) -> bool:
        """Whether the pictures of examples and experiments have come to life."""
        return not self._asked_for and not self._grow_timer.isActive() and self._runs is not None

    def _grow(self) -> None:
        self._turn += 1
        for tile in self.tiles:
            tile.show_share(min(1.0, self._turn / GROWN_IN))
        if self._turn >= GROWN_IN:
            self._grow_timer.stop()
