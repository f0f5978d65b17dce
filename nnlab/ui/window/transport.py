"""What the transport bar shows, by workspace: counters of the run, buttons that run it, or the moment of the stepper."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from nnlab.engine.program import RATE
from nnlab.ui.document.document import Document
from nnlab.ui.look.theme import Theme
from nnlab.ui.run.live_view import LiveView, known, smoothed_words
from nnlab.ui.run.session import LiveSession
from nnlab.ui.widgets.transport_bar import TransportBar
from nnlab.ui.workspaces import Workspace


class Transport(QObject):
    """Feeds one `TransportBar` from session and document."""

    def __init__(self, theme: Theme, actions: Mapping[str, QAction], session: LiveSession, document: Document) -> None:
        super().__init__()
        self._actions, self._session, self._document = actions, session, document
        self.bar = TransportBar(theme, [], actions["run.play"])
        self.bar.speed_changed.connect(self._set_speed)
        self.bar.time.asked.connect(session.back_to)

    def show_workspace(self, workspace: Workspace) -> None:
        self.bar.set_actions([self._actions[name] for name in workspace.buttons], self._actions[workspace.main_button])

    def follow_state(self) -> None:
        self.bar.set_unavailable(self._session.reason or None)

    def show_view(self, view: LiveView) -> None:
        frame, training = view.frame, view.project.training
        latest = max(self._session.latest, frame.iteration)
        self.bar.time.set_time(frame.iteration, latest)
        self.bar.time.set_marks([(mark.iteration, mark.text) for mark in view.marks])
        # Between two epochs the frame's batch is 0: the last batch of the epoch that just ended is shown.
        batch = frame.batch if frame.batch or not frame.iteration else view.batches
        scheduled = frame.get(RATE) if frame.iteration else None
        self.bar.counters["smoothed"].setToolTip(smoothed_words(view.losses.window))
        self.bar.set_counters(
            epoch=frame.epoch,
            iteration=(frame.iteration, latest if view.is_in_the_past else None),
            batch=(batch, view.batches),
            batch_loss=known(frame.loss),
            smoothed=known(view.losses.smoothed),
            validation=known(view.losses.validation),
            learning_rate=training.learning_rate if scheduled is None else float(scheduled[0]),
            iterations_per_second=view.iterations_per_second if view.playing else None,
            frames_per_second=view.frames_per_second if view.playing else None,
        )

    def _set_speed(self, speed: float) -> None:
        self._session.set_speed(None if math.isinf(speed) else speed)
