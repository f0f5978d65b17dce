"""Recording the window, or one plot, as an animation: ten pictures a second while something changes, written in the background.

The pictures are taken on the display's thread; reducing, packing and writing them is one job, which is shown and cancelled like any other.
A cancelled recording leaves nothing behind, a stopped one is written.
"""

from __future__ import annotations

import queue
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from nnlab.core.errors import NNLabError
from nnlab.files.animation import LIMIT, MOST_FRAMES, PER_SECOND, Animation
from nnlab.jobs.context import JobContext
from nnlab.ui.document.document import Document
from nnlab.ui.run.jobs import LiveJob
from nnlab.ui.run.session import LiveSession

WAITING = 8  # pictures that may wait to be packed; one more is left out rather than memory filled
POLL = 0.1  # seconds after which the job looks whether it was cancelled


class Recording(QObject):
    """`changed` when it begins and ends; `told(sentence)` what has become of it, `failed(sentence)` why nothing has."""

    changed = Signal()
    told = Signal(str)
    failed = Signal(str)

    def __init__(self, document: Document, session: LiveSession) -> None:
        super().__init__(session)
        self._session = session
        self._widget: QWidget | None = None
        self._animation: Animation | None = None
        self._frames: queue.Queue[np.ndarray | None] = queue.Queue(WAITING)
        self.job: LiveJob | None = None
        self._timer = QTimer(self, interval=round(1000 / PER_SECOND))
        self._timer.timeout.connect(self._take)

    @property
    def is_recording(self) -> bool:
        return self._widget is not None

    def start(self, widget: QWidget, path: Path) -> None:
        """Begins, or tells why not; one recording at a time."""
        if self.job is not None:
            self.failed.emit("One recording at a time: stop the one that runs, or wait until it is written.")
            return
        try:
            self._animation = animation = Animation(path)
        except NNLabError as error:
            self.failed.emit(str(error))
            return
        frames: queue.Queue[np.ndarray | None] = queue.Queue(WAITING)
        self._frames = frames
        self.job = self._session.jobs.start(f"Recording {path.name}", lambda context: _pack_and_write(animation, frames, context))
        self.job.finished.connect(self._written)
        self.job.failed.connect(self._not_written)
        self.job.ended.connect(self._ended)
        self._widget = widget
        widget.destroyed.connect(self.stop)
        self._timer.start()
        self._take()
        self.changed.emit()

    def stop(self) -> None:
        """What has been recorded is written now."""
        if self._widget is None:
            return
        self._widget = None
        self._timer.stop()
        QTimer.singleShot(0, self, self._send_end)
        self.changed.emit()

    def _send_end(self) -> None:
        try:
            self._frames.put_nowait(None)
        except queue.Full:
            QTimer.singleShot(20, self, self._send_end)

    def _take(self) -> None:
        if self._widget is None or self._animation is None or self._frames.full():
            return
        if self._animation.is_full:
            self.stop()
            return
        self._frames.put_nowait(pixels_of(self._widget.grab().toImage()))

    def _written(self, path: Path) -> None:
        assert self._animation is not None
        frames = len(self._animation)
        full = f" It ended by itself: a recording has {LIMIT}." if self._animation.is_full else ""
        size = path.stat().st_size / 1e6
        self.told.emit(f"{path} was written: {frames} frames, {frames / PER_SECOND:.1f} seconds, {size:.1f} MB.{full}")

    def _not_written(self, sentence: str, detail: str) -> None:
        self._widget = None

    def _ended(self) -> None:
        self._timer.stop()
        self._widget, self.job, self._animation = None, None, None
        self.changed.emit()


def ask_and_record(recording: Recording, widget: QWidget, title: str) -> None:
    """Asks for a file and begins; without a name nothing happens."""
    suggested = f"{title.lower().replace(' ', '_')}.gif"
    chosen, kind = QFileDialog.getSaveFileName(widget, f"Record {title}", suggested, "Animation (*.gif);;WebP animation (*.webp)")
    if chosen:
        path = Path(chosen)
        recording.start(widget, path if path.suffix else path.with_suffix(".webp" if "webp" in kind else ".gif"))


def pixels_of(image: QImage) -> np.ndarray:
    """uint8 (height, width, 3) of its own."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), dtype=np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()


def _pack_and_write(animation: Animation, frames: queue.Queue[np.ndarray | None], context: JobContext) -> Path:
    """On the job's thread."""
    while True:
        context.check()
        try:
            frame = frames.get(timeout=POLL)
        except queue.Empty:
            continue
        if frame is None:
            return animation.write(context)
        animation.add(frame)
        context.report(len(animation), MOST_FRAMES, f"{len(animation)} frames")
