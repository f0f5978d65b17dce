"""Welcome: the page one sees without a project. Nothing of it is made before it is first shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from nnlab.core.preparation import Data, prepare
from nnlab.files.examples import load_example
from nnlab.jobs.context import JobContext
from nnlab.lessons.library import languages, offered
from nnlab.ui.learn.experiment_runs import experiment_runs
from nnlab.ui.learn.progress import LessonProgress
from nnlab.ui.learn.welcome_page import WelcomePage
from nnlab.ui.panels.base import LivePanel, Services


def _example_data(name: str, context: JobContext) -> Data:
    return prepare(replace(load_example(name).data, standardize=False))


class WelcomePanel(LivePanel):
    """`page` is None until it was shown. Signals are those of the page."""

    name = "welcome"
    title = "Welcome"
    is_centre = True

    lesson_chosen = Signal(str)
    example_chosen = Signal(str)
    file_chosen = Signal(str)
    asked = Signal(str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        self.header.hide()
        self.page: WelcomePage | None = None
        self._jobs = services.session.jobs
        self._progress: LessonProgress | None = None
        self._recent: Callable[[], tuple[Path, ...]] = tuple

    def follow(self, progress: LessonProgress, recent: Callable[[], tuple[Path, ...]]) -> None:
        """What it tells of: progress of lessons, and recent files."""
        self._progress, self._recent = progress, recent

    def refresh(self) -> None:
        if self.page is not None and self._progress is not None:
            language = self._progress.language
            self.page.show_languages(languages(), language)
            self.page.show_lessons(offered(language))
            self.page.show_progress(self._progress)
            self.page.show_files(self._recent())

    def _choose_language(self, language: str) -> None:
        if self._progress is not None:
            self._progress.choose_language(language)
            self.refresh()

    def _make_data(self, name: str) -> None:
        """The data of an example, on a thread: some of it comes with a library that takes half a second to import."""
        if self.page is None or self._services.session.is_closed:  # it asks in a turn of its own, in which its window may be closed
            return
        job = self._jobs.start(f"Drawing the data of {name}", partial(_example_data, name), quiet=True, lane="welcome")
        job.finished.connect(partial(self.page.show_data, name))
        job.failed.connect(partial(self.page.tell_fault, name))

    def _draw_experiments(self) -> None:
        if self.page is None or self._services.session.is_closed:
            return
        job = self._jobs.start("Drawing the experiments", lambda context: experiment_runs(), quiet=True, lane="welcome")
        job.finished.connect(self.page.show_runs)

    def showEvent(self, event: QShowEvent) -> None:
        if self.page is None:
            self.page = WelcomePage(self._theme)
            for mine, its in (
                (self.lesson_chosen, self.page.lesson_chosen), (self.example_chosen, self.page.example_chosen),
                (self.file_chosen, self.page.file_chosen), (self.asked, self.page.asked),
            ):  # fmt: skip
                its.connect(mine)
            self.page.language_chosen.connect(self._choose_language)
            self.page.data_wanted.connect(self._make_data)
            self.page.painted.connect(self._draw_experiments)
            self.set_content(self.page)
        self.refresh()
        super().showEvent(event)
