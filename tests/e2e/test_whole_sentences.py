"""No sentence is cut: what labels and our own painting write has its room, in every workspace, size and scale of the type.

Only names may be shortened (of nodes, tensors, classes, files): `SHORTENED` lists where, and where each is told whole.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QPainter
from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollArea, QTabBar, QWidget
from pytestqt.qtbot import QtBot
from rest import come_to_rest
from shared_window import SharedWindow

from nnlab.lessons.library import shipped
from nnlab.ui.widgets.label import ElidedLabel
from nnlab.ui.widgets.seen import is_seen
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.workspaces import workspaces

TOLERANCE = 3  # pixels: the widths of letters are rounded differently here and there
SHORTENED = {
    "ui/widgets/label.py": "an ElidedLabel tells the whole text in its tooltip",
    "ui/canvas/painting/paint_kit.py": "names and summaries on cards, which the inspector writes in full",
    "ui/stepper/tensor_table.py": "names of tensors, whole in the tooltip of a row",
    "ui/stepper/scrubber.py": "names of operations under their blocks; the tooltip and the line below name them",
    "ui/panels/plotting/confusion_matrix.py": "names of classes, whole in the tooltip of a cell",
    "ui/panels/plotting/heat_map_plot.py": "names of nodes beside their rows, which cards bear",
    "ui/panels/plotting/probability_bars.py": "names of classes",
    "ui/panels/plotting/decision_plot.py": "names of features",
    "ui/panels/plotting/truth_plot.py": "the name of the target",
    "ui/panels/controls/class_balance.py": "names of classes",
    "ui/panels/controls/dataset_picker.py": "names of data sets, whole in the tooltip",
    "ui/panels/history.py": "names of changes",
    "ui/widgets/top_bar.py": "the file's name, whole in the tooltip",
}


class Writing:
    """Watches what is written; `cut` lists texts with the file that writes them and the pixels they need and have."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.cut: set[tuple[str, str, int, int]] = set()
        for kind in (QFontMetrics, QFontMetricsF):
            patch.setattr(kind, "elidedText", self._watched(kind.elidedText))
        draw = QPainter.drawText

        def watched(painter: QPainter, *arguments: object) -> object:
            if len(arguments) == 3 and isinstance(arguments[0], (QRect, QRectF)) and isinstance(arguments[2], str):
                self._drawn(painter, *arguments)
            return draw(painter, *arguments)

        patch.setattr(QPainter, "drawText", watched)

    def _watched(self, elide: Callable[..., str]) -> Callable[..., str]:
        def watched(metrics: QFontMetrics, text: str, *arguments: object) -> str:
            shown = elide(metrics, text, *arguments)
            if shown != text and _file() not in SHORTENED:
                self._note(text, metrics.horizontalAdvance(text), float(arguments[1]))
            return shown

        return watched

    def _drawn(self, painter: QPainter, room: QRect | QRectF, flags: int | Qt.AlignmentFlag, text: str) -> None:
        if not text:
            return
        given = int(flags)
        wraps = given & int(Qt.TextFlag.TextWordWrap)
        if given & int(Qt.TextFlag.TextDontClip):
            return
        most = QRect(0, 0, int(room.width()) if wraps else 10_000, 10_000)
        needed = painter.fontMetrics().boundingRect(most, wraps, text)
        if needed.width() > room.width() + TOLERANCE:
            self._note(text, needed.width(), room.width())
        elif needed.height() > room.height() + TOLERANCE:
            self._note(text, needed.height(), room.height())

    def _note(self, text: str, needed: float, room: float) -> None:
        self.cut.add((text, _file(), round(needed), round(room)))


def _file() -> str:
    """Which of our files is writing."""
    frames = [frame.filename for frame in traceback.extract_stack(limit=8) if "/nnlab/ui/" in frame.filename.replace("\\", "/")]
    return frames[-1].replace("\\", "/").rpartition("/nnlab/")[2] if frames else ""


