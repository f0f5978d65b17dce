"""What of a workspace has room beside a lesson's column: where the window is narrow for its type, what the present step is about."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from nnlab.lessons.lesson import LessonStep
from nnlab.ui.look.theme import Theme
from nnlab.ui.workspaces import Workspace

NARROW_BELOW = 1000  # width of the window in pixels before the interface scale: column, canvas and a column at the right do not fit


def panels_of(step: LessonStep) -> set[str]:
    """Panels that a step lights, types into or brings up."""
    controls = (step.control, *(gesture.target for gesture in step.show))
    named = {name.removeprefix("panel:").partition("/")[0] for name in controls if name.startswith("panel:")}
    return named | {gesture.value for gesture in step.show if gesture.kind == "show"}


def narrowed(workspace: Workspace, step: LessonStep) -> Workspace:
    """The workspace without the panels at its right that the step does not need; they come back in a wider window, or when asked for."""
    used = panels_of(step)
    heights = workspace.right_heights or (0,) * len(workspace.right)
    kept = [(name, height) for name, height in zip(workspace.right, heights, strict=True) if name in used]
    return replace(
        workspace,
        right=tuple(name for name, _ in kept),
        right_heights=tuple(height for _, height in kept) if workspace.right_heights else (),
        below_right=tuple(name for name in workspace.below_right if name in used),
    )


class NarrowRoom(QObject):
    """Watches how wide the window is for its type. `resized` after each change, `flipped` when it becomes narrow or wide."""

    resized = Signal()
    flipped = Signal()

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._window = theme, window
        self._was_narrow = self.is_narrow
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._look)
        theme.metrics_changed.connect(self._timer.start)
        window.installEventFilter(self)

    @property
    def is_narrow(self) -> bool:
        return self._window.width() < NARROW_BELOW * self._theme.scale

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._timer.start()
        return False

    def _look(self) -> None:
        self.resized.emit()
        if self.is_narrow != self._was_narrow:
            self._was_narrow = self.is_narrow
            self.flipped.emit()
