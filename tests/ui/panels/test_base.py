from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pytestqt.qtbot import QtBot

from nnlab.ui.panels.base import LivePanel
from nnlab.ui.panels.registry import PANELS
from nnlab.ui.run.live_view import LiveView
from nnlab.ui.widgets.label import Label

from PySide6.QtWidgets import QTabWidget  # isort:skip


class Recorder(LivePanel):
    name, title, probes = "recorder", "Recorder", ("predictions",)
    frames_per_second = 20.0

    def __init__(self, services, parent=None) -> None:  # type: ignore[no-untyped-def]
        super().__init__(services, "Nothing yet.", parent)
        self.set_content(Label(services.theme, "content"))
        self.drawn: list[LiveView] = []
        self.clear()

    def draw(self, view: LiveView) -> None:
        self.drawn.append(view)


def test_every_panel_of_the_package_is_found() -> None:
    assert {"loss", "gradient_flow", "prediction", "data", "training", "problems"} <= set(PANELS)
    assert all(kind.name == name and kind.title for name, kind in PANELS.items())


def test_what_is_hidden_is_not_drawn_and_asks_for_no_probes(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = Recorder(s.services)
    qtbot.addWidget(panel)
    s.train(3)
    assert not panel.drawn and panel.is_empty
    panel.show()
    qtbot.waitUntil(lambda: bool(panel.drawn))
    assert not panel.is_empty
    qtbot.waitUntil(lambda: "predictions" in panel.drawn[-1].probes)
    panel.hide()
    count = len(panel.drawn)
    s.train(3)
    assert len(panel.drawn) == count
    panel.show()
    assert panel.drawn[-1].frame.iteration == 6  # drawn at once, with what was missed


def test_a_tab_behind_another_is_hidden_too(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    tabs = QTabWidget()
    qtbot.addWidget(tabs)
    front, behind = Label(s.services.theme, "front"), Recorder(s.services)
    tabs.addTab(front, "front")
    tabs.addTab(behind, "behind")
    tabs.resize(300, 200)
    tabs.show()
    s.train(3)
    assert not behind.drawn
    tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: bool(behind.drawn))


def test_while_training_runs_it_draws_at_its_own_pace_and_never_skips_the_last(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = Recorder(s.services)
    qtbot.addWidget(panel)
    panel.show()
    view = s.view("predictions")
    qtbot.waitUntil(lambda: bool(panel.drawn))
    panel.drawn.clear()
    s.session.close()
    views = [replace(view, playing=True) for _ in range(10)]
    for one in views:
        panel.show_view(one)
    assert len(panel.drawn) <= 1
    qtbot.waitUntil(lambda: bool(panel.drawn) and panel.drawn[-1] is views[-1])
    assert len(panel.drawn) <= 2
    for _ in range(3):  # standing still, each view is shown at once
        paused = replace(view, playing=False)
        panel.show_view(paused)
        assert panel.drawn[-1] is paused


def test_news_of_the_pause_after_the_last_frame_draws_it_as_standing_still(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = Recorder(s.services)
    qtbot.addWidget(panel)
    panel.show()
    view = s.view("predictions")
    panel.show_view(replace(view, playing=True))
    s.session.state_changed.emit()  # the session stands still
    assert panel.drawn[-1].playing is False and panel.drawn[-1].frame is view.frame


def test_another_project_clears_it(studio: Callable, qtbot: QtBot) -> None:
    s = studio()
    panel = Recorder(s.services)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitUntil(lambda: bool(panel.drawn))
    panel.clear()
    assert panel.is_empty and panel.view is None


def test_another_theme_draws_the_same_view_again(studio: Callable, qtbot: QtBot) -> None:
    s = studio()
    panel = Recorder(s.services)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitUntil(lambda: bool(panel.drawn))
    before = len(panel.drawn)
    s.services.theme.set_mode("light")
    assert len(panel.drawn) == before + 1 and panel.drawn[-1] is panel.drawn[-2]
