"""A panel is made when it is first shown, and then shows what it would show had it been there from the first on."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot
from shared_window import SharedWindow

from nnlab.graph import edits
from nnlab.ui.panels.registry import PANELS
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.workspaces import workspaces


class Windows(QObject):
    """Which widgets were shown as windows of their own."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.shown: list[QWidget] = []
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(watched)
        return False


def words(panel: QWidget) -> list[str]:
    """What one reads in a panel, apart from what it hides."""
    found = []
    for widget in panel.findChildren(QWidget):
        if widget.isVisibleTo(panel) and isinstance(widget, (QLabel, QAbstractButton)):
            found.append(widget.text())
    return found


def show_within(panel: QWidget, window: MainWindow) -> None:
    panel.setParent(window, Qt.WindowType.Widget)
    panel.resize(420, 320)
    panel.show()


def test_a_late_panel_shows_what_an_early_one_shows(shared: SharedWindow, qtbot: QtBot) -> None:
    window = shared.as_new(qtbot)
    early = {name: kind(window.services) for name, kind in PANELS.items()}
    window.selection.set(["dense_2"])
    window.session.run_iterations(30)
    qtbot.waitUntil(lambda: window.session.iteration == 30 and not window.session.is_playing)
    window.document.apply("Rename", edits.rename_node(window.document.graph, "dense_2", "hidden"))
    qtbot.waitUntil(lambda: window.session.frame is not None)
    spoken = 0
    for name, kind in PANELS.items():
        late = kind(window.services)
        for panel in (early[name], late):
            show_within(panel, window)
        qtbot.waitUntil(partial(lambda one, other: words(one) == words(other), early[name], late))  # some work beside the display
        spoken += bool(words(late))
        for panel in (early[name], late):
            panel.hide()
            panel.deleteLater()
    assert spoken > len(PANELS) * 0.8  # the others only draw


def test_panels_are_made_when_they_are_shown_and_no_window_flashes(shared: SharedWindow, qtbot: QtBot, qapp: QApplication) -> None:
    shared.close()  # another one, whose panels nobody has seen
    window = shared.as_new(qtbot)
    made = {name for name in PANELS if window.panels.is_made(name)}
    open_docks = {name for name, dock in window.area.docks.items() if dock.isVisible() and name in PANELS}
    assert made == open_docks
    assert len(made) < len(PANELS) / 2
    windows = Windows(qapp)
    told: list[str] = []
    window.panels.when_made("metrics", lambda panel: told.append(panel.name))
    window.session.run_iterations(30)
    qtbot.waitUntil(lambda: window.session.iteration == 30 and not window.session.is_playing)
    assert not window.panels.is_made("metrics")
    window.area.reveal("metrics")
    assert told == ["metrics"]
    assert window.panels.is_made("metrics")
    panel = window.panels["metrics"]
    qtbot.waitUntil(lambda: not panel.is_empty)
    assert panel.view is not None
    assert panel.view.frame.iteration == 30
    for name in workspaces():
        window.show_workspace(name)
        assert all(window.panels.is_made(name) for name, dock in window.area.docks.items() if dock.isVisible() and name in PANELS)
    qapp.removeEventFilter(windows)
    assert windows.shown == [], "a panel stood there as a window of its own for a moment"


def test_what_a_panel_shows_on_the_canvas_goes_when_its_tab_goes_behind_another(window: MainWindow, qtbot: QtBot) -> None:
    window.show_workspace("train")
    window.session.run_iterations(5)
    window.area.reveal("cost")
    cards = window.canvas.scene.items_by_card
    qtbot.waitUntil(lambda: any(card.state.cost for card in cards.values()), timeout=20_000)
    window.area.reveal("loss")
    qtbot.waitUntil(lambda: not any(card.state.cost for card in cards.values()), timeout=20_000)
    window.area.reveal("cost")
    qtbot.waitUntil(lambda: any(card.state.cost for card in cards.values()), timeout=20_000)


def test_panels_that_a_child_covers_are_told_of_frames_like_others(shared: SharedWindow, qtbot: QtBot) -> None:
    """Lists of rows paint all of themselves, so their panels have no region of their own to paint: they were told nothing while it ran."""
    window = shared.as_new(qtbot)
    window.show_workspace("train")
    window.session.play()
    try:
        for name in ("diagnosis", "branches", "breakpoints", "watches", "loss", "runs"):
            window.area.reveal(name)
            panel = window.panels[name]
            qtbot.waitUntil(lambda panel=panel: panel.view is not None and panel.view.playing, timeout=20_000)
            seen: list[int] = []
            slot = window.session.ticked.connect(lambda view, seen=seen: seen.append(view.frame.iteration))
            qtbot.waitUntil(lambda seen=seen: len(seen) > 12, timeout=20_000)
            window.session.ticked.disconnect(slot)
            assert panel.is_shown and panel.view.frame.iteration >= seen[-2], name
            window.area.reveal("gradient_flow" if name != "runs" else "loss")
    finally:
        window.session.pause()