def shown_labels(widget: QWidget) -> Iterator[QLabel]:
    """Every label below a widget that can be seen."""
    for child in widget.children():
        if isinstance(child, QWidget) and is_seen(child):
            if isinstance(child, QLabel) and child.text():
                yield child
            yield from shown_labels(child)


def cut_labels(window: MainWindow) -> list[tuple[str, tuple[int, int], tuple[int, int]]]:
    """Labels whose text needs more room than they have: the text, what it needs and what there is."""
    found = []
    for label in shown_labels(window):
        room, wraps = label.contentsRect(), int(Qt.TextFlag.TextWordWrap) if label.wordWrap() else 0
        if isinstance(label, ElidedLabel):
            continue
        needed = QFontMetrics(label.font()).boundingRect(QRect(0, 0, room.width() if wraps else 10_000, 10_000), wraps, label.text())
        if needed.width() > room.width() + TOLERANCE or needed.height() > room.height() + TOLERANCE:
            found.append((label.text(), (needed.width(), needed.height()), (room.width(), room.height())))
    return found


def cut_words(window: QWidget) -> list[tuple[str, str]]:
    """Buttons, and words of a choice, of which a part is not seen: below another one, or beyond the edge of what they stand in.

    What can be scrolled to is not cut.
    """
    found = []
    for button in window.findChildren(QAbstractButton):
        if not (button.text() and button.isVisible()) or button.visibleRegion().isEmpty() or isinstance(button.parent(), QTabBar):
            continue
        name, parent = button.text(), button.parentWidget()
        siblings = [other for other in parent.children() if isinstance(other, QAbstractButton) and other is not button]
        if any(other.isVisible() and other.geometry().intersects(button.geometry()) for other in siblings):
            found.append((name, "lies on another one"))
        if button.width() + TOLERANCE < button.sizeHint().width():
            found.append((name, f"needs {button.sizeHint().width()}, has {button.width()}"))
        around: QWidget | None = parent
        while around is not None:
            holder = around.parentWidget()
            if isinstance(holder, QScrollArea) and around is holder.viewport() and holder.horizontalScrollBar().maximum() > 0:
                break
            left = button.mapTo(around, button.rect().topLeft()).x()
            if left < -TOLERANCE or left + button.width() > around.width() + TOLERANCE:
                found.append((name, f"beyond {type(around).__name__}"))
                break
            around = around.parentWidget() if around is not window else None
    return found


@pytest.mark.parametrize("scale", [1.0, 1.25])
@pytest.mark.parametrize("size", [(1024, 700), (1280, 800)])
@pytest.mark.parametrize("example", ["spiral", "digits", "diabetes"])
def test_nothing_is_cut(
    shared: SharedWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, example: str, size: tuple[int, int], scale: float
) -> None:
    window = shared.as_new(qtbot, example, QSize(*size))
    theme = window._theme
    theme.set_scale(scale)
    try:
        qtbot.waitUntil(lambda: window.session.can_run, timeout=20_000)
        window.selection.set([window.document.graph.nodes[1].id])
        for stage in ("build", "train", "step", "stepped"):
            if stage == "stepped":
                window.session.step_forward(4)
                qtbot.waitUntil(lambda: window.stepper.model.done >= 4, timeout=10_000)
            else:
                window.show_workspace(stage)
            come_to_rest(window, qtbot)
            with monkeypatch.context() as patch:
                writing = Writing(patch)
                window.grab()
            assert sorted(writing.cut) == [], stage
            assert cut_labels(window) == [] and cut_words(window) == [], stage
    finally:
        theme.set_scale(1.0)


WIDER = {("approximate", 2.0), ("neuron", 2.0)}  # at twice the size they need 2,029 pixels, or a height of 1,247


