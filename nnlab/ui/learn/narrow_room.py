"""What of a workspace has room beside a lesson's column: where the window is narrow for its type, what the present step is about."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from nnlab.lessons.lesson import LessonStep
from nnlab.ui.look.theme import Theme
from nnlab.ui.workspaces import Workspace

NARROW_BELOW = 1100  # width of the window in pixels before the interface scale: column, canvas and a column at the right do not fit
COLUMNS = 664  # of it, what the lesson's column and one at the right take of a workspace that says how wide its middle is at least


def panels_of(step: LessonStep) -> set[str]:
    """Panels that a step lights, types into or brings up."""
    controls = (step.control, *(gesture.target for gesture in step.show))
    named = {name.removeprefix("panel:").partition("/")[0] for name in controls if name.startswith("panel:")}
    return named | {gesture.value for gesture in step.show if gesture.kind == "show"}


def narrowed(workspace: Workspace, step: LessonStep) -> Workspace:
    """The workspace without the panels that the step does not need, at its right and of those it can spare at the bottom.

    They come back in a wider window, or when asked for.
    """
    used = panels_of(step)
    heights = workspace.right_heights or (0,) * len(workspace.right)
    kept = [(name, height) for name, height in zip(workspace.right, heights, strict=True) if name in used]
    bottom = [each for each in zip(workspace.bottom, workspace.shares, strict=True) if each[0] in used or each[0] not in workspace.spare]
    return replace(
        workspace,
        right=tuple(name for name, _ in kept),
        right_heights=tuple(height for _, height in kept) if workspace.right_heights else (),
        below_right=tuple(name for name in workspace.below_right if name in used),
        bottom=tuple(name for name, _ in bottom),
        shares=tuple(share for _, share in bottom),
        tabs=tuple(pair for pair in workspace.tabs if pair[1] in dict(bottom)),
    )


class NarrowRoom(QObject):
    """Watches how wide the window is for its type. `resized` after each change."""

    resized = Signal()

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._window = theme, window
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self.resized)
        theme.metrics_changed.connect(self._timer.start)
        window.installEventFilter(self)

    def is_narrow_for(self, workspace: Workspace) -> bool:
        """Whether the lesson's column, a workspace and its panels at the right do not fit beside each other."""
        needed = max(NARROW_BELOW, workspace.least_width + COLUMNS if workspace.least_width else 0)
        return self._window.width() < needed * self._theme.scale

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._timer.start()
        return False
