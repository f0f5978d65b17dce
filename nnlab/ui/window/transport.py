"""What the transport bar shows, by workspace: counters of the run, buttons that run it, or the moment of the stepper.

The speed is remembered from one window to the next. Until a person has chosen one it is a speed at which one sees a small network learn,
and the bar says how to go to full speed: at that, the spiral is learned within the first frame.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from nnlab.engine.program import RATE
from nnlab.ui.document.document import Document
from nnlab.ui.files.store import Store
from nnlab.ui.look.numbers import count
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.base import PanelFigures
from nnlab.ui.run.live_view import LiveView, known, smoothed_words
from nnlab.ui.run.session import LiveSession
from nnlab.ui.widgets.transport_bar import TransportBar, operations_of
from nnlab.ui.workspaces import Workspace

WATCHED = 200.0  # iterations per second: the spiral's loss falls from 0.65 to 0.07 in ten seconds and to 0.03 in twenty
SPEED = "speed"  # in the store
READ_SECONDS = 0.080  # between two writings of the figures: a little less than five ticks of the display
CROWDED_SECONDS = 0.200  # where writing them is taken from training


class Transport(QObject):
    """Feeds one `TransportBar` from session and document."""

    def __init__(self, theme: Theme, actions: Mapping[str, QAction], session: LiveSession, document: Document, store: Store) -> None:
        super().__init__()
        self._actions, self._session, self._document, self._store = actions, session, document, store
        self._slower = WATCHED
        self._figures_of = ""  # the panel
        self._due = 0.0  # when figures are written again
        self._waiting: LiveView | None = None  # the moment that was passed over last
        faster = actions["run.full_speed"].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        self.bar = TransportBar(theme, [], actions["run.play"], faster=faster)
        remembered = store.number(SPEED, math.nan)
        self._take_speed(remembered if remembered > 0.0 else WATCHED)
        self.bar.show_speed_hint(not remembered > 0.0)
        self.bar.speed_changed.connect(self.set_speed)
        self.bar.time.asked.connect(session.back_to)
        self.bar.time.menu_asked.connect(self._open_branches)
        session.emptied.connect(self._clear)
        session.state_changed.connect(self._catch_up)

    def show_workspace(self, workspace: Workspace) -> None:
        if workspace.figures != self._figures_of:
            self._figures_of = workspace.figures
            self.bar.show_figures(())
        self.bar.set_actions([self._actions[name] for name in workspace.buttons], self._actions[workspace.main_button])

    def follow_state(self) -> None:
        self.bar.set_unavailable(self._session.reason or None)

    def show_figures(self, found: PanelFigures) -> None:
        """What the workspace counts besides the run, told by the panel that it names."""
        if found.panel == self._figures_of:
            self.bar.show_figures(found.figures, found.replaced)

    def show_view(self, view: LiveView) -> None:
        """Writes the moment; while training runs every fifth or tenth one, for nobody reads figures at sixty a second."""
        now = time.perf_counter()
        if view.playing and now < self._due:
            self._waiting = view
            return
        seconds = CROWDED_SECONDS if view.crowded else READ_SECONDS
        self._due, self._waiting = now + seconds, None
        self._write(view)

    def _catch_up(self) -> None:
        """Training has come to rest at a moment that was passed over."""
        if self._waiting is not None and not self._session.is_playing:
            self.show_view(replace(self._waiting, playing=False))

    def _write(self, view: LiveView) -> None:
        frame, training = view.frame, view.project.training
        latest = max(self._session.latest, frame.iteration)
        self.bar.time.set_time(frame.iteration, latest)
        self.bar.time.set_marks([(mark.iteration, mark.text) for mark in view.marks])
        self.bar.time.set_branches([(each.origin, each.name) for each in self._session.past.reach.branches if each.origin])
        # Between two epochs the frame's batch is 0: the last batch of the epoch that just ended is shown.
        batch, batches = frame.batch, view.batches
        if frame.is_inside:  # the batch that is stepped through is the one after those that are done
            batch = frame.batch + 1
            batches = batch + -(-max(0, len(view.data.x) - (frame.position or frame.rows)) // training.batch_size)
        elif frame.batch:  # an epoch under way has the batches that were, and those of the present size that are to come
            batches = frame.batch + -(-max(0, len(view.data.x) - frame.position) // training.batch_size)
        elif frame.iteration:
            batch = batches
        scheduled = frame.get(RATE) if frame.iteration else None
        smoothed, words = self.bar.counters["smoothed"], smoothed_words(view.losses.window)
        if smoothed.toolTip() != words:
            smoothed.setToolTip(words)
        self.bar.set_counters(
            epoch=frame.epoch,
            iteration=(frame.iteration, latest if view.is_in_the_past else None),
            batch=(batch, batches),
            batch_loss=known(frame.loss),
            smoothed=known(view.losses.smoothed),
            validation=known(view.losses.validation),
            learning_rate=training.learning_rate if scheduled is None else float(scheduled[0]),
            iterations_per_second=view.iterations_per_second if view.playing else None,
            frames_per_second=view.frames_per_second if view.playing else None,
        )

    def _clear(self) -> None:
        """Nothing is known of the run."""
        self._due, self._waiting = 0.0, None
        self.bar.time.set_time(0, 0)
        self.bar.time.set_marks([])
        self.bar.time.set_branches([])
        self.bar.set_counters(**dict.fromkeys(self.bar.counters))

    def _open_branches(self, place: QPoint) -> None:
        """What can be done with the run where it is, and the runs that can be returned to."""
        menu = QMenu(self.bar)
        menu.addActions([self._actions[name] for name in ("run.branch", "run.to_latest", "run.branches")])
        for each in self._session.past.reach.branches:
            action = menu.addAction(f"Return to {each.name}, iteration {count(each.left_at)}")
            action.triggered.connect(partial(self._session.past.return_to, each.number))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    @property
    def speed(self) -> float:
        """Iterations per second at most, infinity for as many as there can be."""
        return self._speed

    def set_speed(self, speed: float) -> None:
        """Chooses a speed (iterations per second, infinity for full speed) for this window and those that are opened later."""
        self._take_speed(speed)
        self._store.set(SPEED, speed)
        self.bar.show_speed_hint(False)

    def toggle_full_speed(self) -> None:
        """To full speed, and back to the speed before."""
        self.set_speed(self._slower if math.isinf(self._speed) else math.inf)

    def _take_speed(self, speed: float) -> None:
        self._speed = speed
        if not math.isinf(speed):
            self._slower = speed
        self.bar.speed.set_speed(speed)
        self._actions["run.full_speed"].setChecked(math.isinf(speed))
        operations = operations_of(speed)
        self._session.set_speed(None if operations or math.isinf(speed) else speed, operations)
