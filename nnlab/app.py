"""The desktop application: makes the QApplication, compiles kernels on the very first start, opens the window.

from nnlab.app import open_window
window = open_window("digits")
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication

from nnlab.core.courtesy import serve_display
from nnlab.core.errors import NNLabError, TrainingError
from nnlab.graph.graph import Graph
from nnlab.jobs.context import JobContext
from nnlab.ui.look.application_icon import application_icon
from nnlab.ui.run.garbage import display_collector
from nnlab.ui.startup.own_import import restore_import
from nnlab.ui.startup.quiet import keep_offscreen_quiet

if TYPE_CHECKING:
    from nnlab.files.animation import Animation
    from nnlab.files.link_text import LinkedState
    from nnlab.files.project import SavedProject
    from nnlab.lessons.lesson import Lesson
    from nnlab.ui.files.commands import InUse
    from nnlab.ui.files.store import Store
    from nnlab.ui.look.theme import Mode, Theme
    from nnlab.ui.run.live_view import LiveView
    from nnlab.ui.window.main_window import MainWindow

STARTER = "spiral"
WELCOME = "learn"  # the workspace that one sees without a project
LOCK_SECONDS = 0.0001  # how long a thread keeps Python's lock from others; the display paints with it, training takes it between slices
SIZE = QSize(1280, 800)
LONGEST_WAIT = 5.0  # seconds for the pictures of one moment of a recording


def application() -> QApplication:
    """The QApplication, made if there is none."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    restore_import()  # before the modules that make a window
    app = QApplication(sys.argv[:1])
    display_collector()  # from now on: thousands of modules and widgets come, none of which is garbage
    sys.setswitchinterval(LOCK_SECONDS)
    serve_display()
    keep_offscreen_quiet()
    app.setApplicationName("NN Lab")
    app.setDesktopFileName("nnlab")
    app.setWindowIcon(application_icon())
    return app


def open_window(
    source: str | Path | Graph | None = None,
    *,
    theme: Mode | None = None,
    size: QSize | None = None,
    show: bool = True,
    store: Store | None = None,
    in_use: InUse = "copy",
    welcome: bool = False,
) -> MainWindow:
    """The main window on an example's name, the path of a project, graph, CSV or lesson, a link, a Graph, or nothing (an empty canvas).

    `store` holds what windows remember (the user's own, unless another is given); unsaved work that was left behind beside it is offered
    in a bar. `in_use` says what to do with a project that another window has open: ask, show a copy, or ignore it. `welcome` begins with
    the welcome page, unless there is unsaved work to offer.

    Raises NNLabError when `source` cannot be read.
    """
    app = application()
    from nnlab.core.folders import NOTES
    from nnlab.graph.kernel_names import kernel_names
    from nnlab.ui.startup.first_start import compile_kernels

    begun = _read(source)
    saved, training = begun.saved, begun.saved.project.training
    compile_kernels(app, [*kernel_names(saved.project.graph), training.optimizer, training.schedule])
    from nnlab.ui.files.store import Store
    from nnlab.ui.startup.preload import load_at_once, preload
    from nnlab.ui.window.assembly import assemble

    if not welcome:
        load_at_once()
    if (collector := display_collector()) is not None:
        collector.freeze_libraries()
    is_own, store = store is None, store or Store()
    look = _look(app, store, theme, (size or SIZE).width())
    with look.building():
        window = assemble(look, store, saved.project, begun.name)
        window.offer_recovery()
        window.begin(WELCOME if welcome and not window.recovery_bar.offered else "")
    window.files.adopt(source if begun.lesson is None else None, saved, in_use)
    if is_own:
        for note in NOTES:  # a terminal that would tell it may not be there
            window.message_bar.show_warning(note, key=note)
    window.resize(size or SIZE)
    if saved.snapshot is not None:
        window.session.restore(saved.snapshot)
    if show:
        window.show()
        preload(window.session)
    if begun.lesson is not None:
        window.learning.open(begun.lesson)
    elif begun.linked is not None:
        window.lessons.show_state(begun.linked)
    return window


@dataclass(frozen=True)
class _Source:
    """What a window opens on."""

    saved: SavedProject
    name: str
    lesson: Lesson | None = None
    linked: LinkedState | None = None


