"""Learning: opens and leaves lessons, and keeps how far one came. Whoever wants a lesson played asks here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from nnlab.core.errors import NNLabError
from nnlab.files.project import SavedProject
from nnlab.lessons.answers import answers_csv
from nnlab.lessons.archive import folder_of
from nnlab.lessons.controls import Controls
from nnlab.lessons.lesson import Lesson
from nnlab.lessons.library import shipped
from nnlab.lessons.play import LessonRecord
from nnlab.lessons.reader import read_lesson
from nnlab.ui.files.store import Store
from nnlab.ui.learn.demonstration import Demonstration
from nnlab.ui.learn.host import LessonHost, as_object, as_widget
from nnlab.ui.learn.lesson_column import LessonColumn
from nnlab.ui.learn.lesson_player import LessonPlayer
from nnlab.ui.learn.lesson_room import LessonRoom, ProjectInRoom
from nnlab.ui.learn.narrow_room import NarrowRoom, narrowed
from nnlab.ui.learn.presenter import Presenter
from nnlab.ui.learn.progress import LessonProgress
from nnlab.ui.look.theme import Theme
from nnlab.ui.workspaces import Workspace, workspaces

LEARN = "learn"
AHEAD = 500  # milliseconds for which lessons are offered before their column is made
NO_LESSON = "No lesson is open; choose one on the welcome page."
TAKEN_OVER = "The lesson is yours now; Shift+F8 lets it go on by itself."
LEFT = "This is “{own}” again. The lesson keeps its place; what you made in it can be kept as a project."


class Learning(QObject):
    """`opened` and `left` when a lesson begins and ends; `progressed` when a step was passed."""

    opened = Signal()
    left = Signal()
    progressed = Signal()
    followed = Signal(str)  # a link in a lesson's text

    def __init__(self, host: LessonHost, theme: Theme, store: Store, controls: Callable[[], Controls]) -> None:
        super().__init__(as_object(host))
        self._host, self._theme, self._controls = host, theme, controls
        self.progress = LessonProgress(store)
        self.room = LessonRoom(host)
        self._column: LessonColumn | None = None
        self._player: LessonPlayer | None = None
        self._presenter: Presenter | None = None
        self._demonstration: Demonstration | None = None
        self._former: dict[Path, ProjectInRoom] = {}  # of lessons that were left in this window
        self._is_leaving = False
        self._ahead = QTimer(self, singleShot=True, interval=AHEAD)
        self._ahead.timeout.connect(self._make_player)
        host.files.giving_up.connect(self.leave)

    # The parts, made with the first lesson, or a moment before it

    def prepare(self) -> None:
        """Lessons are offered: what any of them is played by is made when this has been seen for a moment."""
        if self._player is None:
            self._ahead.start()

    def _make_player(self) -> LessonPlayer:
        return self.player

    @property
    def player(self) -> LessonPlayer:
        if self._player is None:
            self._column = LessonColumn(self._theme)
            self._column.hide()
            self._host.middle.insertWidget(0, self._column)
            self._player = LessonPlayer(self._host, self._theme, self._column)
            self._column.leave_asked.connect(self.leave_to_welcome)
            self._player.changed.connect(self._keep)
            self._player.over.connect(self.leave_to_welcome)
            self._player.failed.connect(self._fail)
            self._column.followed.connect(self.followed)
            self._narrow = NarrowRoom(self._theme, as_widget(self._host))
            self._narrow.resized.connect(self._column.apply_metrics)
            self._narrow.resized.connect(self._arrange_again)
        return self._player

    @property
    def presenter(self) -> Presenter:
        if self._presenter is None:
            self._presenter = Presenter(self._host, self._theme, self.player)
        return self._presenter

    @property
    def demonstration(self) -> Demonstration:
        if self._demonstration is None:
            self._demonstration = Demonstration(self._host, self.player)
            self._demonstration.ended.connect(self._on_demonstrated)
        return self._demonstration

    def _on_demonstrated(self, was_whole: bool) -> None:
        if not was_whole and self.is_open:
            self._host.message_bar.show_info(TAKEN_OVER, key="lesson")

    @property
    def column(self) -> LessonColumn:
        return self.player.column

    @property
    def lesson(self) -> Lesson | None:
        """The one that is played."""
        return self._player.lesson if self._player is not None else None

    @property
    def is_open(self) -> bool:
        return self.room.is_open

    # Opening and leaving

    def open_path(self, path: Path) -> bool:
        """Plays a lesson that somebody has written: its folder, its lesson.toml, or its file. False when it cannot be read."""
        try:
            folder = folder_of(path)
        except NNLabError as error:
            self._fail(str(error))
            return False
        return self.open_folder(folder)

    def open_folder(self, folder: Path, anew: bool = False) -> bool:
        """Plays the lesson of a folder where it was left. False, with a sentence in the message bar, when it cannot be read."""
        known = next((lesson for lesson in shipped() if lesson.folder == folder), None)
        try:
            return self.open(known or read_lesson(folder, self._controls()), anew)
        except NNLabError as error:
            self._fail(str(error))
            return False

    def open(self, lesson: Lesson, anew: bool = False) -> bool:
        """Plays a lesson, where it was left or from its beginning. What is open comes back when it is left."""
        if self.is_open:
            self.leave()
        record = LessonRecord() if anew else self.progress.read(lesson.id)
        try:
            project = self.player.project_for(lesson, record)
        except NNLabError as error:
            self._fail(str(error))
            return False
        former = self._former.pop(lesson.folder, None)
        self.player.ask_for(lesson)
        with self._fitted_once():
            self.room.enter(project, lesson.title, None if anew else former)
            self._host.arranged = self._arranged
            self.column.show()
            self.column.apply_metrics()
            self.player.begin(lesson, record)
        self.opened.emit()
        return True

    @contextmanager
    def _fitted_once(self) -> Iterator[None]:
        """The network is fitted when all that takes room is in its place, not again and again before."""
        view = self._host.canvas.view
        view.hold_fit(True)
        try:
            yield
        finally:
            view.hold_fit(False)

    def leave(self, to: str | None = None) -> None:
        """Brings the person's own project back, with its workspace or another one; the lesson keeps its place."""
        lesson = self.lesson
        if not self.is_open or self._is_leaving or lesson is None:
            return
        self._is_leaving = True
        try:
            self._keep()
            if self._presenter is not None:
                self._presenter.end()
            if self._demonstration is not None:
                self._demonstration.stop()
            self.player.end()
            with self._fitted_once():
                self.column.hide()
                self._host.arranged = lambda found: found
                self._former[lesson.folder] = self.room.leave(to)
        finally:
            self._is_leaving = False
        self.left.emit()

    def leave_to_welcome(self) -> None:
        """Leaves the lesson and shows the page it was chosen from, with the way to keep what was made."""
        lesson = self.lesson
        if lesson is None:
            self._host.show_workspace(LEARN)
            return
        self.leave(LEARN)
        words = LEFT.format(own=self._host.document.name)
        self._host.message_bar.show_info(words, "Keep this network", lambda: self.keep_network(lesson), key="lesson")

    def keep_network(self, lesson: Lesson) -> None:
        """What was made in a lesson becomes the open project, unsaved. A lesson that runs is left, a turn of the event loop before."""
        if self.is_open:
            self.leave()
            QTimer.singleShot(0, self, lambda: self.keep_network(lesson))
            return
        former = self._former.get(lesson.folder)
        if former is not None and self._host.files.show_unsaved(SavedProject(former.document.project), lesson.title):
            del self._former[lesson.folder]

    def open_welcome(self) -> None:
        """The welcome page; a lesson that runs is left."""
        if self.is_open:
            self.leave_to_welcome()
        else:
            self._host.show_workspace(LEARN)

    # Commands

    def present(self, is_on: bool) -> None:
        """The presenter's view of the lesson that is played."""
        if is_on and self._is_played():
            self.presenter.begin()
        elif self._presenter is not None:
            self._presenter.end()

    def demonstrate(self, is_on: bool) -> None:
        """The lesson that is played goes on by itself."""
        if is_on and self._is_played():
            self.demonstration.begin()
        elif self._demonstration is not None:
            self._demonstration.stop()

    def answers(self) -> str:
        """What was answered in every lesson that was begun, as CSV."""
        self._keep()
        return answers_csv(self.progress.all_begun())

    def next(self) -> None:
        if self._is_played():
            self.player.next()

    def back(self) -> None:
        if self._is_played():
            self.player.back()

    def show_me(self) -> None:
        if self._is_played():
            self.player.show_me()

    def _is_played(self) -> bool:
        if self.lesson is None:
            self._host.message_bar.show_info(NO_LESSON, key="lesson")
        return self.lesson is not None

    def _arrange_again(self) -> None:
        """Where the lesson's window has become narrow for its type, or wide, other panels stand in it."""
        shown = self._host.area.workspace
        if self.is_open and shown is not None and shown.tab == LEARN and self._arranged(workspaces()[LEARN]) != shown:
            self._host.show_workspace(LEARN)

    def _arranged(self, workspace: Workspace) -> Workspace:
        """A workspace beside the lesson's column: without what stands at the left; Learn is that of the present step."""
        play = self.player.play
        if workspace.name == LEARN and play is not None:
            place, wanted = play.place, ""
            while not wanted and place >= 0:
                wanted = play.lesson.steps[place].workspace
                place -= 1
            found = workspaces().get(wanted or "train", workspace)
            found = narrowed(found, play.step) if self._narrow.is_narrow_for(found) else found
            return replace(found, left=(), tab=LEARN, beside_lesson=True)
        return replace(workspace, left=(), beside_lesson=True)

    def _keep(self) -> None:
        play = self._player.play if self._player is not None else None
        if play is not None:
            self.progress.write(play.lesson.id, play.record, play.lesson.folder)
            self.progressed.emit()

    def _fail(self, sentence: str) -> None:
        self._host.message_bar.show_warning(sentence, key="lesson")
