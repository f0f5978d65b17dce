import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.command_palette import CommandPalette, _pieces, group

KEYS = Qt.Key


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    layout = QVBoxLayout(widget)
    layout.addWidget(QLineEdit())
    qtbot.addWidget(widget)
    widget.resize(900, 600)
    with qtbot.waitActive(widget):
        widget.show()
    return widget


@pytest.fixture
def actions(window: QWidget) -> dict[str, QAction]:
    texts = {
        "run.play": "&Play or pause",
        "run.step_iteration": "Step one iteration",
        "file.open": "Open…",
        "edit.undo": "Undo",
        "view.fit": "Fit",
    }
    made = {}
    for name, text in texts.items():
        made[name] = QAction(text, window)
        made[name].setObjectName(name)
    made["edit.undo"].setEnabled(False)
    made["view.fit"].setVisible(False)
    return made


@pytest.fixture
def palette(theme: Theme, window: QWidget, actions: dict[str, QAction]) -> CommandPalette:
    separator = QAction(window)
    separator.setSeparator(True)
    return CommandPalette(theme, window, [*actions.values(), separator])


def names(palette: CommandPalette) -> list[str]:
    return [action.objectName() for action in palette.found]


def test_it_opens_with_everything_that_can_be_seen(palette: CommandPalette, window: QWidget) -> None:
    assert palette.isHidden()
    palette.open_palette()
    assert names(palette) == ["run.play", "run.step_iteration", "file.open", "edit.undo"]
    assert palette.field.hasFocus()
    assert window.rect().contains(palette.box.geometry())


def test_typing_and_enter_run_an_action_and_close(palette: CommandPalette, actions: dict[str, QAction], qtbot: QtBot) -> None:
    palette.open_palette()
    qtbot.keyClicks(palette.field, "stit")
    assert names(palette) == ["run.step_iteration"]
    with qtbot.waitSignals([actions["run.step_iteration"].triggered, palette.ran]):
        qtbot.keyClick(palette.field, KEYS.Key_Return)
    assert palette.isHidden()


def test_the_group_is_searched_too(palette: CommandPalette, qtbot: QtBot) -> None:
    palette.open_palette()
    qtbot.keyClicks(palette.field, "file")
    assert names(palette)[0] == "file.open"


def test_arrows_walk_round_and_pages_stop_at_the_ends(palette: CommandPalette, qtbot: QtBot) -> None:
    palette.open_palette()
    walked = []
    for key in (KEYS.Key_Down, KEYS.Key_Up, KEYS.Key_Up, KEYS.Key_Down, KEYS.Key_PageDown, KEYS.Key_PageUp):
        qtbot.keyClick(palette.field, key)
        walked.append(palette.current.objectName())
    assert walked == ["run.step_iteration", "run.play", "edit.undo", "run.play", "edit.undo", "run.play"]


def test_a_disabled_action_is_listed_but_does_not_run(palette: CommandPalette, actions: dict[str, QAction], qtbot: QtBot) -> None:
    palette.open_palette()
    qtbot.keyClicks(palette.field, "undo")
    with qtbot.assertNotEmitted(actions["edit.undo"].triggered):
        qtbot.keyClick(palette.field, KEYS.Key_Return)
    assert not palette.isHidden()


def test_escape_clears_then_closes_and_gives_the_focus_back(palette: CommandPalette, window: QWidget, qtbot: QtBot) -> None:
    line = window.findChildren(QLineEdit)[0]
    line.setFocus()
    palette.open_palette()
    qtbot.keyClicks(palette.field, "x")
    qtbot.keyClick(palette.field, KEYS.Key_Escape)
    assert not palette.isHidden()
    qtbot.keyClick(palette.field, KEYS.Key_Escape)
    assert palette.isHidden()
    assert line.hasFocus()


def test_losing_the_focus_closes_it(palette: CommandPalette, window: QWidget, qtbot: QtBot) -> None:
    palette.open_palette()
    window.findChildren(QLineEdit)[0].setFocus()
    assert palette.isHidden()


def test_a_click_beside_it_closes_it_and_one_on_it_does_not(palette: CommandPalette, window: QWidget, qtbot: QtBot) -> None:
    palette.open_palette()
    qtbot.mouseClick(palette.box, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert not palette.isHidden()
    qtbot.mouseClick(window.childAt(20, 580), Qt.MouseButton.LeftButton)
    assert palette.isHidden()


def test_a_click_runs_and_what_ran_comes_first(palette: CommandPalette, actions: dict[str, QAction], qtbot: QtBot) -> None:
    palette.open_palette()
    place = palette.list.visualRect(palette.list.model().index(2, 0)).center()
    with qtbot.waitSignal(actions["file.open"].triggered):
        qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    palette.open_palette()
    assert names(palette)[0] == "file.open"


def test_nothing_found_is_said(palette: CommandPalette, qtbot: QtBot) -> None:
    palette.open_palette()
    qtbot.keyClicks(palette.field, "zzz")
    assert names(palette) == []
    assert palette.current is None
    qtbot.keyClick(palette.field, KEYS.Key_Down)
    qtbot.keyClick(palette.field, KEYS.Key_Return)
    assert not palette.isHidden()


def test_it_stays_inside_a_window_that_shrinks(palette: CommandPalette, window: QWidget) -> None:
    palette.open_palette()
    window.resize(400, 500)
    assert QRect(0, 0, 400, 500).contains(palette.box.geometry())


def test_groups_come_from_object_names_and_matches_are_cut_out(actions: dict[str, QAction]) -> None:
    assert group(actions["run.play"]) == "Run"
    assert group(QAction("plain")) == ""
    assert _pieces("Step", (0, 1, 3)) == [(0, "St", True), (2, "e", False), (3, "p", True)]