def _read(source: str | Path | Graph | None) -> _Source:
    """Raises NNLabError when it cannot be read."""
    from nnlab.files.examples import open_any, project_for_graph
    from nnlab.files.link_text import is_link, read_link
    from nnlab.files.project import Project, SavedProject, View
    from nnlab.lessons.archive import folder_of, is_lesson_path
    from nnlab.lessons.reader import read_lesson
    from nnlab.ui.window.known_controls import window_controls

    if source is None:
        return _Source(SavedProject(Project()), "untitled")
    if isinstance(source, Graph):
        return _Source(SavedProject(project_for_graph(source)), "graph")
    if is_link(str(source)):
        linked = read_link(str(source))
        return _Source(SavedProject(linked.project, view=View(workspace=linked.workspace)), linked.name, linked=linked)
    if is_lesson_path(Path(source)):
        return _Source(SavedProject(Project()), "untitled", lesson=read_lesson(folder_of(Path(source)), window_controls()))
    opened, name = open_any(str(source))
    return _Source(opened if isinstance(opened, SavedProject) else SavedProject(opened), name)


def _look(app: QApplication, store: Store, mode: Mode | None, width: int) -> Theme:
    """The one theme of the application, as the store remembers it when the first window opens."""
    from nnlab.ui.look import theme as themes

    look: Theme | None = getattr(app, "nnlab_theme", None)
    if look is None:
        remembered = store.text("theme", "system")
        look = themes.Theme(app, remembered if remembered in themes.MODES else "system")
        app.nnlab_theme = look  # type: ignore[attr-defined]  # found again by the next window
        look.set_scale(store.number("scale", 1.0))
    if mode is not None:
        look.set_mode(mode)
    look.set_window_width(width)
    return look


def window_on(source: str | None) -> MainWindow:
    """The window of a person who started the program on `source`: what is asked about a table, the import page asks."""
    try:
        window = open_window(source, in_use="ask", welcome=source is None)
        window.raise_()
        return window
    except NNLabError as error:
        from nnlab.tables.proposal import ColumnUndecided

        if not isinstance(error, ColumnUndecided):
            raise
    window = open_window(in_use="ask", welcome=True)
    window.raise_()
    window.files.open_path(str(source))
    return window


def main(source: str | None = None) -> int:
    """Opens the window and runs until it is closed; returns the exit status. Raises NNLabError when `source` cannot be read."""
    app = application()
    from nnlab.ui.startup.ending import Ending
    from nnlab.ui.startup.moved import MovedFolderNotice

    ending = Ending(app)  # before the window: as soon as it holds the file's lock, a signal has to let go of it
    window = window_on(source)
    MovedFolderNotice(app, window.message_bar)
    return ending.run()


def picture(
    source: str,
    output: Path,
    *,
    steps: int = 0,
    workspace: str | None = None,
    theme: Mode | None = None,
    size: tuple[int, int] = (1280, 800),
    scale: float = 1.0,
) -> None:
    """Writes a PNG of the real window after `steps` iterations, rendered without a screen.

    Raises NNLabError when the source cannot be read, training cannot run, or the picture cannot be written.
    """
    if QApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        os.environ["QT_SCALE_FACTOR"] = str(scale)
    from nnlab.ui.files.store import Store
    from nnlab.ui.look.png import write_png
    from nnlab.ui.workspaces import workspaces

    # A picture shows the window as it ships, whatever the person's own window remembers.
    folder = tempfile.TemporaryDirectory()
    window = open_window(source, theme=theme, size=QSize(*size), store=Store(Path(folder.name)), in_use="ignore")
    try:
        if workspace is not None:
            if workspace not in workspaces():
                raise NNLabError(f"There is no workspace {workspace!r}; choose one of {', '.join(workspaces())}.")
            window.show_workspace(workspace)
        _train(window, steps)
        if workspace is not None and workspaces()[workspace].follows_steps:
            _step_into_backward(window)
        settle()
        write_png(output, window.grab())
    finally:
        window.files.give_up()
        window.close()
        folder.cleanup()


def film(
    source: str,
    animation: Animation,
    *,
    steps: int,
    frames: int,
    panel: str | None = None,
    workspace: str = "train",
    theme: Mode | None = None,
    size: tuple[int, int] = (1280, 800),
) -> None:
    """Writes an animation of the real window, or of one panel, over `steps` iterations; `frames` pictures, rendered without a screen.

    Raises NNLabError when the source cannot be read, training cannot run, or the animation cannot be written.
    """
    if QApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from nnlab.ui.files.store import Store
    from nnlab.ui.run.recording import pixels_of
    from nnlab.ui.workspaces import workspaces

    folder = tempfile.TemporaryDirectory()
    window = open_window(source, theme=theme, size=QSize(*size), store=Store(Path(folder.name)), in_use="ignore")
    try:
        if workspace not in workspaces():
            raise NNLabError(f"There is no workspace {workspace!r}; choose one of {', '.join(workspaces())}.")
        if panel is not None and panel not in window.panels:
            raise NNLabError(f"There is no panel {panel!r}; choose one of {', '.join(window.panels)}.")
        window.show_workspace(workspace)
        if panel is not None:
            window.area.reveal(panel)
        picture = window if panel is None else window.panels[panel]
        ends = [round(steps * k / (frames - 1)) for k in range(frames)]
        for before, after in zip([0, *ends], ends, strict=False):
            if after > before:
                exact = _exact(window)
                _train(window, after - before, moment=20)
                exact()
            settle(60)
            animation.add(pixels_of(picture.grab().toImage()))
        animation.write(JobContext())
    finally:
        window.files.give_up()
        window.close()
        folder.cleanup()


