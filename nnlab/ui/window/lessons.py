"""Lessons in the window: their actions, the welcome page, the glossary, and what links lead to."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from nnlab.core.atomic import write_atomically
from nnlab.core.errors import NNLabError
from nnlab.files.link_text import LinkedState
from nnlab.lessons.glossary import GlossaryTerm, glossary
from nnlab.lessons.library import find_folder
from nnlab.ui.files import dialogs
from nnlab.ui.files.store import Store
from nnlab.ui.learn.learning import Learning
from nnlab.ui.learn.links import TextLinks
from nnlab.ui.learn.term_tip import TermTip
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.base import LivePanel
from nnlab.ui.panels.welcome import WelcomePanel
from nnlab.ui.widgets.command_palette import SYNONYMS
from nnlab.ui.window.known_controls import window_controls
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.workspaces import workspaces

OF_LESSON = ("learn.next", "learn.back", "learn.show_me", "learn.present", "learn.demonstrate")  # mean something while one is played


class WindowLessons(QObject):
    """Joins actions, page and glossary; nothing of a lesson is made before the first one is opened. It ends with its window."""

    def __init__(self, window: MainWindow, theme: Theme, store: Store) -> None:
        super().__init__(window)
        self._window, self._theme, self._store = window, theme, store
        self.learning = Learning(window, theme, store, window_controls)
        self.tip = TermTip(theme, window)
        self.links = TextLinks({
            "lesson": self.open_named, "glossary": self.open_term, "example": self.open_example, "workspace": self._show_workspace,
        })  # fmt: skip
        self._connect()
        self.term_actions = [self._term_action(term) for term in glossary()]
        theme.reduced_motion = bool(store.number("reduced_motion", 0.0))
        self._follow()

    def _connect(self) -> None:
        window, learning, theme = self._window, self.learning, self._theme
        handlers = {
            "learn.welcome": learning.open_welcome, "learn.next": learning.next, "learn.back": learning.back,
            "learn.show_me": learning.show_me, "learn.open": self.ask_and_open, "learn.answers": self.save_answers,
        }  # fmt: skip
        for name, handler in handlers.items():
            window.actions_by_id[name].triggered.connect(lambda checked=False, handler=handler: handler())
        window.actions_by_id["learn.present"].triggered.connect(self._present)
        window.actions_by_id["learn.demonstrate"].triggered.connect(self._demonstrate)
        window.actions_by_id["view.projector"].triggered.connect(lambda is_on: theme.set_projected(is_on, in_turns=True))
        window.actions_by_id["view.still"].triggered.connect(self._keep_still)
        window.files.lesson_asked.connect(lambda path: learning.open_path(Path(path)))
        window.networks.linked.connect(self.show_state)
        window.networks.ask_workspace(lambda: window.area.workspace.name if window.area.workspace is not None else "")
        window.panels.when_made("welcome", self._join)
        learning.opened.connect(self._follow)
        learning.left.connect(self._follow)
        learning.followed.connect(self.links.follow)
        self.tip.lesson_asked.connect(self.open_named)
        self._theme.metrics_changed.connect(self._follow)

    def _follow(self) -> None:
        actions, learning = self._window.actions_by_id, self.learning
        for name in OF_LESSON:
            actions[name].setEnabled(learning.is_open)
        actions["learn.present"].setChecked(learning.is_open and learning.presenter.is_on)
        actions["learn.demonstrate"].setChecked(learning.is_open and learning.demonstration.is_on)
        actions["view.projector"].setChecked(self._theme.is_projected)
        actions["view.still"].setChecked(self._theme.reduced_motion)

    def _present(self, is_on: bool) -> None:
        self.learning.present(is_on)
        self._follow()

    def _demonstrate(self, is_on: bool) -> None:
        self.learning.demonstrate(is_on)
        self.learning.demonstration.ended.connect(self._follow)
        self._follow()

    def _keep_still(self, is_on: bool) -> None:
        self._theme.reduced_motion = is_on
        self._store.set("reduced_motion", int(is_on))

    def _join(self, page: LivePanel) -> None:
        assert isinstance(page, WelcomePanel)
        page.follow(self.learning.progress, lambda: self._window.files.recent)
        page.lesson_chosen.connect(self.open_named)
        page.example_chosen.connect(self.open_example)
        page.file_chosen.connect(self._window.files.open_path)
        page.asked.connect(lambda name: self._window.actions_by_id[name].trigger())
        self.learning.left.connect(page.refresh)
        self.learning.prepare()

    # What is opened

    def open_named(self, name: str) -> None:
        """A lesson by its name, or the path of its folder."""
        try:
            folder = find_folder(name)
        except NNLabError as error:
            self._window.message_bar.show_warning(str(error), key="lesson")
            return
        self.learning.open_folder(folder)

    def open_example(self, name: str) -> None:
        window = self._window
        if window.files.open_source(name):
            window.show_workspace("train")
            if window.session.can_run:
                window.session.play()  # something moves with the first click

    def ask_and_open(self) -> None:
        path = dialogs.ask_for_lesson(self._window, self._store.text("folder"))
        if path:
            self.learning.open_path(Path(path))

    def save_answers(self) -> None:
        path = dialogs.ask_where_to_write_answers(self._window)
        if path is None:
            return
        text = self.learning.answers().encode()
        try:
            write_atomically(path, lambda file: file.write(text))
        except NNLabError as error:
            self._window.message_bar.show_error(str(error), key="lesson")
            return
        self._window.message_bar.show_info(f"The answers are in {path.name}.", key="lesson")

    def _show_workspace(self, name: str) -> None:
        if name in workspaces():
            self._window.show_workspace(name)

    def show_state(self, state: LinkedState) -> None:
        """What a link names besides the project: the workspace, and how far it has been trained."""
        if state.workspace in workspaces():
            self._window.show_workspace(state.workspace)
        if state.iteration and self._window.session.can_run:
            self._window.session.run_iterations(state.iteration)

    # The glossary

    def open_term(self, name: str) -> None:
        term = glossary().find(name)
        if term is not None:
            self.tip.open_term(term)

    def _term_action(self, term: GlossaryTerm) -> QAction:
        action = QAction(term.title, self._window)
        action.setObjectName(f"glossary.{term.name.replace(' ', '_')}")
        action.setToolTip(term.sentence)
        action.setProperty(SYNONYMS, list(term.also))
        action.triggered.connect(partial(self.tip.open_term, term))
        return action


def connect_lessons(window: MainWindow, theme: Theme, store: Store) -> None:
    """Joins what lessons need."""
    window.lessons = WindowLessons(window, theme, store)
    window.learning = window.lessons.learning
