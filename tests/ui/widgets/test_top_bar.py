from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.top_bar import TopBar, WorkspaceTab

NAMES = ("Build", "Train", "Step", "Approximate", "Compare", "LoRA", "Learn")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def bar(theme: Theme, qtbot: QtBot) -> TopBar:
    widget = TopBar(theme, [WorkspaceTab(name.lower(), name, f"{name} things") for name in NAMES])
    qtbot.addWidget(widget)
    widget.resize(1280, 40)
    with qtbot.waitActive(widget):
        widget.show()
    return widget


def test_a_click_on_a_tab_chooses_a_workspace(bar: TopBar, qtbot: QtBot) -> None:
    assert bar.workspace == "build"
    with qtbot.waitSignal(bar.workspace_chosen) as caught:
        qtbot.mouseClick(bar.tabs, LEFT, pos=bar.tabs.tabRect(2).center())
    assert caught.args == ["step"]


def test_keys_walk_through_the_tabs(bar: TopBar, qtbot: QtBot) -> None:
    bar.tabs.setFocus()
    with qtbot.waitSignal(bar.workspace_chosen):
        qtbot.keyClick(bar.tabs, Qt.Key.Key_Right)
    assert bar.workspace == "train"


def test_choosing_by_program_is_silent(bar: TopBar, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(bar.workspace_chosen):
        bar.choose_workspace("lora")
    assert bar.workspace == "lora"
    with pytest.raises(KeyError):
        bar.choose_workspace("cook")


def test_the_current_tab_has_the_accent_line(bar: TopBar, theme: Theme) -> None:
    bar.choose_workspace("train")
    image, place = bar.tabs.grab().toImage(), bar.tabs.tabRect(1)
    assert image.pixelColor(place.center().x(), 38) == theme.tokens.accent
    assert image.pixelColor(bar.tabs.tabRect(2).center().x(), 38) == theme.tokens.panel


def test_commands_theme_and_menu_are_asked_for(bar: TopBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.commands_requested):
        qtbot.mouseClick(bar.commands, LEFT)
    with qtbot.waitSignal(bar.commands_requested):
        qtbot.keyClick(bar.commands, Qt.Key.Key_Space)
    with qtbot.waitSignal(bar.theme_requested):
        qtbot.mouseClick(bar.theme_button, LEFT)
    menu = QMenu(bar)
    menu.addAction("Open…")
    bar.set_menu(menu)
    with qtbot.waitSignal(menu.aboutToShow):
        qtbot.mouseClick(bar.menu_button, LEFT)
    menu.close()


def test_the_document_is_named_with_its_state(bar: TopBar) -> None:
    bar.set_document("two spirals", True)
    assert bar.document.accessibleName() == "two spirals, edited"
    bar.set_document("two spirals")
    assert bar.document.accessibleName() == "two spirals"


@pytest.mark.parametrize(("width", "scale"), [(1024, 1.0), (1280, 1.0), (2560, 1.0), (1600, 1.4)])
def test_every_tab_fits_and_nothing_overlaps(bar: TopBar, theme: Theme, width: int, scale: float) -> None:
    theme.set_window_width(width)
    theme.set_scale(scale)
    bar.resize(width, theme.metrics.top_bar)
    bar.layout().activate()
    widgets = (bar.menu_button, bar.tabs, bar.document, bar.commands, bar.theme_button)
    for one, next_one in pairwise(widgets):
        assert one.geometry().right() < next_one.geometry().left()
    assert bar.theme_button.geometry().right() < width
    assert bar.tabs.tabRect(6).right() < bar.tabs.width()
    assert bar.document.width() > 60


def test_all_controls_are_named_and_reached_by_tab(bar: TopBar, qtbot: QtBot) -> None:
    bar.menu_button.setFocus()
    walked = []
    for _ in range(4):
        walked.append(bar.focusWidget().accessibleName())
        qtbot.keyClick(bar.focusWidget(), Qt.Key.Key_Tab)
    assert walked == ["Menu", "Workspaces", "Commands", "Light or dark"]