def _exact(window: MainWindow) -> Callable[[], None]:
    """Waits, when called, until all that is seen is of the iteration at which training rests; for what comes after now."""
    seen: list[LiveView] = []
    window.session.ticked.connect(seen.append)

    def wait() -> None:
        deadline = time.monotonic() + LONGEST_WAIT
        while not (seen and seen[-1].is_exact and seen[-1].frame.iteration == window.session.iteration) and time.monotonic() < deadline:
            settle(10)
        window.session.ticked.disconnect(seen.append)

    return wait


def _train(window: MainWindow, steps: int, moment: int = 400) -> None:
    settle(moment)
    if not steps:
        return
    if window.session.reason:
        raise TrainingError(window.session.reason.rstrip(".") + ".")
    window.transport.set_speed(math.inf)  # nobody watches
    loop = QEventLoop()
    messages: list[str] = []
    target = window.session.iteration + steps

    def check() -> None:
        if window.session.iteration >= target and not window.session.is_playing:
            loop.quit()

    window.session.ticked.connect(check)
    window.session.state_changed.connect(check)

    def failed(text: str, detail: str) -> None:
        messages.append(text)
        loop.quit()

    window.session.failed.connect(failed)
    window.session.run_iterations(steps)
    loop.exec()
    if messages:
        raise TrainingError(messages[0])


def _step_into_backward(window: MainWindow) -> None:
    """Steps to the middle of the backward pass, where the picture says most."""
    frame = window.session.frame
    if frame is None:
        return
    instructions = frame.program.instructions
    backward = [i.pc for i in instructions if i.phase == 2]
    activations = [pc for pc in backward if frame.program.graph[instructions[pc].node_id].kind.is_activation]
    window.session.step_to((activations or backward)[-1] + 1)


def record(window: MainWindow, seconds: float) -> tuple[list[float], list[tuple[float, int]]]:
    """Lets the window run: times at which a 16 ms timer was handled, and (time, iteration) of every view shown."""
    ticks: list[float] = []
    views: list[tuple[float, int]] = []
    timer = QTimer(interval=16, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    window.session.ticked.connect(lambda view: views.append((time.perf_counter(), view.frame.iteration)))
    timer.start()
    settle(int(seconds * 1000))
    timer.stop()
    return ticks, views


def settle(milliseconds: int = 400) -> None:
    """Lets events, probes and paints of the next moments happen."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def show_lesson(lesson: Lesson, haste: float = 1.0) -> tuple[bool, list[str]]:
    """Plays a lesson by itself in the real window, from its beginning. Without a screen nobody reads: it goes on without pauses.

    Returns whether it came to its end, and a hash of the weights with which each step ended: the same at every showing. With a screen the
    window stays open until it is closed. Raises NNLabError for a lesson that cannot begin.
    """
    app = application()
    from nnlab.ui.files.store import Store

    is_seen = app.platformName() not in ("offscreen", "minimal")
    folder = tempfile.TemporaryDirectory()
    window = open_window(store=None if is_seen else Store(Path(folder.name)), in_use="ignore")
    demonstration, loop = window.learning.demonstration, QEventLoop()
    ends: list[bool] = []
    messages: list[str] = []
    demonstration.ended.connect(ends.append)
    demonstration.ended.connect(loop.quit)
    window.learning.player.failed.connect(messages.append)
    window.learning.player.failed.connect(loop.quit)
    window.destroyed.connect(loop.quit)
    if not is_seen:
        window.transport.set_speed(math.inf)
        window._theme.reduced_motion = True
    try:
        if not window.learning.open(lesson, anew=True):
            raise NNLabError(f"The lesson {lesson.title} cannot begin.")
        demonstration.begin(haste if is_seen else 0.0)
        if not ends:
            loop.exec()
        if messages:
            raise TrainingError(messages[0])
        digests = list(demonstration.digests)
        if is_seen:
            app.exec()
        return bool(ends and ends[0]), digests
    finally:
        if not is_seen:
            window.files.give_up()
            window.close()
        folder.cleanup()