@pytest.mark.parametrize(("scale", "size"), [(1.5, (1600, 1050)), (2.0, (1920, 1200))])
def test_nothing_is_cut_at_one_and_a_half_and_twice_the_size(
    shared: SharedWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, scale: float, size: tuple[int, int]
) -> None:
    """Every workspace, in a window as large, measured in its type, as the smallest one is."""
    window = shared.as_new(qtbot, "spiral", QSize(*size))
    theme = window._theme
    window.session.run_iterations(50)
    qtbot.waitUntil(lambda: window.session.iteration == 50 and not window.session.is_playing)
    theme.set_scale(scale)
    try:
        window.selection.set([window.document.graph.nodes[1].id])
        for name in workspaces():
            window.show_workspace(name)
            come_to_rest(window, qtbot)
            with monkeypatch.context() as patch:
                writing = Writing(patch)
                window.grab()
            assert sorted(writing.cut) == [], name
            assert cut_labels(window) == [] and cut_words(window) == [], name
            needed = window.minimumSizeHint()
            is_whole = needed.width() <= window.width() and needed.height() <= window.height()
            assert is_whole or (name, scale) in WIDER, (name, needed)
    finally:
        theme.set_scale(1.0)


def test_compare_is_whole_at_one_and_a_half_in_a_usual_window(shared: SharedWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The axes fold into a menu, the invitation wraps, a run's figure makes way for its name."""
    window = shared.as_new(qtbot, "spiral", QSize(1280, 800))
    window.session.run_iterations(50)
    qtbot.waitUntil(lambda: window.session.iteration == 50 and not window.session.is_playing)
    window._theme.set_scale(1.5)
    try:
        window.show_workspace("compare")
        panel = window.panels["comparison"].happening
        qtbot.waitUntil(lambda: panel.scores.along.is_folded)
        come_to_rest(window, qtbot)
        with monkeypatch.context() as patch:
            writing = Writing(patch)
            window.grab()
        assert sorted(writing.cut) == [] and cut_labels(window) == [] and cut_words(window) == []
        assert panel.pictures.pictures[0].name.shown.split() == panel.pictures.pictures[0].name.text().split()
    finally:
        window._theme.set_scale(1.0)
    qtbot.waitUntil(lambda: not panel.scores.along.is_folded)


@pytest.mark.parametrize(("name", "step"), [("xor", 1), ("one_neuron", 1), ("mse_ce", 4), ("bumps", 1), ("low_rank", 0)])
def test_a_lesson_is_whole_in_a_small_window_and_at_twice_the_size(
    shared: SharedWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, name: str, step: int
) -> None:
    """In the windows of 1280×800 and 1024×700: what has no room beside the lesson's column is scrolled to."""
    window = shared.as_new(qtbot, size=QSize(1280, 800))
    theme, learning = window._theme, window.learning
    assert learning is not None and learning.open(next(each for each in shipped() if each.id == name), anew=True)
    try:
        learning.player.go_to(step)
        qtbot.waitUntil(lambda: not learning.player.waits)
        for scale, width, height in ((1.0, 1280, 800), (1.0, 1024, 700), (1.5, 1280, 800), (2.0, 1280, 800)):
            theme.set_scale(scale)
            window.resize(width, height)
            come_to_rest(window, qtbot)
            with monkeypatch.context() as patch:
                writing = Writing(patch)
                window.grab()
            assert sorted(writing.cut) == [] and cut_labels(window) == [] and cut_words(window) == [], (scale, width)
            needed = window.minimumSizeHint()
            assert needed.width() <= width and needed.height() <= height, scale
    finally:
        theme.set_scale(1.0)
        learning.leave()


def test_the_hint_of_the_stepper_is_whole(shared: SharedWindow, qtbot: QtBot) -> None:
    window = shared.as_new(qtbot, size=QSize(1024, 700))
    window.show_workspace("step")
    qtbot.waitUntil(lambda: window.session.can_run, timeout=20_000)
    come_to_rest(window, qtbot)
    hint = next(label for label in shown_labels(window) if "F10 steps" in label.text())
    assert hint.height() >= hint.heightForWidth(hint.width()) and not [cut for cut in cut_labels(window) if "F10" in cut[0]]


def test_the_file_that_writes_is_known(tmp_path: Path) -> None:
    assert all((Path(__file__).parents[2] / "nnlab" / name).is_file() for name in SHORTENED)
