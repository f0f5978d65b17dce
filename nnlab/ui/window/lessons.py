"""Lessons in the window: their actions, the welcome page, and what it opens."""

from __future__ import annotations

from nnlab.lessons.library import find_folder
from nnlab.ui.files.store import Store
from nnlab.ui.learn.learning import Learning
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.base import LivePanel
from nnlab.ui.panels.welcome import WelcomePanel
from nnlab.ui.window.main_window import MainWindow

OF_LESSON = ("learn.next", "learn.back", "learn.show_me")  # mean something while one is played


def connect_lessons(window: MainWindow, theme: Theme, store: Store) -> Learning:
    """Joins actions and page; nothing of a lesson is made before the first one is opened."""
    learning = Learning(window, theme, store)
    handlers = {
        "learn.welcome": learning.open_welcome, "learn.next": learning.next, "learn.back": learning.back, "learn.show_me": learning.show_me,
    }  # fmt: skip
    for name, handler in handlers.items():
        window.actions_by_id[name].triggered.connect(handler)

    def follow() -> None:
        for name in OF_LESSON:
            window.actions_by_id[name].setEnabled(learning.is_open)

    def open_example(name: str) -> None:
        if window.files.open_source(name):
            window.show_workspace("train")
            if window.session.can_run:
                window.session.play()  # something moves with the first click

    def open_file(path: str) -> None:
        window.files.open_path(path)

    def join(page: LivePanel) -> None:
        assert isinstance(page, WelcomePanel)
        page.follow(learning.progress, lambda: window.files.recent)
        page.lesson_chosen.connect(lambda name: learning.open_folder(find_folder(name)))
        page.example_chosen.connect(open_example)
        page.file_chosen.connect(open_file)
        page.asked.connect(lambda name: window.actions_by_id[name].trigger())
        learning.left.connect(page.refresh)

    window.panels.when_made("welcome", join)
    learning.opened.connect(follow)
    learning.left.connect(follow)
    follow()
    return learning
